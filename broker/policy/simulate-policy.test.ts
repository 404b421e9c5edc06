import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { NewEntry } from '../../contract/activity.ts'
import { ok, refused } from '../../contract/outcome.ts'
import { Perimeter } from '../../contract/perimeter.ts'
import type { Need } from '../../contract/resource.ts'
import type { Json } from '../../contract/words.ts'
import { openActivityLog } from '../activity/open-activity-log.ts'
import { compilePolicy } from '../gate/decide/compile-policy.ts'
import { createDecider } from '../gate/decide/decider.ts'
import { decider, HASH, PLACES, path, policyFile, tool, url } from '../gate/decide/testing/known-computer.ts'
import { explainCheck } from './explain-check.ts'
import { readRecorded } from './read-recorded.ts'
import { simulatePolicy } from './simulate-policy.ts'

let folder: string
let log: ReturnType<typeof openActivityLog>
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'sallyport-simulate-'))
  log = openActivityLog({ file: join(folder, 'activity.db'), clock: Date.now })
})
afterEach(async () => {
  await log.close()
  rmSync(folder, { recursive: true, force: true })
})

const entry = (need: Need, change: Partial<NewEntry> = {}, details: Record<string, Json> = {}): NewEntry => ({
  kind: 'intent',
  subject: 'Did something',
  principal: { id: 'agent_1', kind: 'agent', name: 'Tidy' },
  run: { id: 'run_1', title: '' },
  tool: { name: 'files', version: '1.0.0', hash: HASH },
  capability: need.capability,
  decision: 'allow',
  because: [{ layer: 'perimeter', rule: 'perimeter:folders[0]', text: 'It may.' }],
  lamps: { outside: false, private: false, send: false },
  details: { needs: [need] as unknown as Json, ...details },
  ...change,
})
const PERIMETER = Perimeter.parse({
  folders: [{ path: '~/work' }],
  hosts: [{ host: 'example.org', methods: ['GET', 'POST'] }],
})
const write = path('fs.write', '/home/ada/work/a')
const read = path('fs.read', '/home/ada/work/a')

async function simulate(proposed: ReturnType<typeof policyFile>) {
  return simulatePolicy({
    recorded: await readRecorded(log, { limit: 1000 }),
    sources: { managed: null, personal: null, failedClosed: null },
    proposed,
    compile: (sources) => compilePolicy(sources, PLACES),
    decider: (policy, grants) =>
      createDecider({ policy: () => policy, grants: () => grants, places: PLACES }),
    perimeterOf: (id) => (id === 'agent_1' ? { perimeter: PERIMETER, ownModel: null } : null),
    tool: () => tool(),
  })
}

describe('the recorded past', () => {
  it('is read with what was needed, how it was decided and how it ended', async () => {
    log.append(entry(read))
    log.append(entry(write, { asked: true }))
    log.append(entry(write, { kind: 'decision', decision: 'deny', asked: true }))
    log.append(entry(write, { because: [{ layer: 'grant', rule: 'grant:g_1', text: 'Granted.' }] }))
    log.append(
      entry(url('https://example.org/'), {
        lamps: { outside: true, private: false, send: true },
        because: [{ layer: 'flow', rule: 'flow:outside', text: 'Outside.' }],
        asked: true,
      }),
    )
    log.append(entry(read, { ref: 1, kind: 'decision' }))
    log.append(entry(read, {}, { needCount: 200 }))
    log.append({ kind: 'app', subject: 'Started' })
    const recorded = await readRecorded(log, { limit: 1000 })
    expect(recorded.map(({ was, allowed, granted, backed }) => [was, allowed, granted, backed])).toEqual([
      ['ask', true, false, false],
      ['allow', true, true, true],
      ['ask', false, false, true],
      ['ask', true, false, true],
      ['allow', true, false, true],
    ])
    expect(recorded[4]?.needs).toEqual([read])
    expect(await readRecorded(log, { limit: 2 })).toHaveLength(2)
    expect(await readRecorded(log, { limit: 10, principalId: 'agent_2' })).toEqual([])
  })
  it('is read over pages', async () => {
    for (let at = 0; at < 1_200; at++) log.append(entry(read))
    expect(await readRecorded(log, { limit: 1_150 })).toHaveLength(1_150)
    expect(await readRecorded(log, { limit: 5_000 })).toHaveLength(1_200)
  })
})

describe('a proposed policy against the recorded past', () => {
  it('counts what it would allow, ask and deny, and names what differs', async () => {
    log.append(entry(read))
    log.append(entry(write, { asked: true, subject: 'Write a' }))
    log.append(entry(path('fs.read', '/home/ada/work/taxes/x'), { subject: 'Read taxes' }))
    const report = await simulate(
      policyFile([
        { id: 'no-taxes', effect: 'deny', capabilities: ['*'], paths: ['~/work/taxes'] },
        { id: 'write', effect: 'allow', capabilities: ['fs.write'], paths: ['~/work'] },
      ]),
    )
    expect(report).toMatchObject({ total: 3, allow: 2, ask: 0, deny: 1 })
    expect(
      report.differ.map(({ subject, was, now }) => [subject, was, now.effect, now.because[0]?.rule]),
    ).toEqual([
      ['Read taxes', 'allow', 'deny', 'policy:no-taxes'],
      ['Write a', 'ask', 'allow', 'policy:write'],
    ])
  })
  it('with nothing new differs in nothing: origins and grants count as they did then', async () => {
    log.append(entry(read))
    log.append(entry(write, { asked: true }))
    log.append(entry(write, { because: [{ layer: 'grant', rule: 'grant:g_1', text: 'Granted.' }] }))
    log.append(
      entry(url('https://example.org/x'), {
        asked: true,
        lamps: { outside: true, private: false, send: true },
        because: [{ layer: 'flow', rule: 'flow:outside', text: 'Outside.' }],
      }),
    )
    log.append(entry(url('https://example.org/x'), { lamps: { outside: true, private: false, send: true } }))
    log.append(entry(path('fs.read', '/etc/passwd'), { kind: 'decision', decision: 'deny' }))
    expect(await simulate(policyFile([]))).toMatchObject({ total: 6, allow: 3, ask: 2, deny: 1, differ: [] })
  })
  it('leaves out principals that are gone, unless the policy brings a perimeter', async () => {
    log.append(entry(read, { principal: { id: 'gone', kind: 'agent', name: 'Gone' } }))
    expect((await simulate(policyFile([]))).total).toBe(0)
    expect(await simulate(policyFile([], { perimeter: PERIMETER }))).toMatchObject({ total: 1, allow: 1 })
  })
})

describe('a check', () => {
  const parts = {
    decider: decider({
      personal: policyFile([
        { id: 'no-taxes', effect: 'deny', capabilities: ['*'], paths: ['~/work/taxes'], reason: 'private' },
      ]),
    }),
    canonical: async (capability: Need['capability'], resource: Record<string, Json>) =>
      typeof resource.path === 'string' && !resource.path.includes('\0')
        ? {
            kind: 'ok' as const,
            value: { capability, resource: { kind: 'path' as const, path: resource.path } },
          }
        : refused('invalid-request', 'That is no path.'),
    asker: (agent?: string) =>
      agent === undefined || agent === 'Tidy'
        ? {
            principal: { id: 'agent_1', kind: 'agent' as const, name: 'Tidy' },
            perimeter: PERIMETER,
            ownModel: null,
          }
        : null,
    tool: (name: string) => (name === 'files' ? tool({ capabilities: ['fs.read'] }) : null),
    now: 0,
  }
  const check = (
    capability: Need['capability'],
    at: string,
    change: { agent?: string; tool?: string } = {},
  ) => explainCheck({ id: 7, capability, resource: { path: at }, ...change }, parts)
  it('explains any request with its decision, its exact form and its reasons', async () => {
    expect(await check('fs.read', '/home/ada/work/a')).toEqual({
      id: 7,
      decision: 'allow',
      canonical: { kind: 'path', path: '/home/ada/work/a' },
      because: [
        'Reading in ~/work may go on without a question: the perimeter says so. [perimeter:folders[0]]',
      ],
    })
    expect(await check('fs.write', '/home/ada/work/taxes/x')).toMatchObject({
      decision: 'deny',
      because: ['Your rule “no-taxes” does not let it: private [policy:no-taxes]'],
    })
    expect(await check('fs.write', '/home/ada/work/a', { tool: 'files' })).toMatchObject({
      decision: 'deny',
      because: [expect.stringContaining('[manifest:capabilities]')],
    })
    const git = (resource: Record<string, Json>) => {
      const cwd = String(resource.cwd ?? '/srv/somewhere')
      const exact = {
        kind: 'command' as const,
        program: '/usr/bin/git',
        args: ['status'],
        cwd,
        opaque: false,
      }
      const canonical = async (capability: Need['capability']) => ok({ capability, resource: exact })
      const asker = () => ({
        principal: { id: 'agent_1', kind: 'agent' as const, name: 'Tidy' },
        perimeter: Perimeter.parse({
          folders: [{ path: '~/work' }],
          commands: [{ program: 'git', run: 'allow' }],
        }),
        ownModel: null,
      })
      return explainCheck({ capability: 'command.run', resource }, { ...parts, canonical, asker })
    }
    // A command that names no folder is meant where the agent may be.
    expect(await git({ argv: ['git', 'status'] })).toMatchObject({ decision: 'allow' })
    expect(await git({ argv: ['git', 'status'], cwd: '/home/ada/work/x' })).toMatchObject({
      decision: 'allow',
    })
    expect(await git({ argv: ['git', 'status'], cwd: '/srv/somewhere' })).toMatchObject({ decision: 'deny' })
    expect(await check('fs.read', 'a\0b')).toEqual({
      id: 7,
      decision: 'deny',
      canonical: null,
      because: ['That is no path.'],
    })
    expect((await check('fs.read', '/x', { agent: 'Nobody' })).because).toEqual([
      'There is no agent “Nobody”.',
    ])
    expect((await check('fs.read', '/x', { tool: 'none' })).because).toEqual(['There is no tool “none”.'])
  })
})
