/**
 * Exports the log a page at a time, the oldest first. JSON Lines carry everything and can be verified line by line: each
 * is the entry in canonical form with its own and the previous chain value, and whoever takes those two away and writes
 * the rest canonically has what was hashed.
 */
import type { ActivityEntry, VerifyReport } from '../../../contract/activity.ts'
import type { EntryFilter } from '../../ports.ts'
import { closes, opens } from '../activity-row.ts'
import { canonicalJson } from '../canonical-json.ts'
import { chainHash, GENESIS, jsonOf } from '../chain.ts'
import { type EntryFields, readEntry } from '../entry-bytes.ts'
import type { EntryReader } from '../entry-reader.ts'
import type { InSteps } from '../in-turns.ts'
import type { IndexReader } from '../index-reader.ts'
import type { Asked } from '../index-search.ts'
import { fitsFilters, fitsText } from '../match-query.ts'
import { askedOf, asksNothing } from '../query-rows.ts'
import { parseSearch, type SearchTerms } from '../search-text.ts'
import { brokenNotice, type ExportFormat, unreadableLine } from './broken-notice.ts'
import { CSV_HEAD, csvLine } from './csv-line.ts'
import { findWanted, type WantedPlaces } from './find-wanted.ts'
import { type OcsfSource, ocsfEvent } from './ocsf-event.ts'

export interface ExportRequest extends Omit<EntryFilter, 'since' | 'until'> {
  format: ExportFormat
  since?: number | undefined
  until?: number | undefined
  /** As in a search. With words or filters an effect comes whole, with its outcome, or not at all. */
  text?: string | undefined
  /** Entries with a greater number. */
  after: number
  /** Entries looked at for this page. */
  limit: number
  /** The record does not verify: the page begins with that. */
  broken?: VerifyReport | undefined
}
export interface ExportParts {
  reader: EntryReader
  /** The number of what closed an entry. */
  closerOf(seq: number): number | null
  /** The newest entry: what can't be read is passed over up to there. */
  lastSeq: number
  /** Of the times that are asked for nothing lies before `first`, nor from `last` up to and including `indexed`. */
  between: { first: number; last: number; indexed: number }
  index: WantedPlaces['index'] & Pick<IndexReader, 'runSpacing'>
  /** What is not indexed, the newest first. */
  tail: readonly EntryFields[]
  source: OcsfSource
}
/** Without text: it can't be read. */
type Found = { seq: number; text: string | null }

/** `next` is what to pass as `after` for the next page; null at the end. Each page of a CSV has the line with its columns. */
export function* exportPage(
  parts: ExportParts,
  request: ExportRequest,
): InSteps<{ text: string; next: number | null }> {
  const { format, since = 0, until = Number.MAX_SAFE_INTEGER, broken } = request
  const { last, indexed } = parts.between
  const wanted = createWanted(parts, request)
  const skip = createSkip(parts, request)
  let text = format === 'csv' ? CSV_HEAD : ''
  if (broken !== undefined) text += brokenNotice(format, broken, parts.source)
  let prev: string | null = null
  let next = Math.max(request.after, parts.between.first - 1)
  for (let left = request.limit; left > 0; ) {
    yield
    if (next >= last && next < indexed) {
      next = indexed
      prev = null
    }
    const atMost = Math.min(left, AT_ONCE)
    const { from, count } = skip === null ? { from: next + 1, count: atMost } : yield* skip(next + 1, atMost)
    if (from > next + 1) prev = null
    const found = readUp(parts, from, count)
    for (const { seq, text: own } of found) {
      next = seq
      if (own === null) {
        prev = null
        text += unreadableLine(format, seq)
        continue
      }
      // One look-up for the page's start; from there on the chain gives each entry's value.
      prev ??= startOf(parts, seq)
      const hash = chainHash(prev, own)
      const entry: ActivityEntry = { ...readEntry(own), hash, prev }
      prev = hash
      if (entry.at >= since && entry.at <= until && wanted(entry)) text += lineOf(parts, format, entry, own)
    }
    if (found.length < count) return { text, next: null }
    left -= found.length
  }
  return { text, next }
}
/** Entries between two places to stop at. */
const AT_ONCE = 32

/** Ends of effects are in no count of hours: so many entries around what the hours tell are looked at, too. */
const ENDS_NEAR = 2_048

/** Where in the log the times that are asked for lie, by the index; what it has not reached may hold any. */
export function timesBetween(
  index: Pick<IndexReader, 'rangeOf'>,
  indexed: number,
  { since, until }: Pick<ExportRequest, 'since' | 'until'>,
): ExportParts['between'] {
  if (since === undefined && until === undefined) return { first: 1, last: indexed, indexed }
  const range = index.rangeOf(since, until)
  const first = Math.max(1, (range?.to ?? indexed) - ENDS_NEAR)
  return { first, last: Math.max(first, (range?.from ?? 0) + ENDS_NEAR), indexed }
}

/** Where something can't be read, entry by entry. */
function readUp({ reader, lastSeq }: ExportParts, from: number, limit: number): Found[] {
  try {
    const found = reader.up(from, limit)
    for (const { text } of found) readEntry(text)
    return found
  } catch {
    const to = Math.min(lastSeq, from + limit - 1)
    return Array.from({ length: Math.max(0, to - from + 1) }, (_, n) => readOne(reader, from + n))
  }
}
function readOne(reader: EntryReader, seq: number): Found {
  try {
    const text = reader.text(seq)
    if (text !== null) readEntry(text)
    return { seq, text }
  } catch {
    return { seq, text: null }
  }
}
function startOf({ reader }: ExportParts, seq: number): string {
  try {
    return reader.entry(seq)?.prev ?? GENESIS
  } catch {
    // What came before it can't be read: its own place in the chain is not known.
    return GENESIS
  }
}

/** Null when everything is. */
function rowsWanted(request: ExportRequest): { filter: EntryFilter; terms: SearchTerms } | null {
  const { principalId, runId, tool, capability, kinds, decision, text = '' } = request
  const filter = { principalId, runId, tool, capability, kinds, decision }
  const isFiltered = text.trim() !== '' || Object.values(filter).some((value) => value !== undefined)
  return isFiltered ? { filter, terms: parseSearch(text) } : null
}

/** Does an entry belong to a row that was asked for? */
function createWanted(parts: ExportParts, request: ExportRequest): (entry: EntryFields) => boolean {
  const rows = rowsWanted(request)
  if (rows === null) return () => true
  return (entry) => {
    const row = (closes(entry) && fieldsOf(parts, entry.ref)) || entry
    const closer =
      row !== entry ? entry : opens(entry.kind) ? fieldsOf(parts, parts.closerOf(entry.seq)) : null
    return fitsFilters(rows.filter, row) && fitsText(rows.terms, row, closer)
  }
}

type Skip = (from: number, atMost: number) => InSteps<{ from: number; count: number }>

/**
 * Says what to read next: of what is indexed only what may be wanted. Null when that is everything: a record that does not verify is read whole, to say
 * of each entry that can't be read that it can't; and so is one of which the index lacks more than is at hand.
 */
function createSkip(parts: ExportParts, request: ExportRequest): Skip | null {
  const { index, tail, lastSeq, between } = parts
  const to = Math.min(between.last, between.indexed)
  const rows = rowsWanted(request)
  const asked = rows && askedOf(rows.filter, rows.terms, index.runSpacing)
  const isWhole = tail.length >= lastSeq - between.indexed
  if (asked === null || asksNothing(asked) || request.broken !== undefined || !isWhole) return null
  const late = tail.filter(closes).flatMap(({ ref }) => (ref === null || ref > to ? [] : [ref]))
  let places: ReturnType<typeof findWanted> | null = null
  let waiting: number | null = null
  function* nextPlace(from: number): InSteps<number> {
    places ??= findWanted({ index, asked: asked as Asked, late }, from - 1, to)
    while (waiting === null || waiting < from) {
      const { done, value } = places.next()
      if (done) return between.indexed + 1
      if (value === null) yield
      else waiting = value
    }
    return waiting
  }
  return function* (from, atMost) {
    if (from > to) return { from, count: atMost }
    const first = yield* nextPlace(from)
    if (first > to) return { from: first, count: atMost }
    // What lies near each other is read in one go.
    let last = first
    for (;;) {
      const next = yield* nextPlace(last + 1)
      if (next > to || next - last > NEAR || next - first >= atMost) break
      last = next
    }
    return { from: first, count: last - first + 1 }
  }
}
/** To read one entry alone costs as much as so many in a row. */
const NEAR = 6

function fieldsOf({ reader }: ExportParts, seq: number | null): EntryFields | null {
  const text = seq === null ? null : readOne(reader, seq).text
  return text === null ? null : readEntry(text)
}

function lineOf(
  parts: ExportParts,
  format: ExportRequest['format'],
  entry: ActivityEntry,
  own: string,
): string {
  const fields = (seq: number | null) => fieldsOf(parts, seq)
  if (format === 'jsonl') {
    const { hash, prev } = entry
    return `${canonicalJson({ ...(JSON.parse(jsonOf(own)) as object), hash, prev })}\n`
  }
  if (format === 'csv') {
    if (closes(entry)) return ''
    return csvLine(entry, opens(entry.kind) ? fields(parts.closerOf(entry.seq)) : null)
  }
  const event = ocsfEvent(entry, closes(entry) ? fields(entry.ref) : null, parts.source)
  return event === null ? '' : `${canonicalJson(event)}\n`
}
