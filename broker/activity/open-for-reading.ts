/**
 * Opens a database that is only read: it writes nothing, also not beside the file where that can be helped, so that a
 * log on a read-only disk, or one that is evidence, can be verified as it is.
 */

import { DatabaseSync } from 'node:sqlite'
import { pathToFileURL } from 'node:url'

/** Throws what SQLite says when it is no database or can't be read. */
export function openForReading(file: string): DatabaseSync {
  try {
    const db = new DatabaseSync(file, { readOnly: true, timeout: 5_000 })
    try {
      db.prepare('SELECT count(*) FROM sqlite_schema').get()
      return db
    } catch (error) {
      db.close()
      throw error
    }
  } catch (error) {
    if (!isNotAllowed(error)) throw error
    // A disk on which nothing can be made beside it: then nobody writes to it either.
    const url = pathToFileURL(file)
    url.searchParams.set('immutable', '1')
    return new DatabaseSync(url, { readOnly: true })
  }
}

/** A column of whole numbers, for a log that may have been tampered with: what is too large to be read is read as too large. */
export const readable = (column: string): string =>
  `max(${Number.MIN_SAFE_INTEGER}, min(${Number.MAX_SAFE_INTEGER}, ${column})) AS ${column}`

/** SQLITE_READONLY, SQLITE_CANTOPEN. */
const isNotAllowed = (error: unknown) =>
  [8, 14].includes(((error as { errcode?: number }).errcode ?? 0) & 0xff)
