/**
 * The rows on the Activity page: a window of at most 10,000 on a record of any length, newest first. Pure. While the
 * reader is at the top, new rows come in there; while they read further down, new rows wait, so that nothing moves
 * under their eyes. Changed rows (an outcome has come) are replaced in place either way.
 */
import type { ActivityRow } from '../../contract/activity.ts'

/** The virtual list walks all its rows when their number changes: half a millisecond at this many. */
export const MOST_ROWS = 10_000

export interface RowWindow {
  /** Newest first, by sequence number, without gaps in the order. */
  rows: ActivityRow[]
  /** New rows that wait to be shown, newest first. */
  fresh: ActivityRow[]
  /** How many of the newest rows were let go because the reader went far down. */
  dropped: number
}

export const EMPTY_WINDOW: RowWindow = { rows: [], fresh: [], dropped: 0 }

/** Index of the row with this sequence number, or where it would stand. Rows are sorted downwards. */
export function placeOf(rows: readonly ActivityRow[], seq: number): number {
  let low = 0
  let high = rows.length
  while (low < high) {
    const middle = (low + high) >>> 1
    if ((rows[middle]?.seq ?? 0) > seq) low = middle + 1
    else high = middle
  }
  return low
}

function replaceKnown(rows: ActivityRow[], changes: readonly ActivityRow[]): ActivityRow[] {
  let next = rows
  for (const row of changes) {
    const at = placeOf(next, row.seq)
    if (next[at]?.seq !== row.seq) continue
    if (next === rows) next = [...rows]
    next[at] = row
  }
  return next
}

const newestIn = ({ fresh, rows }: RowWindow): number => fresh[0]?.seq ?? rows[0]?.seq ?? 0

/** How many of these were not there before; the others are known rows that have changed. */
export function countNew(window: RowWindow, told: readonly ActivityRow[]): number {
  const newest = newestIn(window)
  return new Set(told.map(({ seq }) => seq).filter((seq) => seq > newest)).size
}

/** Takes in rows as the broker told them, newest last. `atTop`: the reader sees the newest row. */
export function takeRows(window: RowWindow, told: readonly ActivityRow[], atTop: boolean): RowWindow {
  const newestKnown = newestIn(window)
  const bySeq = new Map(told.map((row) => [row.seq, row]))
  const all = [...bySeq.values()].sort((a, b) => b.seq - a.seq)
  const added = all.filter(({ seq }) => seq > newestKnown)
  const known = all.filter(({ seq }) => seq <= newestKnown)
  const rows = replaceKnown(window.rows, known)
  const fresh = replaceKnown(window.fresh, known)
  if (atTop && window.dropped === 0)
    return { rows: [...added, ...fresh, ...rows].slice(0, MOST_ROWS), fresh: [], dropped: 0 }
  return { rows, fresh: [...added, ...fresh].slice(0, MOST_ROWS), dropped: window.dropped }
}

/** Shows what waits. After a long way down the newest rows are gone from the window, and must be read again. */
export function showFresh(window: RowWindow): RowWindow {
  return { rows: [...window.fresh, ...window.rows].slice(0, MOST_ROWS), fresh: [], dropped: 0 }
}

/** Older rows at the end. Beyond the window's size the newest are let go. */
export function addOlder(window: RowWindow, older: readonly ActivityRow[]): RowWindow {
  const last = window.rows.at(-1)?.seq ?? Number.POSITIVE_INFINITY
  const rows = [...window.rows, ...older.filter(({ seq }) => seq < last)]
  const excess = Math.max(0, rows.length - MOST_ROWS)
  return { rows: rows.slice(excess), fresh: window.fresh, dropped: window.dropped + excess }
}
