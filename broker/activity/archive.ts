/**
 * The older part of the log, packed: blocks of entries, compressed together, each with the chain value before its first
 * entry and after its last. An entry's own hash isn't stored, it follows from the block's start; so a block proves
 * itself, blocks can be checked on several threads, and an entry of half a kilobyte takes about forty bytes.
 *
 * Entries come here by copy: a block is on the disk (synchronous=FULL) before its rows leave the newest part, so at
 * every moment each entry is in at least one of the two files. Blocks leave by retention only, the oldest first.
 */
import { existsSync, mkdirSync } from 'node:fs'
import path from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { chainHash, jsonOf } from './chain.ts'
import type { LogFiles } from './log-files.ts'
import { openAsItLies, openForReading, readable } from './open-for-reading.ts'
import { packTexts, unpackTexts } from './packed-texts.ts'

/** Entries in a block, and characters after which it is closed early. */
export const BLOCK_ENTRIES = 64
const BLOCK_CHARS = 512 * 1024

export interface BlockHead {
  first: number
  last: number
  /** Chain values before `first` and after `last`, 64 hex digits. */
  prev: string
  head: string
  atMin: number
  atMax: number
}
export interface Block extends BlockHead {
  texts: string[]
  /** The first bytes of each entry's chain value: they prove nothing, they point at the entry that was changed. */
  marks: Buffer
}
export const MARK_BYTES = 4
/** A block as it is looked into. */
export interface PackedBlock extends Pick<BlockHead, 'first' | 'last'> {
  prev: Uint8Array
  /** Its texts, packed. */
  data: Uint8Array
}
export interface Archive {
  readonly db: DatabaseSync
  /** The block that holds an entry. */
  find(seq: number): Block | null
  /** The blocks that hold these entries, which are in order: each of them once. */
  look(seqs: number[]): PackedBlock[]
  /** Heads of all blocks, the oldest first. */
  heads(): BlockHead[]
  first(): number | null
  last(): { seq: number; hash: string } | null
  /** In one transaction. */
  add(blocks: Block[]): void
  replace(block: Block): void
  removeUpTo(seq: number): void
  close(): void
}

export const ARCHIVE_SCHEMA = `
  CREATE TABLE IF NOT EXISTS block (
    last INTEGER PRIMARY KEY, first INTEGER NOT NULL, prev BLOB NOT NULL, head BLOB NOT NULL,
    at_min INTEGER NOT NULL, at_max INTEGER NOT NULL, marks BLOB NOT NULL, data BLOB NOT NULL
  ) STRICT`

/** Opens or makes the file. Only the keeper writes. */
export function openArchive(file: string): Archive {
  mkdirSync(path.dirname(file), { recursive: true, mode: 0o700 })
  const db = new DatabaseSync(file, { timeout: 5_000 })
  try {
    // Removed and redacted content is overwritten, and its pages go back to the system.
    db.exec('PRAGMA page_size = 16384; PRAGMA auto_vacuum = INCREMENTAL; PRAGMA journal_mode = WAL;')
    db.exec('PRAGMA synchronous = FULL; PRAGMA secure_delete = ON;')
    db.exec(ARCHIVE_SCHEMA)
  } catch (error) {
    db.close()
    throw error
  }
  return archiveIn(db)
}

/** For reading only. Null while there is no archive, or the keeper is still making it. */
export function openArchiveForReading(file: string, open = openForReading): Archive | null {
  if (!existsSync(file)) return null
  const db = open(file)
  if (db.prepare("SELECT 1 FROM sqlite_schema WHERE name = 'block'").get() !== undefined)
    return archiveIn(db, readable)
  db.close()
  return null
}

/** For a verification, which reads a log as it was found. */
export const openArchiveAsItLies = (files: LogFiles): Archive | null =>
  openArchiveForReading(files.archive, () => openAsItLies(files, 'archive'))

/** All columns of a block; `number` says how its whole numbers are read. */
export const blockColumns = (number: (column: string) => string): string =>
  `${['last', 'first', 'at_min', 'at_max'].map(number).join(', ')}, prev, head, marks, data`

export function archiveIn(db: DatabaseSync, number = (column: string) => column): Archive {
  const find = db.prepare(
    `SELECT ${blockColumns(number)} FROM block WHERE block.last >= ? ORDER BY block.last LIMIT 1`,
  )
  // A search looks into fifty of them: no column is read that it does not need.
  const look = db.prepare(
    `SELECT ${number('first')}, ${number('last')}, prev, data FROM block WHERE block.last >= ? ORDER BY block.last LIMIT 1`,
  )
  look.setReturnArrays(true)
  const heads = db.prepare(
    `SELECT ${blockColumns(number).replace(', marks, data', '')} FROM block ORDER BY block.last`,
  )
  const first = db.prepare(`SELECT ${number('first')} FROM block ORDER BY last LIMIT 1`)
  const last = db.prepare(`SELECT ${number('last')}, head FROM block ORDER BY block.last DESC LIMIT 1`)
  const insert = db.prepare(
    'INSERT OR REPLACE INTO block (last, first, prev, head, at_min, at_max, marks, data) VALUES (?, ?, ?, ?, ?, ?, ?, ?)',
  )
  const remove = db.prepare('DELETE FROM block WHERE last <= ?')
  const put = (block: Block) => {
    const { first, last, prev, head, atMin, atMax, marks, texts } = block
    insert.run(
      last,
      first,
      Buffer.from(prev, 'hex'),
      Buffer.from(head, 'hex'),
      atMin,
      atMax,
      marks,
      packTexts(texts),
    )
  }
  const rowOf = (seq: number) => {
    const row = find.get(seq)
    return row === undefined || Number(row.first) > seq ? null : row
  }
  return {
    db,
    find(seq) {
      const row = rowOf(seq)
      if (row === null) return null
      const texts = unpackTexts(row.data as Uint8Array)
        .toString('utf8')
        .split('\n')
      return { ...blockHead(row), marks: Buffer.from(row.marks as Uint8Array), texts }
    },
    look(seqs) {
      const found: PackedBlock[] = []
      const lookFor = (seq: number) => {
        const before = found.at(-1)
        if (before !== undefined && seq >= before.first && seq <= before.last) return
        const [first, last, prev, data] = (look.get(seq) ?? []) as unknown as PackedColumns
        if (first !== undefined && first <= seq) found.push({ first, last, prev, data })
      }
      // Of several, half of the time would go into beginning and ending a transaction for each.
      if (seqs.length > 1) inOneReading(db, () => seqs.forEach(lookFor))
      else seqs.forEach(lookFor)
      return found
    },
    heads: () => heads.all().map(blockHead),
    first: () => (first.get()?.first as number | undefined) ?? null,
    last() {
      const row = last.get()
      return row === undefined ? null : { seq: Number(row.last), hash: hex(row.head) }
    },
    add(blocks) {
      inTransaction(db, () => blocks.forEach(put))
    },
    replace: put,
    removeUpTo: (seq) => void remove.run(seq),
    close: () => db.close(),
  }
}

type PackedColumns = [first: number, last: number, prev: Uint8Array, data: Uint8Array]

/** All of it sees the file as it is now. */
export function inOneReading<T>(db: DatabaseSync, work: () => T): T {
  db.exec('BEGIN')
  try {
    return work()
  } finally {
    db.exec('COMMIT')
  }
}

export const hex = (bytes: unknown): string => Buffer.from(bytes as Uint8Array).toString('hex')

export function blockHead(row: Record<string, unknown>): BlockHead {
  return {
    first: Number(row.first),
    last: Number(row.last),
    prev: hex(row.prev),
    head: hex(row.head),
    atMin: Number(row.at_min),
    atMax: Number(row.at_max),
  }
}

/** Cuts entries in a row into blocks. Throws when they don't continue each other: what is broken is never packed over. */
export function makeBlocks(entries: { seq: number; hash: string; text: string }[], prev: string): Block[] {
  const blocks: (Block & { values: string[] })[] = []
  let open: (typeof blocks)[number] | null = null
  let chars = 0
  let before = prev
  for (const { seq, hash, text } of entries) {
    if (chainHash(before, text) !== hash) throw new Error(`Entry ${seq} does not continue the chain.`)
    const at = timeOf(text)
    if (open === null || open.texts.length >= BLOCK_ENTRIES || chars > BLOCK_CHARS) {
      open = {
        first: seq,
        last: seq,
        prev: before,
        head: hash,
        atMin: at,
        atMax: at,
        texts: [],
        values: [],
        marks: Buffer.alloc(0),
      }
      blocks.push(open)
      chars = 0
    }
    open.texts.push(text)
    open.values.push(hash.slice(0, 2 * MARK_BYTES))
    open.last = seq
    open.head = hash
    open.atMin = Math.min(open.atMin, at)
    open.atMax = Math.max(open.atMax, at)
    chars += text.length
    before = hash
  }
  return blocks.map(({ values, ...block }) => ({ ...block, marks: Buffer.from(values.join(''), 'hex') }))
}

/** When an entry was written. In canonical JSON this stands at the very beginning, where nothing else has to be read. */
function timeOf(text: string): number {
  const [, at] = /^\{(?:"asked":true,)?"at":(\d{1,15})[,}]/.exec(text) ?? []
  return at === undefined ? (JSON.parse(jsonOf(text)) as { at: number }).at : Number(at)
}

export function inTransaction(db: DatabaseSync, work: () => void): void {
  db.exec('BEGIN IMMEDIATE')
  try {
    work()
    db.exec('COMMIT')
  } catch (error) {
    if (db.isTransaction) db.exec('ROLLBACK')
    throw error
  }
}
