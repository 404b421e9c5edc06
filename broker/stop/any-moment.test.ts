/**
 * Stop at moments that nobody chose, on the real broker: while tools, programs and uploads start, run and end, while
 * questions wait, something is undone, the log is shortened, or a stop is being lifted. After each nothing is left,
 * nothing has an effect, the receipt is whole, the record verifies, and the gate is shut until a person resumes.
 */
import { rmSync, writeFileSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { fc, runs } from '../../build/properties.ts'
import type { Outcome } from '../../contract/outcome.ts'
import { StopReceipt } from '../../contract/stop.ts'
import type { Json } from '../../contract/words.ts'
import {
  type BusyBroker,
  KINDS,
  type Kind,
  makeRealBroker,
  openBusyBroker,
  PERSON,
  prepareHome,
} from '../../e2e/fixtures/open-busy-broker.ts'

const SETTLE_MS = 10_000
/** So long nothing may happen after it. */
const QUIET_MS = 80

const WAYS = ['a word', 'a file', 'a word twice', 'a word, and a resume that is taken back'] as const
const ASIDE = ['nothing', 'undo', 'shorten the log', 'an agent is stopped', 'all is paused'] as const
interface Moment {
  kinds: Kind[]
  aside: (typeof ASIDE)[number]
  delayMs: number
  way: (typeof WAYS)[number]
}
const moment: fc.Arbitrary<Moment> = fc.record({
  kinds: fc.subarray([...KINDS], { minLength: 2 }),
  aside: fc.constantFrom(...ASIDE),
  delayMs: fc.integer({ min: 0, max: 700 }),
  way: fc.constantFrom(...WAYS),
})

const STOPPED = /^(refused|failed) (stopped|cancelled)$/
/** One that is short may have been done before. */
const ENDS: Record<Kind, RegExp> = {
  ...{ write: STOPPED, spin: STOPPED, send: STOPPED, program: STOPPED, question: STOPPED },
  once: /^ok$|^(refused|failed) (stopped|cancelled)$/,
}
const endOf = (outcome: Outcome<Json> | undefined) =>
  outcome === undefined ? 'hangs' : outcome.kind === 'ok' ? 'ok' : `${outcome.kind} ${outcome.code}`

let busy: BusyBroker
let lastRun = 0
beforeAll(async () => {
  busy = await openBusyBroker()
  expect(await busy.once('agent_own')).toMatchObject({ kind: 'ok' })
})
afterAll(() => busy?.close())

async function press(way: (typeof WAYS)[number]): Promise<StopReceipt> {
  const { api, rooms, paths } = busy
  const now = () => api['stop.now']({ drill: false }, PERSON)
  if (way === 'a word twice') return (await Promise.all([now(), now()]))[0]
  if (way === 'a word, and a resume that is taken back') {
    const first = now()
    await api['stop.resume']({}, PERSON)
    const second = await now()
    await first
    return second
  }
  if (way === 'a word') return now()
  const before = rooms.stop.state().receipt?.id
  const file = { version: 1, at: Date.now(), by: 'you', writer: 'shell', drill: false, receipt: null }
  writeFileSync(paths.stopFile, JSON.stringify(file))
  await expect
    .poll(() => rooms.stop.state().receipt?.id ?? before, { timeout: SETTLE_MS, interval: 2 })
    .not.toBe(before)
  return StopReceipt.parse(rooms.stop.state().receipt)
}

async function doAside(what: (typeof ASIDE)[number], runId: string): Promise<unknown> {
  const { api, rooms } = busy
  if (what === 'undo') return api['runs.undo']({ runId }, PERSON)
  if (what === 'shorten the log') return rooms.log.removeOld({ days: 0, megabytes: 1 })
  if (what === 'an agent is stopped') return api['stop.now']({ agentId: 'agent_own', drill: false }, PERSON)
  if (what === 'all is paused') return api['pause.set']({ paused: true }, PERSON)
  return null
}

async function stopsAt({ kinds, aside, delayMs, way }: Moment) {
  const { rooms, api } = busy
  const runId = `run_to_undo_${++lastRun}`
  if (aside === 'undo') expect(await busy.once('agent_own', runId)).toMatchObject({ kind: 'ok' })
  const calls = kinds.map((kind) => busy.begin(kind, kind === 'write' ? 'agent_own' : undefined))
  await sleep(delayMs)
  const other = doAside(aside, runId).catch((error: unknown) => error)
  await sleep(delayMs % 7)
  const receipt = await press(way)
  const there = busy.processes()
  expect(there, there.join('\n')).toEqual([])
  expect(rooms.group.members()).toEqual([])
  const effects = busy.effects()

  expect(StopReceipt.parse(receipt)).toMatchObject({ scope: 'all', survivors: [] })
  expect(rooms.stop.state()).toMatchObject({ stopped: true, receipt: { survivors: [] } })
  expect(rooms.consent.pending()).toEqual([])
  const last = rooms.log.entriesAfter(Math.max(0, rooms.log.head().seq - 40), 40)
  expect(JSON.stringify(last)).toContain(receipt.id)

  // Nobody who called waits for ever, and none is told that all went well but who was done before.
  const left = await Promise.race([Promise.all(calls), sleep(SETTLE_MS, null)])
  for (const [n, kind] of kinds.entries()) expect(endOf(left?.[n]), kind).toMatch(ENDS[kind])
  expect(await Promise.race([other.then(() => 'settled'), sleep(SETTLE_MS, 'hangs')])).toBe('settled')

  expect(await busy.once()).toMatchObject({ kind: 'refused', code: 'stopped' })
  await sleep(QUIET_MS)
  const undone = aside === 'undo'
  // A person's own undo goes on: it is theirs, not an agent's.
  if (!undone) expect(busy.effects()).toEqual(effects)
  expect(busy.processes()).toEqual([])
  expect(await rooms.log.verify()).toMatchObject({ ok: true, firstBad: null })

  await api['stop.resume']({}, PERSON)
  await api['pause.set']({ paused: false }, PERSON)
  expect(await busy.once()).toMatchObject({ kind: 'ok' })
}

test('whenever Stop comes, nothing is left, nothing goes on, and all of it is on record', async () => {
  // Each is seconds of real work: one that fails is told as it is.
  await fc.assert(fc.asyncProperty(moment, stopsAt), { ...runs(8), endOnFailure: true })
})

test('a stop that is written down while the broker starts holds from its first call on', async () => {
  for (const delayMs of [0, 5, 30, 90]) {
    const at = prepareHome()
    const starting = makeRealBroker(at)
    await sleep(delayMs)
    const file = { version: 1, at: Date.now(), by: 'you', writer: 'shell', drill: false, receipt: null }
    writeFileSync(at.paths.stopFile, JSON.stringify(file))
    const broker = await starting
    expect(broker.rooms.stop.blocks('agent_1')).toMatchObject({ code: 'stopped' })
    expect(await broker.api['status.get']({}, PERSON)).toMatchObject({ state: 'stopped' })
    await broker.close()
    rmSync(at.home, { recursive: true, force: true })
  }
})
