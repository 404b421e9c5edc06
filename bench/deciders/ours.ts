/** Ours: the policy index alone, the whole decision, and the whole decision with its canonical form made first. */
import { realpathSync } from 'node:fs'
import { compilePolicy } from '../../broker/gate/decide/compile-policy.ts'
import { createDecider } from '../../broker/gate/decide/decider.ts'
import { indexGrants } from '../../broker/grants/index-grants.ts'
import type { DecideInput, Places } from '../../broker/ports.ts'
import { Manifest } from '../../contract/manifest.ts'
import { Perimeter } from '../../contract/perimeter.ts'
import { PolicyFile } from '../../contract/policy.ts'
import type { Need } from '../../contract/resource.ts'
import type { BenchRequest, BenchRule } from './rule-set.ts'

const PLACES: Places = {
  platform: 'linux',
  home: '/home/ada',
  own: ['/home/ada/.config/sallyport'],
  resolvePath: (path) => path,
  followWay: (leadsTo: string) => ({ leadsTo, links: [] }),
  followPaths: (paths) => () => paths,
  resolveProgram: () => null,
}
const PERIMETER = Perimeter.parse({
  folders: [
    { path: '/srv', read: 'ask', write: 'ask' },
    { path: '/', read: 'ask' },
  ],
  hosts: [{ host: '*', read: 'ask' }],
})
const MANIFEST = Manifest.parse({
  manifestVersion: 1,
  name: 'bench',
  version: '1.0.0',
  title: 'Bench',
  summary: 'Bench',
  capabilities: ['fs.read', 'net.request'],
  hosts: ['*'],
  functions: [{ name: 'run', title: 'Run', description: 'Runs', input: {} }],
})
const PRINCIPAL = { id: 'agent_1', kind: 'agent', name: 'Bench' } as const

export function oursFor(rules: readonly BenchRule[]) {
  const personal = PolicyFile.parse({
    version: 1,
    rules: rules.map((rule) =>
      rule.folder !== null
        ? { id: rule.id, effect: rule.effect, capabilities: ['fs.read'], paths: [rule.folder] }
        : {
            id: rule.id,
            effect: rule.effect,
            capabilities: ['net.request'],
            hosts: [`${rule.host}`, `*.${rule.host}`],
          },
    ),
  })
  const policy = compilePolicy({ managed: null, personal, failedClosed: null }, PLACES)
  const grants = indexGrants()
  const decider = createDecider({ policy: () => policy, grants: () => grants, places: PLACES })
  const base: Omit<DecideInput, 'need'> = {
    principal: PRINCIPAL,
    runId: 'run_1',
    tool: { name: 'bench', version: '1.0.0', hash: 'a'.repeat(64), manifest: MANIFEST },
    perimeter: PERIMETER,
    stop: null,
    flow: { lamps: { outside: false, private: false, send: false }, backed: true, unbacked: [] },
    now: 0,
  }
  return {
    index: (need: Need) => policy.strictest(need, PRINCIPAL, 'bench')?.effect === 'allow',
    whole: (need: Need) => decider.decide({ ...base, need }).effect === 'allow',
    /** @param file a real file, for requests of a path */
    withCanonical: (request: BenchRequest, file: string) =>
      decider.decide({ ...base, need: canonical(request, file) }).effect === 'allow',
  }
}

export function needOf({ path, host }: BenchRequest): Need {
  if (path !== null) return { capability: 'fs.read', resource: { kind: 'path', path } }
  return urlNeed(`https://${host}/v1/items?page=2`)
}

function canonical({ host }: BenchRequest, file: string): Need {
  if (host !== null) return urlNeed(`https://${host}/v1/items?page=2`)
  return { capability: 'fs.read', resource: { kind: 'path', path: realpathSync.native(file) } }
}

function urlNeed(text: string): Need {
  const url = new URL(text)
  return {
    capability: 'net.request',
    resource: {
      kind: 'url',
      method: 'GET',
      url: url.href,
      scheme: 'https',
      host: url.hostname,
      port: 443,
      path: url.pathname,
      privateAddress: false,
    },
  }
}
