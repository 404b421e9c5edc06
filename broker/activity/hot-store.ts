/**
 * The newest part of the log: one row an entry, in `activity.db`. Appending touches nothing but this table: no index,
 * no search, so that an append is one small commit. Older entries move to the archive behind it.
 */
import { mkdirSync, statSync } from 'node:fs'
import path from 'node:path'
import { DatabaseSync, type StatementSync } from 'node:sqlite'

export interface StoredEntry {
  seq: number
  /** Null: stands alone. 0: opens something that an outcome will close. n: closes entry n. */
  ref: number | null
  /** Chain value, 64 hex digits. */
  hash: string
  text: string
}
export interface HotStore {
  /** All or none, in one commit. Throws what SQLite says. */
  append(entries: readonly StoredEntry[]): void
  read(seq: number): StoredEntry | null
  last(): StoredEntry | null
  /** Openers without a closer. */
  open(): number[]
  /** Rows of the Activity page after `seq`: entries that close another are none. */
  countRows(after: number): number
  /** The oldest entry that is in rows. */
  firstSeq(): number | null
  /** Removes at most `limit` of the oldest entries up to `seq`; returns how many went. */
  removeUpTo(seq: number, limit: number): number
  /** Gives back some of the space that a burst of entries left behind; false when there is little of it. */
  shrink(): boolean
  replaceText(seq: number, text: string): void
  getMeta(key: string): string | null
  setMeta(key: string, value: string): void
  readonly db: DatabaseSync
  /**
   * Takes the WAL in when it has grown large although the keeper takes it in: between two entries on this thread nothing
   * is written meanwhile, and only then can it begin anew.
   */
  takeIn(): void
  /** Moves all frames of the WAL into the database and syncs it. Throws when the disk refuses. */
  checkpoint(): void
  close(): void
}

export const HOT_SCHEMA = `
  CREATE TABLE IF NOT EXISTS meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT, WITHOUT ROWID;
  CREATE TABLE IF NOT EXISTS entry (seq INTEGER PRIMARY KEY, ref INTEGER, hash BLOB NOT NULL, text TEXT NOT NULL) STRICT;
  CREATE TABLE IF NOT EXISTS seal (
    id INTEGER PRIMARY KEY, kind TEXT NOT NULL, boot TEXT NOT NULL, seq INTEGER NOT NULL, hash TEXT NOT NULL,
    since INTEGER NOT NULL, at INTEGER NOT NULL, key TEXT NOT NULL, signature BLOB
  ) STRICT;
  CREATE TABLE IF NOT EXISTS cut (seq INTEGER PRIMARY KEY, hash TEXT NOT NULL, entry INTEGER NOT NULL) STRICT;
  CREATE TABLE IF NOT EXISTS redaction (seq INTEGER PRIMARY KEY, entry INTEGER NOT NULL) STRICT;`

/** Free pages that are left for the entries to come (of 8 kB), and how many are given back in one go. */
const FREE_PAGES_KEPT = 256
const FREE_PAGES_AT_ONCE = 32

/** Bytes of a WAL that is large, and what one that begins anew keeps: writing over is cheaper than growing. */
const LARGE_WAL = 128 * 1024 * 1024
const WAL_KEPT = 16 * 1024 * 1024

/** Most rows in one statement: the four entries of a tool call, twice. */
const ROWS_AT_ONCE = 8
const insertRows = (n: number) =>
  `INSERT INTO entry (seq, ref, hash, text) VALUES ${Array(n).fill('(?, ?, ?, ?)').join(', ')}`

/** Raised when an older Sallyport could not read what a newer one writes. SQLite keeps it in the file's head. */
const FORMAT = 0
/** Throws for a log that a later version made: to write into it, or to judge it, would be a guess. */
export function refuseNewer(db: DatabaseSync): void {
  const format = Number(db.prepare('PRAGMA user_version').get()?.user_version)
  if (format !== FORMAT)
    throw new Error(`it was made by a newer Sallyport (format ${format}). Use that version, or a later one.`)
}

/** Opens or makes the file. Throws what SQLite says when it can't. */
export function openHotStore(file: string): HotStore {
  mkdirSync(path.dirname(file), { recursive: true, mode: 0o700 })
  const db = new DatabaseSync(file, { timeout: 5_000 })
  try {
    refuseNewer(db)
    // Checkpoints are the keeper's work: on this thread they would hold up an append.
    db.exec('PRAGMA page_size = 8192; PRAGMA auto_vacuum = INCREMENTAL; PRAGMA journal_mode = WAL;')
    db.exec('PRAGMA synchronous = NORMAL; PRAGMA wal_autocheckpoint = 0;')
    db.exec(`PRAGMA journal_size_limit = ${WAL_KEPT}`)
    // What moved to the archive must not stay behind in free pages: there a redaction would not reach it.
    db.exec('PRAGMA secure_delete = ON')
    db.exec(HOT_SCHEMA)
    const fault = db.prepare('PRAGMA quick_check(1)').get()?.quick_check
    if (fault !== 'ok') throw new BrokenFile(`The log’s file is damaged: ${fault}`)
  } catch (error) {
    db.close()
    throw error
  }
  /** By number of rows: one statement is one commit, and costs half of what as many statements cost. */
  const inserts = Array.from({ length: ROWS_AT_ONCE }, (_, n) => db.prepare(insertRows(n + 1)))
  const begin = db.prepare('BEGIN IMMEDIATE')
  const commit = db.prepare('COMMIT')
  const insert = (entries: readonly StoredEntry[]) => {
    const values: (number | string | null | Buffer)[] = []
    for (const { seq, ref, hash, text } of entries) values.push(seq, ref, Buffer.from(hash, 'hex'), text)
    inserts[entries.length - 1]?.run(...values)
  }
  const columns = 'SELECT seq, ref, hash, text FROM entry'
  const read = db.prepare(`${columns} WHERE seq = ?`)
  const last = db.prepare(`${columns} ORDER BY seq DESC LIMIT 1`)
  const first = db.prepare('SELECT min(seq) AS seq FROM entry')
  const count = db.prepare('SELECT count(*) AS n FROM entry WHERE seq > ? AND (ref IS NULL OR ref = 0)')
  const remove = db.prepare('DELETE FROM entry WHERE seq <= ?')
  const replace = db.prepare('UPDATE entry SET text = ? WHERE seq = ?')
  const free = db.prepare('PRAGMA freelist_count')
  const getMeta = db.prepare('SELECT value FROM meta WHERE key = ?')
  const setMeta = db.prepare('INSERT OR REPLACE INTO meta (key, value) VALUES (?, ?)')
  const open = db.prepare(
    'SELECT seq FROM entry WHERE ref = 0 EXCEPT SELECT ref FROM entry WHERE ref > 0 ORDER BY seq',
  )
  const firstSeq = () => (first.get()?.seq as number | null | undefined) ?? null
  const all = (statement: StatementSync, ...values: number[]) => statement.all(...values).map(storedEntry)
  return {
    db,
    append(entries) {
      if (entries.length <= ROWS_AT_ONCE) return insert(entries)
      begin.run()
      try {
        for (let at = 0; at < entries.length; at += ROWS_AT_ONCE) insert(entries.slice(at, at + ROWS_AT_ONCE))
        commit.run()
      } catch (error) {
        if (db.isTransaction) db.exec('ROLLBACK')
        throw error
      }
    },
    read: (seq) => all(read, seq)[0] ?? null,
    last: () => all(last)[0] ?? null,
    open: () => open.all().map((row) => Number(row.seq)),
    countRows: (after) => Number(count.get(after)?.n),
    firstSeq,
    removeUpTo(seq, limit) {
      const first = firstSeq()
      return first === null ? 0 : Number(remove.run(Math.min(seq, first + limit - 1)).changes)
    },
    shrink() {
      if (Number(free.get()?.freelist_count) < FREE_PAGES_KEPT) return false
      db.exec(`PRAGMA incremental_vacuum(${FREE_PAGES_AT_ONCE})`)
      return true
    },
    replaceText: (seq, text) => void replace.run(text, seq),
    getMeta: (key) => (getMeta.get(key)?.value as string | undefined) ?? null,
    setMeta: (key, value) => void setMeta.run(key, value),
    takeIn() {
      if (statSync(`${file}-wal`).size >= LARGE_WAL) db.exec('PRAGMA wal_checkpoint(PASSIVE)')
    },
    checkpoint() {
      const result = db.prepare('PRAGMA wal_checkpoint(FULL)').get()
      if (result?.busy !== 0) throw new Error('The log could not be checkpointed: it is in use.')
    },
    close: () => db.close(),
  }
}

/** The file is there and is no database of ours, or was damaged. */
export class BrokenFile extends Error {}

export function storedEntry(row: Record<string, unknown>): StoredEntry {
  const { seq, ref, hash, text } = row as { seq: number; ref: number | null; hash: Uint8Array; text: string }
  return { seq, ref, hash: Buffer.from(hash.buffer, hash.byteOffset, hash.byteLength).toString('hex'), text }
}
