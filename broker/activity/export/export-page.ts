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
import { fitsFilters, fitsText } from '../match-query.ts'
import { parseSearch } from '../search-text.ts'
import { brokenNotice, type ExportFormat, unreadableLine } from './broken-notice.ts'
import { CSV_HEAD, csvLine } from './csv-line.ts'
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
    const found = readUp(parts, next + 1, Math.min(left, AT_ONCE))
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
    if (found.length < Math.min(left, AT_ONCE)) return { text, next: null }
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

/** Does an entry belong to a row that was asked for? */
function createWanted(parts: ExportParts, request: ExportRequest): (entry: EntryFields) => boolean {
  const { principalId, runId, tool, capability, kinds, decision, text = '' } = request
  const filter = { principalId, runId, tool, capability, kinds, decision }
  if (text.trim() === '' && Object.values(filter).every((value) => value === undefined)) return () => true
  const terms = parseSearch(text)
  return (entry) => {
    const row = (closes(entry) && fieldsOf(parts, entry.ref)) || entry
    const closer =
      row !== entry ? entry : opens(entry.kind) ? fieldsOf(parts, parts.closerOf(entry.seq)) : null
    return fitsFilters(filter, row) && fitsText(terms, row, closer)
  }
}

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
