/**
 * The newest part of the log: one row an entry, in `activity.db`. Appending touches nothing but this table: no index,
 * no search, so that an append is one small commit. Older entries move to the archive behind it.
 */
import { mkdirSync } from 'node:fs'
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
  append(entry: StoredEntry): void
  read(seq: number): StoredEntry | null
  /** From `from` downward, at most `limit`. */
  readDown(from: number, limit: number): StoredEntry[]
  /** From `from` upward. */
  readUp(from: number, limit: number): StoredEntry[]
  first(): number | null
  last(): StoredEntry | null
  /** Openers without a closer. */
  open(): number[]
  readonly db: DatabaseSync
  /** Moves all frames of the WAL into the database and syncs it. Throws when the disk refuses. */
  checkpoint(): void
  close(): void
}

export const HOT_SCHEMA = `
  CREATE TABLE IF NOT EXISTS entry (seq INTEGER PRIMARY KEY, ref INTEGER, hash BLOB NOT NULL, text TEXT NOT NULL) STRICT;
  CREATE TABLE IF NOT EXISTS seal (
    id INTEGER PRIMARY KEY, kind TEXT NOT NULL, boot TEXT NOT NULL, seq INTEGER NOT NULL, hash TEXT NOT NULL,
    since INTEGER NOT NULL, at INTEGER NOT NULL, key TEXT NOT NULL, signature BLOB
  ) STRICT;`

/** Opens or makes the file. Throws what SQLite says when it can't. */
export function openHotStore(file: string): HotStore {
  mkdirSync(path.dirname(file), { recursive: true, mode: 0o700 })
  const db = new DatabaseSync(file, { timeout: 5_000 })
  try {
    // Checkpoints are the keeper's work: on this thread they would hold up an append.
    db.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; PRAGMA wal_autocheckpoint = 0;')
    db.exec(HOT_SCHEMA)
  } catch (error) {
    db.close()
    throw error
  }
  const insert = db.prepare('INSERT INTO entry (seq, ref, hash, text) VALUES (?, ?, ?, ?)')
  const columns = 'SELECT seq, ref, hash, text FROM entry'
  const read = db.prepare(`${columns} WHERE seq = ?`)
  const down = db.prepare(`${columns} WHERE seq <= ? ORDER BY seq DESC LIMIT ?`)
  const up = db.prepare(`${columns} WHERE seq >= ? ORDER BY seq LIMIT ?`)
  const first = db.prepare('SELECT min(seq) AS seq FROM entry')
  const open = db.prepare(
    'SELECT seq FROM entry WHERE ref = 0 EXCEPT SELECT ref FROM entry WHERE ref > 0 ORDER BY seq',
  )
  const all = (statement: StatementSync, ...values: number[]) => statement.all(...values).map(storedEntry)
  return {
    db,
    append: ({ seq, ref, hash, text }) => void insert.run(seq, ref, Buffer.from(hash, 'hex'), text),
    read: (seq) => all(read, seq)[0] ?? null,
    readDown: (from, limit) => all(down, from, limit),
    readUp: (from, limit) => all(up, from, limit),
    first: () => first.get()?.seq as number | null,
    last: () => all(down, Number.MAX_SAFE_INTEGER, 1)[0] ?? null,
    open: () => open.all().map((row) => Number(row.seq)),
    checkpoint() {
      const result = db.prepare('PRAGMA wal_checkpoint(FULL)').get()
      if (result?.busy !== 0) throw new Error('The log could not be checkpointed: it is in use.')
    },
    close: () => db.close(),
  }
}

export function storedEntry(row: Record<string, unknown>): StoredEntry {
  const { seq, ref, hash, text } = row as { seq: number; ref: number | null; hash: Uint8Array; text: string }
  return { seq, ref, hash: Buffer.from(hash.buffer, hash.byteOffset, hash.byteLength).toString('hex'), text }
}
