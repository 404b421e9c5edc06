/**
 * The product's own small documents (agents, grants, rules of secrets, settings) in one SQLite file. `put` is on the
 * disk when it returns (WAL, synchronous=FULL), because what a person decided must survive a power cut. A file that
 * can't be read is moved aside, never deleted, and a fresh one is begun: the app starts and says so.
 */
import { existsSync, mkdirSync, renameSync } from 'node:fs'
import path from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import type { Clock, DocumentStore } from '../ports.ts'

export interface DocumentStoreOptions {
  /** `state.db` in the data folder; its folder is made when it is missing. */
  file: string
  clock?: Clock
  /** Told in a sentence when a broken file was moved aside. */
  say?: (text: string) => void
}
export interface OpenDocumentStore extends DocumentStore {
  /** Where a broken file was moved at open, or null. */
  readonly movedAside: string | null
  close(): void
}

const SCHEMA = `
  CREATE TABLE IF NOT EXISTS document (
    kind TEXT NOT NULL, id TEXT NOT NULL, value TEXT NOT NULL, PRIMARY KEY (kind, id)
  ) STRICT, WITHOUT ROWID`

/** Opens the store. Throws when the folder can't be written: without it nothing that is decided would be kept. */
export function openDocumentStore(options: DocumentStoreOptions): OpenDocumentStore {
  const { file, say = () => {} } = options
  mkdirSync(path.dirname(file), { recursive: true, mode: 0o700 })
  let movedAside: string | null = null
  let db: DatabaseSync
  try {
    db = openFile(file)
  } catch (error) {
    if (!isBroken(error)) throw error
    movedAside = moveAside(file, (options.clock ?? Date.now)())
    say(
      `${path.basename(file)} could not be read (${messageOf(error)}). It was kept as ${path.basename(movedAside)}, and a fresh one was begun.`,
    )
    db = openFile(file)
  }
  return { ...documentsIn(db), movedAside, close: () => db.close() }
}

function documentsIn(db: DatabaseSync): DocumentStore {
  const get = db.prepare('SELECT value FROM document WHERE kind = ? AND id = ?')
  const put = db.prepare(
    'INSERT INTO document (kind, id, value) VALUES (?, ?, ?) ON CONFLICT DO UPDATE SET value = excluded.value',
  )
  const remove = db.prepare('DELETE FROM document WHERE kind = ? AND id = ?')
  const list = db.prepare('SELECT id, value FROM document WHERE kind = ? ORDER BY id')
  return {
    get(kind, id) {
      const row = get.get(kind, id)
      return row === undefined ? undefined : JSON.parse(String(row.value))
    },
    put(kind, id, value) {
      const text = JSON.stringify(value)
      if (text === undefined) throw new TypeError(`A document must be a JSON value (${kind} ${id}).`)
      put.run(kind, id, text)
    },
    delete(kind, id) {
      remove.run(kind, id)
    },
    list(kind) {
      return list
        .all(kind)
        .map((row) => ({ id: String(row.id), value: JSON.parse(String(row.value)) as unknown }))
    },
  }
}

function openFile(file: string): DatabaseSync {
  const db = new DatabaseSync(file, { timeout: 2_000 })
  try {
    db.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;')
    db.exec(SCHEMA)
    const faults = db.prepare('PRAGMA quick_check(1)').get()
    if (faults?.quick_check !== 'ok') throw new Broken(String(faults?.quick_check))
    for (const { value } of db.prepare('SELECT value FROM document').iterate()) JSON.parse(String(value))
    return db
  } catch (error) {
    db.close()
    throw error
  }
}

class Broken extends Error {}

/** SQLITE_CORRUPT, SQLITE_NOTADB, or content that is not ours; anything else (no permission, no space) is not the file's fault. */
function isBroken(error: unknown): boolean {
  if (error instanceof Broken || error instanceof SyntaxError) return true
  const code = (error as { errcode?: number }).errcode
  return code !== undefined && [11, 26].includes(code & 0xff)
}

function moveAside(file: string, now: number): string {
  const stamp = new Date(now).toISOString().replace(/[:.]/g, '-')
  const target = `${file}.broken-${stamp}`
  for (const part of ['', '-wal', '-shm']) if (existsSync(file + part)) renameSync(file + part, target + part)
  return target
}

const messageOf = (error: unknown) => (error instanceof Error ? error.message : String(error))
