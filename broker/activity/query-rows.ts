/**
 * Answers a query with rows, newest first. The index gives candidates and the entries themselves decide; what the index
 * has not reached is read. A query never holds up the gate for long: after `READ` entries it answers with what it has,
 * and a total that says that there is more.
 */
import type { ActivityQuery, ActivityRow } from '../../contract/activity.ts'
import { closes, rowOf } from './activity-row.ts'
import type { EntryFields } from './entry-bytes.ts'
import { type Comparing, eachOf, inBoth } from './falling-list.ts'
import type { IndexReader } from './index-reader.ts'
import { filterExpression, phraseExpression, wordExpression } from './index-terms.ts'
import { fitsFilters, fitsText } from './match-query.ts'
import { partTerms } from './part-terms.ts'
import { parseSearch, type SearchTerms } from './search-text.ts'

export interface QueryParts {
  index: IndexReader
  /** How far the index was when the question came: it grows meanwhile, on another thread. */
  indexedTo: number
  /** Newest first, everything behind `indexedTo`. */
  tail: readonly EntryFields[]
  /** Entries below, downward. */
  down(from: number, limit: number): EntryFields[]
  read(seq: number): EntryFields | null
  /** All rows of the log. */
  rowCount: number
}

/** Entries that are read for one query, beyond those that it answers with. */
const READ = 4_000
/** Candidates counted for the total of a filtered query; beyond, it is extended by how densely they lay. */
const COUNTED = 500
/** Numbers passed for that where two lists are held against each other, and few are in both. */
const PASSED = 1_500

export function queryRows(parts: QueryParts, query: ActivityQuery): { rows: ActivityRow[]; total: number } {
  const terms = parseSearch(query.text)
  const hasText = terms.words.length + terms.phrases.length + terms.parts.length > 0
  const plain =
    !hasText && filterExpression(query) === '' && query.since === undefined && query.until === undefined
  const search: Search = {
    query,
    terms,
    plain,
    before: query.before ?? Number.MAX_SAFE_INTEGER,
    rows: [],
    total: 0,
  }
  const closers = scanTail(parts, search)
  if (search.rows.length < query.limit || !plain) {
    if (plain) walkDown(parts, search, closers)
    else searchIndex(parts, search, closers)
  }
  return { rows: search.rows, total: plain ? parts.rowCount : search.total }
}

interface Search {
  query: ActivityQuery
  terms: SearchTerms
  plain: boolean
  before: number
  rows: ActivityRow[]
  total: number
}

/** Returns the closers in the tail by what they close: also for rows that are in the index. */
function scanTail(parts: QueryParts, search: Search): Map<number, EntryFields> {
  const closers = new Map<number, EntryFields>()
  for (const entry of parts.tail) {
    if (closes(entry) && entry.ref !== null) {
      closers.set(entry.ref, entry)
      continue
    }
    const closer = closers.get(entry.seq) ?? null
    if (!search.plain && !(fitsFilters(search.query, entry) && fitsText(search.terms, entry, closer)))
      continue
    search.total++
    if (entry.seq < search.before && search.rows.length < search.query.limit)
      search.rows.push(rowOf(entry, closer))
  }
  return closers
}

function walkDown(parts: QueryParts, search: Search, closers: Map<number, EntryFields>): void {
  const { query, rows } = search
  let from = Math.min(search.before - 1, parts.indexedTo)
  while (rows.length < query.limit && from >= 1) {
    const batch = parts.down(from, Math.min(1_000, 2 * (query.limit - rows.length) + 16))
    for (const entry of batch) {
      if (rows.length >= query.limit) return
      if (!closes(entry)) rows.push(rowOf(entry, closerOf(parts, closers, entry)))
    }
    const last = batch.at(-1)
    if (last === undefined) return
    from = last.seq - 1
  }
}

function searchIndex(parts: QueryParts, search: Search, closers: Map<number, EntryFields>): void {
  const { query, terms, rows } = search
  const range = parts.index.rangeOf(query.since, query.until)
  if (range === null) return
  const top = Math.min(range.from, parts.indexedTo)
  const from = Math.min(top, search.before - 1)
  let read = 0
  let kept = 0
  let bottom = range.to
  let ended: number | null = null
  const compare: Comparing = {
    counting: () => rows.length >= query.limit,
    onEnd: (seq) => {
      ended = seq + 1
    },
    passed: PASSED,
  }
  const found = candidates(parts, search, { from, to: range.to }, compare)
  for (const seq of withLate(found.seqs, lateRows(parts, search, closers, from, range.to))) {
    if (kept >= COUNTED + query.limit || read >= READ + query.limit) {
      bottom = seq + 1
      break
    }
    if (rows.length < query.limit || found.mustRead) {
      read++
      const entry = parts.read(seq)
      if (entry === null || closes(entry) || !fitsFilters(query, entry)) continue
      const closer = closerOf(parts, closers, entry)
      if (!fitsText(terms, entry, closer)) continue
      if (rows.length < query.limit) rows.push(rowOf(entry, closer))
    }
    kept++
  }
  bottom = ended ?? bottom
  // What was not looked at is taken to be as dense as what was.
  const share = (top - range.to + 1) / Math.max(1, from - bottom + 1)
  search.total += share > 1 ? Math.max(kept + 1, Math.round(kept * share)) : kept
}

/**
 * Row numbers that may fit, newest first: those that words and filters give and that parts give, too. Without any of
 * these all numbers, outcomes' too: then even for a count the entries must be read, and they lie beside each other.
 */
function candidates(
  { index }: QueryParts,
  { query, terms }: Search,
  range: { from: number; to: number },
  compare: Comparing,
): { seqs: Iterable<number>; mustRead: boolean } {
  const parts = terms.parts.map((part) => partTerms(part, index.runSpacing))
  const words = [
    filterExpression(query),
    wordExpression(terms.words),
    ...terms.phrases.map(phraseExpression),
    ...parts.map(({ words }) => wordExpression(words)),
  ]
  const lists = [
    { kind: 'word' as const, expression: both(words) },
    { kind: 'part' as const, expression: both(parts.map(({ runs }) => wordExpression(runs))) },
  ]
    .filter(({ expression }) => expression !== '')
    .map(({ kind, expression }) => index.search(kind, expression, range.from, range.to))
  const [first, second] = lists
  if (first === undefined) return { seqs: everySeq(range), mustRead: true }
  if (second === undefined) return { seqs: eachOf(first, range.from), mustRead: false }
  return { seqs: inBoth(first, second, range.from, compare), mustRead: false }
}

const both = (expressions: string[]) => expressions.filter((each) => each !== '').join(' AND ')

/** Rows in the index that fit by the words of an outcome that is not in it yet; falling. */
function lateRows(
  parts: QueryParts,
  { query, terms }: Search,
  closers: Map<number, EntryFields>,
  from: number,
  to: number,
): number[] {
  const fits = ([seq, closer]: [number, EntryFields]) => {
    if (seq > from || seq < to) return false
    const entry = parts.read(seq)
    return entry !== null && fitsFilters(query, entry) && fitsText(terms, entry, closer)
  }
  const late = [...closers].filter(fits).map(([seq]) => seq)
  return late.sort((a, b) => b - a)
}
function* withLate(seqs: Iterable<number>, late: number[]): Generator<number> {
  let next = 0
  for (const seq of seqs) {
    while ((late[next] ?? 0) > seq) yield late[next++] as number
    if (late[next] === seq) next++
    yield seq
  }
  yield* late.slice(next)
}

function* everySeq({ from, to }: { from: number; to: number }): Generator<number> {
  for (let seq = from; seq >= to; seq--) yield seq
}

function closerOf(
  parts: QueryParts,
  closers: Map<number, EntryFields>,
  entry: EntryFields,
): EntryFields | null {
  const near = closers.get(entry.seq)
  if (near !== undefined) return near
  const seq = parts.index.closerOf(entry.seq)
  return seq === null ? null : parts.read(seq)
}
