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
export function exportPage(
  parts: ExportParts,
  request: ExportRequest,
): { text: string; next: number | null } {
  const { reader } = parts
  const found = reader.up(request.after + 1, request.limit)
  let text = request.format === 'csv' ? CSV_HEAD : ''
  // One look-up for the page's start; from there on the chain gives each entry's value.
  let prev = reader.entry(found[0]?.seq ?? 0)?.prev ?? GENESIS
  for (const { text: own } of found) {
    const hash = chainHash(prev, own)
    const entry: ActivityEntry = { ...readEntry(own), hash, prev }
    prev = hash
    if (request.since !== undefined && entry.at < request.since) continue
    if (request.until !== undefined && entry.at > request.until) continue
    text += lineOf(parts, request.format, entry, own)
  }
  return { text, next: found.length < request.limit ? null : (found.at(-1)?.seq ?? null) }
}

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
