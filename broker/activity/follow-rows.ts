/** Rows as they come and change, for whoever listens; and which effects are under way. */
import type { ActivityRow } from '../../contract/activity.ts'
import { closes, opens, rowOf } from './activity-row.ts'
import type { EntryFields } from './entry-bytes.ts'
import type { LogWriter } from './log-writer.ts'

/** More effects than this are never under way at once; what never ends must not fill the memory. */
const OPEN_KEPT = 10_000

export interface RowFollower {
  onRow(fn: (row: ActivityRow) => void): () => void
  /** Number of the oldest entry that is open; Infinity without one. */
  oldestOpen(): number
  rowCount(): number
  /** Rows were removed. */
  recount(rows: number): void
}

export function followRows(writer: LogWriter, rowsBefore: number): RowFollower {
  const listeners = new Set<(row: ActivityRow) => void>()
  const openers = new Map<number, EntryFields>()
  const oldestOpen = () => openers.keys().next().value ?? Number.POSITIVE_INFINITY
  let rows = rowsBefore
  writer.onWritten((entry) => {
    const closer = closes(entry)
    if (!closer) rows++
    if (opens(entry.kind)) openers.set(entry.seq, entry)
    if (openers.size > OPEN_KEPT) openers.delete(oldestOpen())
    const opener = closer && entry.ref !== null ? openers.get(entry.ref) : undefined
    if (opener) openers.delete(opener.seq)
    if (listeners.size === 0 || (closer && opener === undefined)) return
    const row = opener ? rowOf(opener, entry) : rowOf(entry, null)
    for (const listener of listeners) listener(row)
  })
  return {
    onRow(fn) {
      listeners.add(fn)
      return () => listeners.delete(fn)
    },
    oldestOpen,
    rowCount: () => rows,
    recount(count) {
      rows = count
    },
  }
}
