/**
 * Removes the oldest part of the log by age and by size, and keeps the proof: before anything goes, an entry says how
 * far and with which chain value the removed part ended, and a seal goes over that entry. What is left is verified from
 * that value on. Only whole packed blocks are removed; the newest entries always stay.
 */
import { existsSync } from 'node:fs'
import { DatabaseSync } from 'node:sqlite'
import type { Clock } from '../ports.ts'
import type { BlockHead } from './archive.ts'
import { openArchive } from './archive.ts'
import type { HotStore } from './hot-store.ts'
import type { Keeper } from './keeper.ts'
import type { LogFiles } from './log-files.ts'
import type { LogWriter } from './log-writer.ts'
import type { Sealing } from './sealing.ts'

export interface Keep {
  days: number
  megabytes: number
}
export interface Removed {
  entries: number
  /** The last removed entry, or null when nothing had to go. */
  upTo: number | null
}
export interface RetentionParts {
  files: LogFiles
  hot: HotStore
  writer: LogWriter
  sealing: Sealing
  keeper: () => Keeper
  clock: Clock
}

const DAY_MS = 86_400_000

/** So far may the clock have moved while Sallyport did not run, before it is doubted. */
const AWAY_MS = 31 * DAY_MS

/**
 * False for a day after the clock was found far ahead of where it was last sealed: a wrong clock would make everything
 * old, and what was removed does not come back when the clock is set right. To start once more does not end the doubt.
 * @param seals of the runs before, by the clock
 */
export function knowsTheDay(now: number, seals: { since: number; at: number }[], openForMs: number): boolean {
  if (openForMs >= DAY_MS) return true
  /** From here to now there was no leap. */
  let edge = now - openForMs
  // What was sealed later than now was sealed by a clock that is right again.
  for (const { since, at } of seals.filter(({ at }) => at <= edge).toSorted((a, b) => b.at - a.at)) {
    if (edge - at > AWAY_MS) return now - edge >= DAY_MS
    edge = Math.min(edge, since)
  }
  return true
}

/**
 * Removes what is older than `days` (unless `byAge` is false) or over `megabytes`. Rejects when the log can't be written.
 */
export async function removeOld(parts: RetentionParts, keep: Keep, byAge = true): Promise<Removed> {
  const { files, hot, writer, sealing, keeper, clock } = parts
  const archive = openArchive(files.archive)
  // What is still in rows, too, stays until these have left.
  const rowsFrom = hot.firstSeq() ?? Number.POSITIVE_INFINITY
  const heads = archive.heads().filter(({ last }) => last < rowsFrom)
  archive.close()
  const cut = findCut(heads, files, keep, byAge ? clock() - keep.days * DAY_MS : 0)
  if (cut === null) return { entries: 0, upTo: null }
  const { block, first, why } = cut
  const entries = block.last - first + 1
  const point = { seq: block.last, hash: block.head }
  const told = writer.append({
    kind: 'app',
    subject:
      why === 'age'
        ? `Removed ${entries} entries older than ${keep.days} days from the log`
        : `Removed the oldest ${entries} entries: the log had grown over ${keep.megabytes} MB`,
    details: { cut: point, first, entries, why },
  })
  hot.db
    .prepare('INSERT OR REPLACE INTO cut (seq, hash, entry) VALUES (?, ?, ?)')
    .run(point.seq, point.hash, told.seq)
  hot.setMeta('start', JSON.stringify(point))
  await sealing.seal('beat')
  await keeper().order({ do: 'remove', upTo: block.last })
  return { entries, upTo: block.last }
}

/** The newest block that has to go: by size, or all of it older than `before`. */
function findCut(heads: BlockHead[], files: LogFiles, keep: Keep, before: number) {
  const first = heads[0]?.first
  if (first === undefined) return null
  const byAge = lastWhile(heads, ({ atMax }) => atMax < before)
  const bytes = sizeOf(files.archive) + sizeOf(files.index)
  const over = bytes - keep.megabytes * 1_000_000
  // Blocks are of about one size, and so is their share of the index. A tenth more, so that it isn't at the limit at once.
  const surplus = over <= 0 ? 0 : Math.ceil(heads.length * Math.min(1, (over / bytes) * 1.1))
  const bySize = heads[surplus - 1] ?? null
  const block = [byAge, bySize].filter((head) => head !== null).sort((a, b) => b.last - a.last)[0]
  return block === undefined
    ? null
    : { block, first, why: block === byAge ? ('age' as const) : ('size' as const) }
}

function lastWhile(heads: BlockHead[], holds: (head: BlockHead) => boolean): BlockHead | null {
  const end = heads.findIndex((head) => !holds(head))
  return heads[(end === -1 ? heads.length : end) - 1] ?? null
}

/** Content, whether or not it has been taken out of the WAL yet. */
function sizeOf(file: string): number {
  if (!existsSync(file)) return 0
  const db = new DatabaseSync(file, { timeout: 5_000 })
  try {
    const { pages } =
      db.prepare('SELECT page_count * page_size AS pages FROM pragma_page_count, pragma_page_size').get() ??
      {}
    return Number(pages)
  } finally {
    db.close()
  }
}
