import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { createInterface } from 'node:readline'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest'
import { ActivityQuery } from '../../contract/activity.ts'
import { ok } from '../../contract/outcome.ts'
import { Perimeter } from '../../contract/perimeter.ts'
import { makeRealBroker } from '../../e2e/fixtures/open-busy-broker.ts'
import { openTestHouse, type TestHouse } from '../../e2e/fixtures/open-test-house.ts'
import { makeTool } from '../../e2e/fixtures/open-test-lane.ts'

let house: TestHouse
let count = 0
let file = ''
let hash = ''
beforeAll(async () => {
  house = await openTestHouse()
})
afterAll(() => house.close())
beforeEach(() => {
  file = path.join(house.home, `note-${++count}.txt`)
  house.questions.length = 0
})
// One that failed must not leave the next ones paused.
afterEach(() => {
  pause(false)
  house.toolPauses.set('probe', false, 'you')
  house.stop.resume('you')
})

const pause = (on: boolean) => void house.stop.setPaused('you', on)
/** A broker of its own starts, and holds a write, in a second. */
const HOLDS_MS = 20_000

/** Comes when the next intent is on the disk, and its effect has not begun; resolves then. */
function pauseAfterIntent(press: () => void = () => pause(true)): Promise<void> {
  const { sync } = house.log
  return new Promise((resolve) => {
    house.log.sync = async () => {
      house.log.sync = sync
      await sync()
      press()
      resolve()
    }
  })
}
function write(level: 'allow' | 'ask' = 'allow', wallMs = 60_000, signal = new AbortController().signal) {
  const code = `export const main = ({ path }) => sallyport.fs.writeFile({ path, data: 'written' })`
  const tool = makeTool(code, { wallMs })
  tool.manifest.capabilities.push('fs.write')
  hash = tool.hash
  const folders = [{ path: house.home, read: 'allow', write: level } as const]
  return house.callTool(tool, 'main', { path: file }, { folders }, { signal })
}
/** Whether it has come to an end some time after the pause, however long it takes until that. */
async function isOver(call: Promise<unknown>, paused: Promise<void>, ms = 300): Promise<boolean> {
  const over = call.then(() => true)
  await Promise.race([paused, over])
  return Promise.race([over, sleep(ms, false)])
}
const recorded = (from: number) =>
  house.entries
    .slice(from)
    .filter(({ kind }) => kind === 'intent' || kind === 'outcome')
    .map(({ kind, ok, details }) => (kind === 'intent' ? kind : `${kind} ${ok} ${details?.code ?? ''}`))

test('a pause between an intent and its effect holds it, and it goes on when resumed', async () => {
  const begun = house.entries.length
  const paused = pauseAfterIntent()
  const call = write()
  expect(await isOver(call, paused)).toBe(false)
  expect(existsSync(file)).toBe(false)
  // That nothing was done is on record while it waits.
  await expect.poll(() => recorded(begun)).toEqual(['intent', 'outcome false paused'])
  pause(false)
  expect(await call).toMatchObject({ kind: 'ok' })
  expect(existsSync(file)).toBe(true)
  expect(recorded(begun).slice(2)).toEqual(['intent', 'outcome true '])
})

test('so does a pause of its tool alone', async () => {
  const paused = pauseAfterIntent(() => house.toolPauses.set('probe', true, 'you'))
  const call = write()
  expect(await isOver(call, paused)).toBe(false)
  expect(existsSync(file)).toBe(false)
  house.toolPauses.set('probe', false, 'you')
  expect(await call).toMatchObject({ kind: 'ok' })
})

test('the call’s own clock stands meanwhile', async () => {
  const paused = pauseAfterIntent()
  const call = write('allow', 4_000)
  expect(await isOver(call, paused, 6_000)).toBe(false)
  pause(false)
  expect(await call).toMatchObject({ kind: 'ok' })
})

test('what a person has answered is not asked again', async () => {
  house.says(() => 'allow')
  const paused = pauseAfterIntent()
  const call = write('ask')
  expect(await isOver(call, paused)).toBe(false)
  pause(false)
  expect(await call).toMatchObject({ kind: 'ok' })
  expect(house.questions).toHaveLength(1)
})

test('a rule that came meanwhile counts', async () => {
  house.says(() => 'allow')
  const paused = pauseAfterIntent()
  const call = write('ask')
  expect(await isOver(call, paused)).toBe(false)
  house.grants.add({
    ...{ effect: 'deny', principalId: 'agent_test', capability: 'fs.write', madeAt: Date.now() },
    tool: { name: 'probe', hash },
    ...{ scope: { kind: 'path', path: file, below: false }, words: 'Write this', madeBy: '', note: '' },
    ...{ end: { kind: 'unused', days: 14 }, questionId: null, reason: '' },
  })
  pause(false)
  expect(await call).toMatchObject({ kind: 'refused', code: 'denied-by-person' })
  expect(existsSync(file)).toBe(false)
})

test('Stop ends what is held, and so does the end of its run', async () => {
  const first = pauseAfterIntent()
  const stopped = write()
  expect(await isOver(stopped, first)).toBe(false)
  await house.stop.stop('you')
  expect(await stopped).toMatchObject({ kind: 'refused', code: 'stopped' })
  house.stop.resume('you')
  pause(false)
  const second = pauseAfterIntent()
  const control = new AbortController()
  const cancelled = write('allow', 60_000, control.signal)
  expect(await isOver(cancelled, second)).toBe(false)
  control.abort()
  expect(await cancelled).toMatchObject({ code: 'cancelled' })
  pause(false)
  expect(existsSync(file)).toBe(false)
})

test.each([
  ['Stop', 'stopped'],
  ['the end of its run', 'cancelled'],
])('%s between an intent and its effect: nothing begins, and the record says so', async (what, code) => {
  const control = new AbortController()
  const begun = house.entries.length
  void pauseAfterIntent(() => {
    if (what === 'Stop') void house.stop.stop('you')
    else control.abort()
  })
  let done = false
  // No capability, which may look for itself, and no tool, whose process would be gone: the gate alone.
  const outcome = await house.gate.passNeed(
    {
      principal: { id: 'agent_test', kind: 'agent', name: 'Test' },
      perimeter: Perimeter.parse({ folders: [{ path: house.home, read: 'allow', write: 'allow' }] }),
      ...{ run: { id: 'run_held', title: 'Test' }, tool: null, callId: 'call_held', signal: control.signal },
    },
    {
      need: { capability: 'fs.write', resource: { kind: 'path', path: file } },
      sentence: { verb: 'Write', object: file, tail: '' },
      ...{ exact: [], binding: 'b', bytesOut: 0 },
      async perform() {
        done = true
        return ok(null)
      },
    },
  )
  expect(outcome).toMatchObject({ kind: 'refused', code })
  expect(done).toBe(false)
  expect(recorded(begun)).toEqual(['intent', `outcome false ${code}`])
})

test('a broker that is killed while it holds one has done nothing, and the record says so', async () => {
  const program = path.resolve(import.meta.dirname, '../../e2e/fixtures/hold-a-write.child.ts')
  // Killed, it clears nothing away itself.
  const folder = mkdtempSync(path.join(os.tmpdir(), 'held-effect-'))
  const child = spawn(process.execPath, [program], {
    env: { ...process.env, TMPDIR: folder },
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const exited = once(child, 'exit')
  const limit = { signal: AbortSignal.timeout(HOLDS_MS) }
  let next: Awaited<ReturnType<typeof makeRealBroker>> | undefined
  try {
    const [line] = (await once(createInterface(child.stdout), 'line', limit).finally(() =>
      child.kill('SIGKILL'),
    )) as [string]
    await exited
    const { home, paths, effects } = JSON.parse(line)
    expect(JSON.stringify(effects)).not.toContain('/file-')
    next = await makeRealBroker({ home, paths })
    const { rooms } = next
    const { rows } = rooms.log.query(ActivityQuery.parse({ capability: 'fs.write' }))
    expect(rows).toMatchObject([{ kind: 'intent', state: 'failed' }])
    const entries = rows.map(({ seq }) => rooms.log.entry(seq))
    expect(JSON.stringify(entries)).toContain('nothing was done')
    // Its pause outlives it: nothing goes on by itself.
    expect(rooms.stop.state().paused).toBe(true)
  } finally {
    await next?.close()
    rmSync(folder, { recursive: true, force: true, maxRetries: 5 })
  }
})
