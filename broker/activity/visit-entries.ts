/**
 * Each entry that fits the filters of a query, the newest first: for what is worked out of the record, and needs the
 * entries themselves. What closed them is not looked up.
 */
import type { EntryFilter } from '../ports.ts'
import type { EntryFields } from './entry-bytes.ts'
import type { InSteps } from './in-turns.ts'
import { filterTerms } from './index-terms.ts'
import { fitsFilters } from './match-query.ts'
import type { QueryParts } from './query-rows.ts'

/** @param visit says whether to go on */
export function* visitEntries(
  { index, indexedTo, tail, read }: QueryParts,
  filter: EntryFilter,
  visit: (entry: EntryFields) => boolean,
): InSteps<void> {
  for (const entry of tail) {
    yield
    if (fitsFilters(filter, entry) && !visit(entry)) return
  }
  const range = index.rangeOf(filter.since, filter.until)
  const terms = filterTerms(filter)
  if (range === null) return
  const from = Math.min(range.from, indexedTo)
  const isFiltered = terms.words.length + terms.anyOf.length > 0
  const found = isFiltered ? index.find(terms, from, range.to) : falling(from, range.to)
  for (const candidate of found) {
    yield
    const entry = typeof candidate === 'number' ? null : read(candidate.seq)
    if (entry !== null && fitsFilters(filter, entry) && !visit(entry)) return
  }
}

function* falling(from: number, to: number) {
  for (let seq = from; seq >= to; seq--) yield { seq }
}
