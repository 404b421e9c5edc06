/**
 * Answers a query with rows, newest first. The index gives candidates and the entries themselves decide; what the index
 * has not reached is read. A query never holds up the gate: it can be left after each entry that it reads and each volume
 * of the index, and after `READ` entries it answers with what it has, and a total that says that there is more.
 */
import type { ActivityQuery, ActivityRow } from '../../contract/activity.ts'
import type { EntryFilter } from '../ports.ts'
import { closes, rowOf } from './activity-row.ts'
import { createClosers } from './closers.ts'
import type { EntryFields } from './entry-bytes.ts'
import type { InSteps } from './in-turns.ts'
import type { IndexReader } from './index-reader.ts'
import type { Asked, Candidate, Candidates } from './index-search.ts'
import { filterTerms, phraseTerms } from './index-terms.ts'
import { lookAhead } from './look-ahead.ts'
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
  /** These will be read next. */
  ahead(seqs: number[]): void
  /** All rows of the log. */
  rowCount: number
}

/** Entries that are read for one query, beyond those that it answers with. */
const READ = 4_000
/** Candidates counted for the total of a filtered query; beyond, it is extended by how densely they lay. */
const COUNTED = 500
/** Entries that are gone through for the total of a search for parts. */
const COUNTED_THROUGH = 65_536

export function* queryRows(
  parts: QueryParts,
  query: ActivityQuery,
): InSteps<{ rows: ActivityRow[]; total: number }> {
  const terms = parseSearch(query.text)
  const hasText = terms.words.length + terms.phrases.length + terms.parts.length > 0
  const { words, anyOf } = filterTerms(query)
  const hasFilter = words.length + anyOf.length > 0
  const plain = !hasText && !hasFilter && query.since === undefined && query.until === undefined
  const search: Search = {
    query,
    terms,
    plain,
    hasText,
    before: query.before ?? Number.MAX_SAFE_INTEGER,
    rows: [],
    total: 0,
  }
  const closers = yield* scanTail(parts, search)
  if (search.rows.length < query.limit || !plain) {
    if (plain) yield* walkDown(parts, search, closers)
    else yield* searchIndex(parts, search, closers)
  }
  return { rows: search.rows, total: plain ? parts.rowCount : search.total }
}

interface Search {
  query: ActivityQuery
  terms: SearchTerms
  plain: boolean
  hasText: boolean
  before: number
  rows: ActivityRow[]
  total: number
}

/** Returns the closers in the tail by what they close: also for rows that are in the index. */
function* scanTail(parts: QueryParts, search: Search): InSteps<Map<number, EntryFields>> {
  const closers = new Map<number, EntryFields>()
  for (const entry of parts.tail) {
    yield
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

function* walkDown(parts: QueryParts, search: Search, closers: Map<number, EntryFields>): InSteps<void> {
  const { query, rows } = search
  const closed = createClosers(parts, closers)
  let from = Math.min(search.before - 1, parts.indexedTo)
  while (rows.length < query.limit && from >= 1) {
    const batch = parts.down(from, Math.min(1_000, 2 * (query.limit - rows.length) + 16))
    const opened = batch.filter((entry) => !closes(entry)).map(({ seq }) => seq)
    closed.ahead(opened.slice(0, query.limit - rows.length), false)
    for (const entry of batch) {
      if (rows.length >= query.limit) return
      yield
      if (!closes(entry)) rows.push(rowOf(entry, closed.of(entry.seq)))
    }
    const last = batch.at(-1)
    if (last === undefined) return
    from = last.seq - 1
  }
}

function* searchIndex(parts: QueryParts, search: Search, closers: Map<number, EntryFields>): InSteps<void> {
  const { query, terms, rows, hasText } = search
  const range = parts.index.rangeOf(query.since, query.until)
  if (range === null) return
  const top = Math.min(range.from, parts.indexedTo)
  const from = Math.min(top, search.before - 1)
  let read = 0
  let kept = 0
  let bottom = range.to
  const counting = () => rows.length >= query.limit
  // To hold lists of runs against each other through the whole log, only for a count, would take longer than to find.
  const countAtMost = terms.parts.length > 0 ? COUNTED_THROUGH : Number.MAX_SAFE_INTEGER
  let countTo = counting() ? from - countAtMost : 0
  const late = yield* lateRows(parts, search, closers, from, range.to)
  const found = withLate(candidates(parts, search, { from, to: range.to }, counting), late)
  const wanted = () => (counting() ? Number.MAX_SAFE_INTEGER : query.limit - rows.length)
  const closed = createClosers(parts, closers)
  const prepare = (next: Candidate[]) => {
    const seqs = next.filter(({ sure }) => !counting() || !sure).map(({ seq }) => seq)
    if (seqs.length > 1) closed.ahead(seqs, counting() && !hasText)
  }
  for (const candidate of lookAhead(found, wanted, prepare)) {
    yield
    const { seq, sure } = typeof candidate === 'number' ? { seq: candidate - 1, sure: null } : candidate
    if (kept >= COUNTED + query.limit || read >= READ + query.limit || seq < countTo) {
      bottom = seq + 1
      break
    }
    if (sure === null) continue
    if (!counting() || !sure) {
      read++
      const entry = parts.read(seq)
      if (entry === null || closes(entry) || !fitsFilters(query, entry)) continue
      if (hasText || !counting()) {
        const closer = closed.of(seq)
        if (!fitsText(terms, entry, closer)) continue
        if (!counting()) {
          rows.push(rowOf(entry, closer))
          if (counting()) countTo = seq - countAtMost
        }
      }
    }
    kept++
  }
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
  { from, to }: { from: number; to: number },
  counting: () => boolean,
): Candidates {
  const asked = askedOf(query, terms, index.runSpacing)
  return asksNothing(asked) ? everySeq(from, to) : index.find(asked, from, to, counting)
}

/** Then it knows nothing of what is wanted. */
export const asksNothing = (asked: Asked): boolean =>
  Object.values(asked).every((each: unknown[]) => each.length === 0)

/** What a query asks the index for. */
export function askedOf(query: EntryFilter, terms: SearchTerms, spacingOf: (run: string) => number): Asked {
  const { words, anyOf } = filterTerms(query)
  words.push(...terms.words, ...terms.phrases.flatMap(phraseTerms))
  const parts = terms.parts.map((part) => partTerms(part, spacingOf, words.length + anyOf.length > 0))
  return {
    words: [...words, ...parts.flatMap((part) => part.words)],
    anyOf,
    beginnings: parts.flatMap(({ beginnings }) => beginnings),
    runs: parts.flatMap(({ runs }) => runs),
    dullRuns: parts.flatMap(({ dullRuns }) => dullRuns),
  }
}

/** Rows in the index that fit by the words of an outcome that is not in it yet; falling. */
function* lateRows(
  parts: QueryParts,
  { query, terms }: Search,
  closers: Map<number, EntryFields>,
  from: number,
  to: number,
): InSteps<number[]> {
  const late: number[] = []
  for (const [seq, closer] of closers) {
    if (seq > from || seq < to) continue
    yield
    const entry = parts.read(seq)
    if (entry !== null && fitsFilters(query, entry) && fitsText(terms, entry, closer)) late.push(seq)
  }
  return late.sort((a, b) => b - a)
}
function* withLate(found: Candidates, late: number[]): Candidates {
  let next = 0
  const lateOne = (): Candidate => ({ seq: late[next++] as number, sure: true })
  for (const candidate of found) {
    if (typeof candidate !== 'number') {
      while ((late[next] ?? 0) > candidate.seq) yield lateOne()
      if (late[next] === candidate.seq) next++
    }
    yield candidate
  }
  while (next < late.length) yield lateOne()
}

function* everySeq(from: number, to: number): Candidates {
  for (let seq = from; seq >= to; seq--) yield { seq, sure: false }
}
