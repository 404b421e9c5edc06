/** The picture of a time: what is counted by the minute, by the hour, and entry by entry, must be the same. */
import { DatabaseSync } from 'node:sqlite'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { NewEntry } from '../../contract/activity.ts'
import { encodeEntry, readEntry } from './entry-bytes.ts'
import { createIndexReader } from './index-reader.ts'
import { logFiles } from './log-files.ts'
import { type OpenActivityLog, openActivityLog } from './open-activity-log.ts'
import { readIntent, testClock, testFolder } from './test-log.ts'
import { drawTimeline, type TimelineLane } from './timeline.ts'

const MINUTE = 60_000
const HOUR = 60 * MINUTE
const DAY = 24 * HOUR
/** On a whole hour. */
const START = Math.floor(1_750_000_000_000 / HOUR) * HOUR
const CALLS = 400

let at: ReturnType<typeof testFolder>
let clock: ReturnType<typeof testClock>
let log: OpenActivityLog
const open = () => openActivityLog({ file: at.file, clock, limits: { indexAt: 1e9 } })
const principals = ['Tidy', 'Mail', 'Web'].map((name) => ({
  id: `agent_${name.toLowerCase()}`,
  kind: 'agent' as const,
  name,
}))
const kinds: Partial<NewEntry>[] = [
  { decision: 'allow' },
  { decision: 'allow', asked: true },
  { kind: 'decision', decision: 'deny' },
  { kind: 'stop', decision: null, subject: 'Stop everything' },
]

beforeEach(async () => {
  at = testFolder()
  clock = testClock(START, 0)
  log = open()
  for (let n = 0; n < CALLS; n++) {
    // Some in the same minute, some hours apart: over ten days.
    clock.forward(n % 3 === 0 ? 1_000 : n % 3 === 1 ? 7 * MINUTE + 13 : HOUR + 11 * MINUTE + 500)
    log.append(readIntent(n, { principal: principals[n % 3] ?? null, ...kinds[n % 4] }))
  }
  await log.catchUp()
})
afterEach(async () => {
  await log.close()
  at.remove()
})

const totals = (lanes: TimelineLane[]) =>
  Object.fromEntries(
    lanes
      .filter(({ principalId }) => principalId !== '')
      .map(({ name, points }) => [
        name,
        (['allow', 'ask', 'deny', 'stop'] as const).map((slot) =>
          points.reduce((sum, point) => sum + point[slot], 0),
        ),
      ]),
  )
const whole = (buckets: number, span = 400 * DAY) =>
  totals(log.timeline({ since: START - DAY, until: START - DAY + span, buckets }))

describe('the timeline', () => {
  it('has the same totals by the minute, by the hour, over a year, and zoomed into pieces', () => {
    const year = whole(100)
    expect(
      Object.values(year)
        .flat()
        .reduce((sum, n) => sum + n, 0),
    ).toBe(CALLS)
    // Wide buckets are drawn from hours, narrower ones from minutes.
    for (const buckets of [10, 400, 2_000]) expect(whole(buckets)).toEqual(year)
    expect(whole(2_000, 20 * DAY)).toEqual(year)
    const pieces = Array.from({ length: 24 * 20 }, (_, n) =>
      // Hour by hour, entry by entry: buckets below a minute.
      totals(
        log.timeline({
          since: START - DAY + n * HOUR,
          until: START - DAY + (n + 1) * HOUR - 1,
          buckets: 120,
        }),
      ),
    )
    const sum: Record<string, number[]> = {}
    for (const piece of pieces)
      for (const [name, counts] of Object.entries(piece))
        sum[name] = counts.map((count, slot) => count + (sum[name]?.[slot] ?? 0))
    expect(sum).toEqual(year)
  })

  it('puts each row into the bucket of its time', () => {
    const fine = log.timeline({ since: START, until: START + 10 * DAY, buckets: 240 })
    for (const { principalId, points } of fine)
      for (const point of points) {
        const from = START + point.bucket * HOUR
        const one = log.timeline({ since: from, until: from + HOUR - 1, buckets: 10 })
        const lane = one.find((each) => each.principalId === principalId)
        for (const slot of ['allow', 'ask', 'deny', 'stop'] as const)
          expect(lane?.points.reduce((sum, each) => sum + each[slot], 0) ?? 0).toBe(point[slot])
      }
  })

  it('shows the same with and without an index, also when an index of an earlier version lies there', async () => {
    const year = whole(100)
    await log.close()
    const index = new DatabaseSync(logFiles(at.file).index)
    index.exec("UPDATE meta SET value = 2 WHERE key = 'version'; DROP TABLE hour; DROP TABLE minute")
    index.close()
    log = open()
    // Not made anew yet: what the index has not reached is read.
    expect(whole(100)).toEqual(year)
    await log.catchUp()
    expect(whole(100)).toEqual(year)
    expect(whole(2_000)).toEqual(year)
  })

  it('can be left after each entry that it counts and each lane that it draws', () => {
    const tail = Array.from({ length: 500 }, (_, n) => {
      const principal = { id: `agent_${n}`, kind: 'agent' as const, name: `Agent ${n % 7}` }
      return readEntry(encodeEntry(readIntent(n, { principal }), n + 1, START + n))
    })
    const parts = { index: createIndexReader(`${at.file}-none`), indexedTo: 0, tail, down: () => [] }
    const drawing = drawTimeline(parts, { since: START, until: START + HOUR, buckets: 10 })
    for (let steps = 0; ; steps++) {
      const { done, value } = drawing.next()
      if (!done) continue
      expect(value.length).toBe(500)
      expect(steps).toBeGreaterThanOrEqual(1_000)
      return
    }
  })
})
