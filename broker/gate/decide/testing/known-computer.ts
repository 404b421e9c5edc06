/** A computer for tests: fixed home, a link, a few programs. Nothing here reads the real one. */
import type { Manifest } from '../../../../contract/manifest.ts'
import { Manifest as ManifestSchema } from '../../../../contract/manifest.ts'
import { Perimeter } from '../../../../contract/perimeter.ts'
import { PolicyFile } from '../../../../contract/policy.ts'
import type { Need } from '../../../../contract/resource.ts'
import type { ToolRef } from '../../../../contract/words.ts'
import type { DecideInput, GrantIndex, Places, PolicySources } from '../../../ports.ts'
import { compilePolicy } from '../compile-policy.ts'
import { createDecider } from '../decider.ts'

const resolvePath = (path: string) => path.replace(/^\/home\/ada\/link(?=\/|$)/, '/srv/real')

export const PLACES: Places = {
  platform: 'linux',
  home: '/home/ada',
  own: ['/home/ada/.config/sallyport', '/home/ada/.local/share/sallyport'],
  resolvePath,
  followWay(path) {
    const leadsTo = resolvePath(path)
    return { leadsTo, links: leadsTo === path ? [] : ['/home/ada/link'] }
  },
  followPaths(paths) {
    const resolved = paths.map(resolvePath)
    return () => resolved
  },
  resolveProgram: (name) =>
    ({ git: '/usr/bin/git', python3: '/usr/bin/python3.11', bash: '/usr/bin/bash', ls: '/usr/bin/ls' })[
      name
    ] ?? null,
}
export const NO_GRANTS: GrantIndex = { find: () => null, isAboutPlace: () => false, places: () => [] }
export const CALM = { lamps: { outside: false, private: false, send: false }, backed: true, unbacked: [] }
export const HASH = 'a'.repeat(64)

export function tool(manifest: Partial<Manifest> & { name?: string } = {}): ToolRef & { manifest: Manifest } {
  const full = ManifestSchema.parse({
    manifestVersion: 1,
    name: 'files',
    version: '1.0.0',
    title: 'Files',
    summary: 'Files',
    capabilities: [
      'fs.read',
      'fs.list',
      'fs.write',
      'fs.delete',
      'net.request',
      'command.run',
      'secret.use',
      'notify',
      'open',
      'clipboard.read',
      'clipboard.write',
    ],
    hosts: ['*'],
    commands: ['*'],
    functions: [{ name: 'run', title: 'Run', description: 'Runs', input: {} }],
    ...manifest,
  })
  return { name: full.name, version: full.version, hash: HASH, manifest: full }
}

export const path = (
  capability: 'fs.read' | 'fs.list' | 'fs.write' | 'fs.delete' | 'open',
  at: string,
): Need => ({
  capability,
  resource: { kind: 'path', path: at },
})

/** A canonical URL resource as the network capability makes it. */
export function url(text: string, method = 'GET', privateAddress = false): Need {
  const parsed = new URL(text)
  const scheme = parsed.protocol.slice(0, -1) as 'https'
  const port = parsed.port === '' ? (scheme === 'https' ? 443 : 80) : Number(parsed.port)
  return {
    capability: 'net.request',
    resource: {
      kind: 'url',
      method,
      url: parsed.href,
      scheme,
      host: parsed.hostname,
      port,
      path: parsed.pathname,
      privateAddress,
    },
  }
}

export const command = (
  program: string,
  args: string[] = [],
  opaque = false,
  cwd = '/home/ada/work',
): Need => ({
  capability: 'command.run',
  resource: { kind: 'command', program, args, cwd, opaque },
})

export function input(need: Need, change: Partial<DecideInput> & { inside?: unknown } = {}): DecideInput {
  const { inside, ...rest } = change
  return {
    need,
    principal: { id: 'agent_1', kind: 'agent', name: 'Tidy' },
    runId: 'run_1',
    tool: tool(),
    perimeter: Perimeter.parse(inside ?? {}),
    stop: null,
    flow: CALM,
    now: 1_000_000,
    ...rest,
  }
}

export function policyFile(rules: unknown[], rest: object = {}): PolicyFile {
  return PolicyFile.parse({ version: 1, rules, ...rest })
}

export function decider(
  sources: Partial<PolicySources> = {},
  grants: GrantIndex = NO_GRANTS,
  places: Places = PLACES,
) {
  const policy = compilePolicy({ managed: null, personal: null, failedClosed: null, ...sources }, places)
  return createDecider({ policy: () => policy, grants: () => grants, places })
}
