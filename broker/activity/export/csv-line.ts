/** Rows for a spreadsheet: one line an effect, RFC 4180, with cells that no spreadsheet takes for a formula. */
import type { ActivityEntry } from '../../../contract/activity.ts'
import { rowOf } from '../activity-row.ts'
import type { EntryFields } from '../entry-bytes.ts'

export const CSV_COLUMNS = [
  'number',
  'time',
  'kind',
  'what',
  'who',
  'run',
  'tool',
  'capability',
  'decision',
  'asked',
  'state',
  'milliseconds',
  'because',
  'hash',
] as const
export const CSV_HEAD = `${CSV_COLUMNS.join(',')}\r\n`

/** `closer` is the outcome, when it has come. */
export function csvLine(entry: ActivityEntry, closer: EntryFields | null): string {
  const row = rowOf(entry, closer)
  const cells = [
    row.seq,
    new Date(row.at).toISOString(),
    row.kind,
    row.subject,
    row.principal?.name,
    row.run?.title,
    row.tool ? `${row.tool.name} ${row.tool.version}` : null,
    row.capability,
    row.decision,
    row.asked ? 'yes' : 'no',
    row.state,
    row.durationMs,
    entry.because[0]?.text,
    entry.hash,
  ]
  return `${cells.map(cell).join(',')}\r\n`
}

/** A line with only some of the columns. */
export const csvCells = (cells: { [C in (typeof CSV_COLUMNS)[number]]?: string | number }): string =>
  `${CSV_COLUMNS.map((column) => cell(cells[column])).join(',')}\r\n`

function cell(value: string | number | null | undefined): string {
  if (value == null) return ''
  if (typeof value === 'number') return String(value)
  // A leading = + - @ or tab makes some programs compute: an apostrophe makes it text. Where the comma is a decimal sign
  // they part cells at semicolons.
  const text = value.replace(/(^|[;\t])(?=[\s"']*[=+\-@\uff1d\uff0b\uff0d\uff20]|[\t\r\n])/g, "$1'")
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text
}
