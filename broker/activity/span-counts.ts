/**
 * How many rows of which decision, by principal, for each minute and each hour: what the timeline draws, and where in
 * the log a time lies.
 */
import type { DatabaseSync } from 'node:sqlite'
import { decisionSlot } from './decision-slot.ts'
import type { EntryFields } from './entry-bytes.ts'
import { volumeOf } from './volume.ts'

export const SPANS = { minute: 60_000, hour: 3_600_000 } as const
export type Span = keyof typeof SPANS

interface Count {
  span: Span
  at: number
  lane: number
  volume: number
  first: number
  last: number
  counts: [number, number, number, number]
}

/** Counts are gathered and written by `flush`, in the caller's transaction. */
export function createSpanCounts(db: DatabaseSync): { count(entry: EntryFields): void; flush(): void } {
  const laneOf = createLanes(db)
  const add = { minute: adder(db, 'minute'), hour: adder(db, 'hour') }
  let waiting = new Map<string, Count>()
  /** What counted last is nearly always what counts next. */
  let latest: Partial<Record<Span, Count>> = {}
  function countOf(span: Span, at: number, lane: number, { seq }: EntryFields): Count {
    const volume = volumeOf(seq)
    const last = latest[span]
    if (last?.at === at && last.lane === lane && last.volume === volume) return last
    const key = `${span} ${at} ${lane} ${volume}`
    const count = waiting.get(key) ?? { span, at, lane, volume, first: seq, last: seq, counts: [0, 0, 0, 0] }
    waiting.set(key, count)
    latest[span] = count
    return count
  }
  return {
    count(entry) {
      const lane = laneOf(entry.principal ?? NOBODY)
      for (const span of BOTH) {
        const count = countOf(span, Math.floor(entry.at / SPANS[span]), lane, entry)
        count.last = entry.seq
        count.counts[decisionSlot(entry)]++
      }
    },
    flush() {
      for (const { span, at, lane, volume, first, last, counts } of waiting.values())
        add[span].run(at, lane, volume, first, last, ...counts)
      waiting = new Map()
      latest = {}
    },
  }
}

const NOBODY = { id: '', name: '' }
const BOTH = Object.keys(SPANS) as Span[]

const adder = (db: DatabaseSync, span: Span) =>
  db.prepare(
    `INSERT INTO ${span} (at, lane, volume, first, last, allow, ask, deny, stop) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
     ON CONFLICT DO UPDATE SET last = max(last, excluded.last), allow = allow + excluded.allow,
       ask = ask + excluded.ask, deny = deny + excluded.deny, stop = stop + excluded.stop`,
  )

function createLanes(db: DatabaseSync): (principal: { id: string; name: string }) => number {
  const known = new Map<string, number>()
  const find = db.prepare('SELECT id FROM lane WHERE principal = ?')
  const add = db.prepare(
    'INSERT INTO lane (principal, name) VALUES (?, ?) ON CONFLICT DO UPDATE SET name = excluded.name RETURNING id',
  )
  return ({ id, name }) => {
    let lane = known.get(id)
    if (lane === undefined) {
      lane = Number(find.get(id)?.id ?? add.get(id, name)?.id)
      known.set(id, lane)
    }
    return lane
  }
}
