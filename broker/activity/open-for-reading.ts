/**
 * Opens a database that is only read: it writes nothing, also not beside the file where that can be helped, so that a
 * log on a read-only disk, or one that is evidence, can be verified as it is.
 */

import { existsSync, statSync } from 'node:fs'
import { DatabaseSync } from 'node:sqlite'
import { pathToFileURL } from 'node:url'
import type { LogFiles } from './log-files.ts'

/** Throws what SQLite says when it is no database or can't be read. */
export function openForReading(file: string): DatabaseSync {
  try {
    return looked(new DatabaseSync(file, { readOnly: true, timeout: 5_000 }))
  } catch (error) {
    if (!isNotAllowed(error)) throw error
    // A disk on which nothing can be made beside it: then nobody writes to it either.
    return openAlone(file)
  }
}

/**
 * As `openForReading`, and nothing is made beside a log that nobody has open. Only for a look that is made anew when
 * somebody opened it meanwhile (`isQuiet`): what is changed under it is not noticed.
 */
export function openAsItLies(files: LogFiles, which: 'hot' | 'archive'): DatabaseSync {
  return isQuiet(files) ? openAlone(files[which]) : openForReading(files[which])
}

/** Whoever has the log open has these beside it; the archive alone may be closed then. */
export const isQuiet = ({ hot, archive }: LogFiles): boolean =>
  [hot, archive].flatMap((file) => [`${file}-wal`, `${file}-shm`]).every((beside) => !existsSync(beside))

/** Without a lock, and without the file in which those who share one find each other. */
function openAlone(file: string): DatabaseSync {
  const url = pathToFileURL(file)
  const waiting = statSync(`${file}-wal`, { throwIfNoEntry: false })?.size ?? 0
  if (waiting === 0) {
    url.searchParams.set('immutable', '1')
    return looked(new DatabaseSync(url, { readOnly: true }))
  }
  // The newest entries are still in the write-ahead log: it is read, and not taken in.
  url.searchParams.set('vfs', process.platform === 'win32' ? 'win32-none' : 'unix-none')
  const db = new DatabaseSync(url, { readOnly: true })
  db.exec('PRAGMA locking_mode = EXCLUSIVE')
  return looked(db)
}

function looked(db: DatabaseSync): DatabaseSync {
  try {
    db.prepare('SELECT count(*) FROM sqlite_schema').get()
    return db
  } catch (error) {
    db.close()
    throw error
  }
}

/** A column of whole numbers, for a log that may have been tampered with: what is too large to be read is read as too large. */
export const readable = (column: string): string =>
  `max(${Number.MIN_SAFE_INTEGER}, min(${Number.MAX_SAFE_INTEGER}, ${column})) AS ${column}`

/** SQLITE_READONLY, SQLITE_CANTOPEN. */
const isNotAllowed = (error: unknown) =>
  [8, 14].includes(((error as { errcode?: number }).errcode ?? 0) & 0xff)
