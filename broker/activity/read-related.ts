/**
 * One entry with its proof, and those that belong to it: the same call, the same question, the same grant. The proof of
 * each is computed from where its block begins: of a hundred that takes longer than others should wait.
 */
import type { ActivityEntry } from '../../contract/activity.ts'
import type { EntryReader } from './entry-reader.ts'
import type { InSteps } from './in-turns.ts'
import type { IndexReader } from './index-reader.ts'
import { marker, threadsOf } from './index-terms.ts'
import type { TailCache } from './tail-cache.ts'

/** Of a grant that was used a thousand times the newest uses are shown. */
const RELATED = 100
/** Blocks that are unpacked together. */
const AT_ONCE = 16

export function* readRelated(
  { reader, index, tail }: { reader: EntryReader; index: IndexReader; tail: TailCache },
  seq: number,
): InSteps<{ entry: ActivityEntry; related: ActivityEntry[] } | null> {
  const entry = reader.entry(seq)
  if (entry === null) return null
  const threads = new Set(threadsOf(entry))
  const belongs = (other: Pick<ActivityEntry, 'seq' | 'callId' | 'ref' | 'because' | 'details'>) =>
    other.seq !== seq &&
    ((entry.callId !== null && other.callId === entry.callId) ||
      other.ref === seq ||
      entry.ref === other.seq ||
      threadsOf(other).some((thread) => threads.has(thread)))
  const to = index.indexedTo()
  const found = new Set(
    tail
      .after(to)
      .filter(belongs)
      .map((other) => other.seq),
  )
  const terms = [
    ...(entry.callId === null ? [] : [marker.call(entry.callId)]),
    ...[...threads].map(marker.thread),
  ]
  if (terms.length > 0) {
    for (const row of index.find({ anyOf: [terms] }, to, 1)) {
      yield
      if (typeof row === 'number') continue
      found.add(row.seq)
      const closer = index.closerOf(row.seq)
      if (closer !== null) found.add(closer)
      if (found.size > RELATED) break
    }
  }
  if (entry.ref !== null) found.add(entry.ref)
  const closer = index.closerOf(seq)
  if (closer !== null) found.add(closer)
  const related: ActivityEntry[] = []
  const newest = [...found].sort((a, b) => b - a).slice(0, RELATED)
  while (newest.length > 0) {
    const next = newest.splice(0, AT_ONCE)
    reader.ahead(next)
    for (const other of next) {
      yield
      const read = reader.entry(other)
      if (read !== null && belongs(read)) related.push(read)
    }
  }
  return { entry, related: related.reverse() }
}
