/** Cuts the archive into stretches, of which several threads verify one after the other (`verify-part.ts`). */
import type { DatabaseSync } from 'node:sqlite'
import { BLOCK_ENTRIES, openArchiveAsItLies } from './archive.ts'
import type { LogFiles } from './log-files.ts'
import { readable } from './open-for-reading.ts'
import type { Stretch } from './verify-part.ts'

/** Stretches for each thread: one that starts late, or gets less of the processor, takes fewer. */
const EACH = 8
const ENTRIES_EACH = 64 * BLOCK_ENTRIES

export interface CutOptions {
  /** Up to here a seal speaks of the blocks; 0 where none does. */
  provedTo: number
  /** Entries of a stretch at least: to begin another thread for fewer takes longer than to walk them. */
  entriesEach?: number | undefined
}

/** Stretches of about as many entries each, after one of those up to `provedTo`; the last goes on through the rows. */
export function cutStretches(
  files: LogFiles,
  threads: number,
  { provedTo, entriesEach = ENTRIES_EACH }: CutOptions,
): { stretches: Stretch[]; useful: number } {
  const archive = openArchiveAsItLies(files)
  try {
    const cut = (fromSeq: number, toSeq: number): Stretch[] =>
      archive === null ? [] : cutBlocks(archive.db, threads, entriesEach, { fromSeq, toSeq, withRows: false })
    const proved: Stretch[] =
      provedTo === 0 ? [] : [{ fromSeq: 0, toSeq: provedTo, withRows: false, proved: true }]
    const rest = cut(provedTo === 0 ? 0 : provedTo + 1, Number.MAX_SAFE_INTEGER)
    const stretches = [...proved, ...rest]
    if (stretches.length === 0) stretches.push({ fromSeq: 0, toSeq: Number.MAX_SAFE_INTEGER, withRows: true })
    Object.assign(stretches.at(-1) as Stretch, { withRows: true })
    // To look at bytes is soon done: sooner than another thread has begun.
    return { stretches, useful: Math.max(1, rest.length) }
  } finally {
    archive?.close()
  }
}

/**
 * None where no block ends in it. Cut by entry numbers, since blocks are about as long: to count them, or to pass over
 * so many, SQLite would go through the whole file, on the thread of whoever asks.
 */
function cutBlocks(db: DatabaseSync, threads: number, entriesEach: number, whole: Stretch): Stretch[] {
  const { fromSeq, toSeq } = whole
  const ends = `SELECT ${readable('last')} FROM block WHERE block.last >= ? AND block.last <= ?`
  const next = db.prepare(`${ends} ORDER BY block.last LIMIT 1`)
  const first = next.get(fromSeq, toSeq)?.last
  const last = db.prepare(`${ends} ORDER BY block.last DESC LIMIT 1`).get(fromSeq, toSeq)?.last
  if (first == null || last == null) return []
  const entries = Number(last) - Number(first)
  const parts = threads === 1 ? 1 : Math.min(EACH * threads, Math.floor(entries / entriesEach))
  const cuts = new Set<number>()
  for (let n = 1; n < parts; n++) {
    const end = Number(next.get(Number(first) + Math.floor((n * entries) / parts), toSeq)?.last)
    if (end < Number(last)) cuts.add(end)
  }
  const starts = [fromSeq, ...[...cuts].map((end) => end + 1)]
  return [...cuts, toSeq].map((end, n) => ({ ...whole, fromSeq: starts[n] ?? fromSeq, toSeq: end }))
}
