/**
 * Exports the log a page at a time, the oldest first. JSON Lines carry everything and can be verified line by line: each
 * is the entry in canonical form with its own and the previous chain value, and whoever takes those two away and writes
 * the rest canonically has what was hashed.
 */
import type { ActivityEntry } from '../../../contract/activity.ts'
import { closes, opens } from '../activity-row.ts'
import { canonicalJson } from '../canonical-json.ts'
import { chainHash, GENESIS, jsonOf } from '../chain.ts'
import { type EntryFields, readEntry } from '../entry-bytes.ts'
import type { EntryReader } from '../entry-reader.ts'
import type { InSteps } from '../in-turns.ts'
import { CSV_HEAD, csvLine } from './csv-line.ts'
import { type OcsfSource, ocsfEvent } from './ocsf-event.ts'

export interface ExportRequest {
  format: 'jsonl' | 'csv' | 'ocsf'
  since?: number
  until?: number
  /** Entries with a greater number. */
  after: number
  /** Entries looked at for this page. */
  limit: number
}
export interface ExportParts {
  reader: EntryReader
  /** The number of what closed an entry. */
  closerOf(seq: number): number | null
  source: OcsfSource
}

/** `next` is what to pass as `after` for the next page; null at the end. Each page of a CSV has the line with its columns. */
export function* exportPage(
  parts: ExportParts,
  request: ExportRequest,
): InSteps<{ text: string; next: number | null }> {
  const { reader } = parts
  let text = request.format === 'csv' ? CSV_HEAD : ''
  let prev: string | null = null
  let next = request.after
  for (let left = request.limit; left > 0; ) {
    yield
    const found = reader.up(next + 1, Math.min(left, AT_ONCE))
    // One look-up for the page's start; from there on the chain gives each entry's value.
    prev ??= reader.entry(found[0]?.seq ?? 0)?.prev ?? GENESIS
    for (const { seq, text: own } of found) {
      const hash = chainHash(prev, own)
      const entry: ActivityEntry = { ...readEntry(own), hash, prev }
      prev = hash
      next = seq
      if (request.since !== undefined && entry.at < request.since) continue
      if (request.until !== undefined && entry.at > request.until) continue
      text += lineOf(parts, request.format, entry, own)
    }
    if (found.length < Math.min(left, AT_ONCE)) return { text, next: null }
    left -= found.length
  }
  return { text, next }
}
/** Entries between two places to stop at. */
const AT_ONCE = 32

function lineOf(
  parts: ExportParts,
  format: ExportRequest['format'],
  entry: ActivityEntry,
  own: string,
): string {
  const fields = (seq: number | null): EntryFields | null => {
    const text = seq === null ? null : parts.reader.text(seq)
    return text === null ? null : readEntry(text)
  }
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
