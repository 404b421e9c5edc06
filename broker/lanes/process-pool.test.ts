// The pool by itself, with small processes that only say that they are ready: many are started in no time.
import { spawn } from 'node:child_process'
import { getPriority } from 'node:os'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterEach, expect, test } from 'vitest'
import { Manifest } from '../../contract/manifest.ts'
import { ok } from '../../contract/outcome.ts'
import type { ToolCall } from '../ports.ts'
import { shareAbortListeners } from './abort-listeners.ts'
import { createCallClock } from './call-clock.ts'
import { noGroup } from './lane-group.ts'
import { createProcessPool, type ProcessPool } from './process-pool.ts'
import type { OsSandbox } from './spawn-sandbox.ts'
import { startProcessWatch } from './watch-processes.ts'

/** Instead of the usual, to be quick. */
const LIMIT = 6
const READY = `echo '{"t":"ready"}'`
const watch = startProcessWatch()
const clock = createCallClock()
const aborts = shareAbortListeners((error) => expect.unreachable(String(error)))
let pool: ProcessPool
let started = 0
let said: string[] = []
afterEach(async () => {
  for (const process of pool.of('all')) process.end(() => ok(null))
  pool.close()
  await sleep(50)
  started = 0
  said = []
})

/** @param script of a shell that stands for a sandbox */
function openPool(
  script: string,
  osSandbox: OsSandbox = 'none',
  prepare = async () => '',
  group = noGroup,
  spares = 0,
) {
  pool = createProcessPool({
    spawner: {
      prepare,
      start() {
        started++
        return { child: spawn('/bin/sh', ['-c', script], { stdio: 'pipe' }), osSandbox }
      },
      giveUpOsSandbox() {},
      status: () => ({ kind: osSandbox, text: '', mayNot: false }),
    },
    group,
    watch,
    clock,
    aborts,
    now: () => performance.now(),
    strict: () => false,
    ...{ spares, limit: LIMIT },
    idleMs: 60_000,
    log: (text) => said.push(text),
  })
  return pool
}
const manifest = Manifest.parse({
  ...{
    manifestVersion: 1,
    name: 'probe',
    version: '1.0.0',
    main: 'tool.js',
    title: 'Probe',
    summary: 'A tool.',
  },
  capabilities: [],
  functions: [{ name: 'main', title: 'Main', description: 'Does it.', input: { type: 'object' } }],
})
const callOf = (principalId: string, signal = new AbortController().signal): ToolCall => ({
  tool: {
    ...{ name: 'probe', version: '1.0.0', title: 'Probe', summary: 'A tool.', hash: 'a'.repeat(64) },
    ...{ from: 'folder', manifest, modules: { 'tool.js': '' }, maps: {} },
  },
  ...{ principalId, fn: 'main', input: {}, limits: manifest.limits, signal },
  onRequest: async () => ok(null),
  onLog() {},
})

test.runIf(process.platform === 'linux')(
  'a process that dies when it has just said that it is ready fails its call, and nothing hangs',
  async () => {
    openPool(`${READY}; exit 1`, 'bubblewrap')
    const call = callOf('agent_1')
    for (let n = 0; n < 3; n++) {
      const problem = await pool.prepare(call)
      if (problem) {
        expect(problem).toMatchObject({ kind: 'failed', code: 'crashed' })
        return
      }
      expect(pool.ready(call)).not.toBeNull()
    }
  },
)

test('more tools at once than there is room for: those that come first are served, the others are told', async () => {
  openPool(`${READY}; exec sleep 60`)
  const problems = await Promise.all(
    Array.from({ length: LIMIT + 3 }, (_, n) => pool.prepare(callOf(`agent_${n}`))),
  )
  expect(problems.slice(0, LIMIT)).toEqual(Array.from({ length: LIMIT }, () => null))
  for (const problem of problems.slice(LIMIT))
    expect(problem).toMatchObject({ kind: 'refused', code: 'budget' })
  expect(started).toBe(LIMIT)
})

test('idle ones make room, each for one other, and there are never more than there may be', async () => {
  openPool(`${READY}; exec sleep 60`)
  const fill = (name: string, count: number) =>
    Promise.all(Array.from({ length: count }, (_, n) => pool.prepare(callOf(`${name}_${n}`))))
  expect((await fill('first', LIMIT)).filter(Boolean)).toEqual([])
  const problems = await fill('second', 4)
  expect(problems.filter(Boolean)).toEqual([])
  expect(pool.of('all').length).toBe(LIMIT)
  expect(pool.of('all').filter(({ principalId }) => principalId?.startsWith('second')).length).toBe(4)
})

test('a call that was cancelled before anything was started starts nothing', async () => {
  const looked = Promise.withResolvers<string>()
  openPool(`${READY}; exec sleep 60`, 'none', () => looked.promise)
  const control = new AbortController()
  const preparing = pool.prepare(callOf('agent_1', control.signal))
  control.abort()
  pool.rest()
  looked.resolve('')
  expect(await preparing).toMatchObject({ kind: 'refused', code: 'cancelled' })
  expect(started).toBe(0)
})

test('a process that could not be put into the group that works is known', async () => {
  const takesNobody = { ...noGroup, works: true, take: () => false }
  openPool(`${READY}; exec sleep 60`, 'none', undefined, takesNobody)
  expect(await pool.prepare(callOf('agent_1'))).toBeNull()
  expect(said[0]).toContain('could not be put into the group')
})

test('where there are no groups, that says nothing of a process', async () => {
  openPool(`${READY}; exec sleep 60`)
  expect(await pool.prepare(callOf('agent_1'))).toBeNull()
  expect(said).toEqual([])
})

test.skipIf(process.platform === 'win32')(
  'a spare that takes another’s place gives way from its start; what is waited for does not',
  async () => {
    openPool(`${READY}; exec sleep 60`, 'none', undefined, noGroup, 1)
    await pool.warm()
    expect(await pool.prepare(callOf('agent_1'))).toBeNull()
    expect(await pool.prepare(callOf('agent_2'))).toBeNull()
    await expect.poll(() => pool.counts().spare).toBe(1)
    const nicenessOf = (key: string | null) =>
      pool
        .of('all')
        .filter((process) => process.principalId === key)
        .flatMap((process) => process.pids())
        .map((pid) => getPriority(pid))
    const own = getPriority()
    expect([nicenessOf('agent_1'), nicenessOf('agent_2')]).toEqual([[own], [own]])
    expect(nicenessOf(null)).toEqual([Math.max(own, 10)])
  },
)
