/** The stretch of the record that a bundle is about: where it begins, its entries, and its pages as files show them. */
import type { RecordedEntry } from './evidence.ts'
import type { IncidentLog } from './incident-parts.ts'

/** Entries that a bundle reaches back at most. */
const ENTRIES = 200_000

/** The number before the first entry that counts: of the last `ENTRIES`, the first not older than `since`. */
export function firstAfter(log: IncidentLog, head: number, since: number): number {
  let low = Math.max(0, head - ENTRIES)
  let high = head
  while (low < high) {
    const middle = Math.floor((low + high) / 2)
    const [entry] = log.entriesAfter(middle, 1)
    if (entry === undefined || entry.at >= since) high = middle
    else low = middle + 1
  }
  return low
}

export function* entriesFrom(log: IncidentLog, after: number): Generator<RecordedEntry> {
  for (let from = after; ; ) {
    const batch = log.entriesAfter(from, 1_000)
    yield* batch
    const last = batch.at(-1)
    if (last === undefined) return
    from = last.seq
  }
}
export function* pages(log: IncidentLog, format: 'jsonl' | 'csv', after: number): Generator<string> {
  for (let next: number | null = after; next !== null; ) {
    const page: { text: string; next: number | null } = log.export({ format, after: next, limit: 500 })
    // Each page of a CSV begins with its columns; one is enough.
    yield format === 'csv' && next !== after ? page.text.slice(page.text.indexOf('\n') + 1) : page.text
    next = page.next
  }
}
