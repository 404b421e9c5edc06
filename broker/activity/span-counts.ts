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
  return {
    count(entry) {
      const lane = laneOf(entry.principal ?? { id: '', name: '' })
      const volume = volumeOf(entry.seq)
      for (const span of Object.keys(SPANS) as Span[]) {
        const at = Math.floor(entry.at / SPANS[span])
        const key = `${span} ${at} ${lane} ${volume}`
        const known = waiting.get(key)
        const count = known ?? {
          span,
          at,
          lane,
          volume,
          first: entry.seq,
          last: entry.seq,
          counts: [0, 0, 0, 0],
        }
        count.last = entry.seq
        count.counts[decisionSlot(entry)]++
        if (known === undefined) waiting.set(key, count)
      }
    },
    flush() {
      for (const { span, at, lane, volume, first, last, counts } of waiting.values())
        add[span].run(at, lane, volume, first, last, ...counts)
      waiting = new Map()
    },
  }
}

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
