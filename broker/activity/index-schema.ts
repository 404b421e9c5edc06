/**
 * The search index, in a file of its own: made from the log and thrown away without loss. It is cut into volumes by
 * entry number, so that what retention or redaction removes also leaves the index: a volume is dropped or made anew,
 * never picked at. Postings carry no positions and no texts; phrases and parts are checked on the entries themselves.
 */
import type { DatabaseSync } from 'node:sqlite'
import { COMMON_SCHEMA, dropCommonTerms } from './common-terms.ts'
import { VOLUME_ENTRIES } from './volume.ts'

/** Raised when the terms change; an index of another version is made anew. */
export const INDEX_VERSION = 5

export const INDEX_SCHEMA = `
  CREATE TABLE IF NOT EXISTS meta (key TEXT PRIMARY KEY, value ANY) STRICT, WITHOUT ROWID;
  CREATE TABLE IF NOT EXISTS volume (id INTEGER PRIMARY KEY, rows INTEGER NOT NULL) STRICT;
  CREATE TABLE IF NOT EXISTS pair (opener INTEGER PRIMARY KEY, closer INTEGER NOT NULL) STRICT;
  CREATE TABLE IF NOT EXISTS lane (id INTEGER PRIMARY KEY, principal TEXT NOT NULL UNIQUE, name TEXT NOT NULL) STRICT;
  ${(['minute', 'hour'] as const)
    .map(
      (span) => `CREATE TABLE IF NOT EXISTS ${span} (
        at INTEGER NOT NULL, lane INTEGER NOT NULL, volume INTEGER NOT NULL, first INTEGER NOT NULL, last INTEGER NOT NULL,
        allow INTEGER NOT NULL, ask INTEGER NOT NULL, deny INTEGER NOT NULL, stop INTEGER NOT NULL,
        PRIMARY KEY (at, lane, volume)
      ) STRICT, WITHOUT ROWID;`,
    )
    .join('')}
  ${COMMON_SCHEMA}`

const tokenizer = { word: 'ascii', part: 'trigram case_sensitive 1' }

export function makeVolume(db: DatabaseSync, volume: number): void {
  for (const [name, tokenize] of Object.entries(tokenizer)) {
    db.exec(
      `CREATE VIRTUAL TABLE IF NOT EXISTS ${name}_${volume} USING fts5(
        text, content='', columnsize=0, detail=none, tokenize='${tokenize}')`,
    )
    // Larger runs in memory before they are written make fewer merges.
    db.exec(`INSERT INTO ${name}_${volume} (${name}_${volume}, rank) VALUES ('hashsize', ${8 * 1024 * 1024})`)
  }
  db.prepare('INSERT OR IGNORE INTO volume (id, rows) VALUES (?, 0)').run(volume)
}

/** Puts the runs in which it was written together: each of them is looked at for each term of a query. */
export function mergeVolume(db: DatabaseSync, volume: number): void {
  for (const name of Object.keys(tokenizer))
    db.exec(`INSERT INTO ${name}_${volume} (${name}_${volume}) VALUES ('optimize')`)
}

export function dropVolume(db: DatabaseSync, volume: number): void {
  for (const name of Object.keys(tokenizer)) db.exec(`DROP TABLE IF EXISTS ${name}_${volume}`)
  dropCommonTerms(db, volume)
  db.prepare('DELETE FROM volume WHERE id = ?').run(volume)
  for (const span of ['minute', 'hour']) db.prepare(`DELETE FROM ${span} WHERE volume = ?`).run(volume)
  db.prepare('DELETE FROM pair WHERE opener >= ? AND opener < ?').run(
    volume * VOLUME_ENTRIES,
    (volume + 1) * VOLUME_ENTRIES,
  )
}

/** Everything, of whatever version it is. */
export function dropAll(db: DatabaseSync): void {
  const tables = db.prepare("SELECT name, sql FROM sqlite_schema WHERE type = 'table'").all()
  // The virtual tables first: they take their own tables along.
  const isVirtual = ({ sql }: Record<string, unknown>) => String(sql).startsWith('CREATE VIRTUAL')
  const own = /^(meta|volume|pair|lane|minute|hour|common|late)$/
  for (const { name } of tables.filter(isVirtual)) db.exec(`DROP TABLE IF EXISTS "${name}"`)
  for (const { name } of tables) if (own.test(String(name))) db.exec(`DROP TABLE IF EXISTS "${name}"`)
}

/** SQLITE_CORRUPT, SQLITE_NOTADB: made from the log, a damaged index is made anew. */
export const isDamaged = (error: unknown): boolean =>
  [11, 26].includes(((error as { errcode?: number }).errcode ?? 0) & 0xff)
