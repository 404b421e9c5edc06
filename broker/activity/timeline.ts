/** The picture of a stretch of time: for each principal, how many rows of which decision fell into each bucket. */
import { closes } from './activity-row.ts'
import { decisionSlot } from './decision-slot.ts'
import type { EntryFields } from './entry-bytes.ts'
import type { InSteps } from './in-turns.ts'
import type { IndexReader } from './index-reader.ts'
import { SPANS, type Span } from './span-counts.ts'

export interface TimelinePoint {
  bucket: number
  allow: number
  ask: number
  deny: number
  stop: number
}
export interface TimelineLane {
  /** '' is the product itself. */
  principalId: string
  name: string
  points: TimelinePoint[]
}
export interface TimelineParts {
  index: IndexReader
  indexedTo: number
  /** Newest first, everything behind `indexedTo`. */
  tail: readonly EntryFields[]
  /** Entries below, downward. */
  down(from: number, limit: number): EntryFields[]
}

/** Zoomed in below a minute, entries are read one by one; further out, whole minutes or hours are counted. */
const READ_AT_MOST = 50_000

export function* drawTimeline(
  parts: TimelineParts,
  { since, until, buckets }: { since: number; until: number; buckets: number },
): InSteps<TimelineLane[]> {
  const width = Math.max(1, (until - since) / buckets)
  const lanes = new Map<string, { name: string; points: Map<number, TimelinePoint> }>()
  const count = (who: string, whose: string, at: number, counts: Omit<TimelinePoint, 'bucket'>) => {
    if (at < since || at > until) return
    // What the product does for the person stands with what nobody in particular did.
    const [principalId, name] = who === 'product' ? ['', ''] : [who, whose]
    const lane = lanes.get(principalId) ?? { name, points: new Map<number, TimelinePoint>() }
    lanes.set(principalId, lane)
    const bucket = Math.min(buckets - 1, Math.floor((at - since) / width))
    const point = lane.points.get(bucket) ?? { bucket, allow: 0, ask: 0, deny: 0, stop: 0 }
    lane.points.set(bucket, point)
    for (const slot of SLOTS) point[slot] += counts[slot]
  }
  const countEntry = (entry: EntryFields) => {
    if (closes(entry)) return
    const counts = { allow: 0, ask: 0, deny: 0, stop: 0, [SLOTS[decisionSlot(entry)]]: 1 }
    count(entry.principal?.id ?? '', entry.principal?.name ?? '', entry.at, counts)
  }
  for (const entry of parts.tail) {
    countEntry(entry)
    yield
  }
  if (!(yield* readEntries(parts, since, until, width, countEntry)))
    for (const { at, principalId, name, ...counts } of parts.index.counts(spanOf(width), since, until)) {
      count(principalId, name, Math.min(Math.max(at, since), until), counts)
      yield
    }
  const byName = new Map<string, TimelineLane[]>()
  for (const [principalId, { name, points }] of lanes) {
    const drawn = { principalId, name, points: [...points.values()].sort((a, b) => a.bucket - b.bucket) }
    const sameName = byName.get(name)
    if (sameName === undefined) byName.set(name, [drawn])
    else sameName.push(drawn)
    yield
  }
  return [...byName].sort(([a], [b]) => (a < b ? -1 : 1)).flatMap(([, drawn]) => drawn)
}
const spanOf = (width: number): Span => (width < SPANS.hour ? 'minute' : 'hour')
const SLOTS = ['allow', 'ask', 'deny', 'stop'] as const

/** False when there are too many to read, or minutes are fine enough. */
function* readEntries(
  { index, indexedTo, down }: TimelineParts,
  since: number,
  until: number,
  width: number,
  count: (entry: EntryFields) => void,
): InSteps<boolean> {
  if (width >= SPANS.minute) return false
  const range = index.rangeOf(since, until)
  if (range === null) return true
  const top = Math.min(range.from, indexedTo)
  if (top - range.to > READ_AT_MOST) return false
  for (let from = top; from >= range.to; ) {
    const batch = down(from, Math.min(200, from - range.to + 1))
    const last = batch.at(-1)
    if (last === undefined) break
    for (const entry of batch) count(entry)
    yield
    from = last.seq - 1
  }
  return true
}
