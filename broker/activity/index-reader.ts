/** Asks the search index for rows, newest first. What it answers are candidates: whoever asks checks them on the entries. */
import { existsSync } from 'node:fs'
import { DatabaseSync, type StatementSync } from 'node:sqlite'
import { createFallingList, type FallingList } from './falling-list.ts'
import { INDEX_VERSION, VOLUME_ENTRIES, volumeOf } from './index-schema.ts'
import { quote } from './index-terms.ts'
import { SPANS, type Span } from './span-counts.ts'

export interface IndexReader {
  /** The last entry that is in it; 0 without an index. */
  indexedTo(): number
  /** Rows in it. */
  rows(): number
  /** Candidates of an FTS5 expression, from `from` down to `downTo`. */
  search(kind: 'word' | 'part', expression: string, from: number, downTo: number): FallingList
  /** How many entries lie from one with this run of three characters to the next: by the newest ones, now or lately. */
  runSpacing(run: string): number
  /** The entry that closed this one. */
  closerOf(opener: number): number | null
  /** Entry numbers between which everything of these times lies; null when nothing does. */
  rangeOf(since: number | undefined, until: number | undefined): { from: number; to: number } | null
  /** Rows by minute or hour and principal. */
  counts(span: Span, since: number, until: number): SpanCount[]
  /** It was damaged: from now on nothing is indexed, until it is opened again. */
  forget(): void
  /** There is a new file. */
  reopen(): void
  close(): void
}
/** What an index that is there answers. */
type OpenIndex = Omit<IndexReader, 'forget' | 'reopen'>
/** Runs whose spacing is kept in memory. */
const SPACINGS_KEPT = 4_000

export interface SpanCount {
  /** Beginning of the minute or hour, epoch ms. */
  at: number
  principalId: string
  name: string
  allow: number
  ask: number
  deny: number
  stop: number
}

/** Opens the file when there is one; until then it answers that nothing is indexed. */
export function createIndexReader(file: string): IndexReader {
  let opened: OpenIndex | null = null
  let away = false
  const index = () => {
    if (opened === null && !away && existsSync(file)) opened = open(file)
    return opened
  }
  const drop = (isAway: boolean) => {
    away = isAway
    opened?.close()
    opened = null
  }
  return {
    indexedTo: () => index()?.indexedTo() ?? 0,
    rows: () => index()?.rows() ?? 0,
    search: (...asked) => index()?.search(...asked) ?? createFallingList(0, () => null),
    runSpacing: (run) => index()?.runSpacing(run) ?? 1,
    closerOf: (opener) => index()?.closerOf(opener) ?? null,
    rangeOf: (since, until) => index()?.rangeOf(since, until) ?? null,
    counts: (span, since, until) => index()?.counts(span, since, until) ?? [],
    forget: () => drop(true),
    reopen: () => drop(false),
    close: () => opened?.close(),
  }
}

/** Null while the keeper is still making the tables, and for one that is damaged. */
function open(file: string): OpenIndex | null {
  const db = new DatabaseSync(file, { timeout: 1_000 })
  try {
    const version = db.prepare("SELECT value FROM meta WHERE key = 'version'").get()?.value
    if (version === INDEX_VERSION) {
      const reader = readerOf(db)
      // What is asked for when the log is opened can be read: a damaged index must not hold that up.
      reader.indexedTo()
      reader.rows()
      return reader
    }
  } catch {}
  db.close()
  return null
}

function readerOf(db: DatabaseSync): OpenIndex {
  const getTo = db.prepare("SELECT value FROM meta WHERE key = 'to'")
  const rows = db.prepare('SELECT total(rows) AS rows FROM volume')
  const pair = db.prepare('SELECT closer FROM pair WHERE opener = ?')
  const volumeBelow = db.prepare('SELECT max(id) AS id FROM volume WHERE id <= ?')
  const statements = new Map<string, StatementSync>()
  const prepared = (sql: string): StatementSync => {
    const known = statements.get(sql) ?? db.prepare(sql)
    statements.set(sql, known)
    return known
  }
  // A statement that stays open holds up checkpoints: a list is read and closed within one query, and so within one turn.
  function search(kind: 'word' | 'part', expression: string, top: number, downTo: number): FallingList {
    return createFallingList(top, (from) => {
      if (from < downTo) return null
      const id = volumeBelow.get(volumeOf(from))?.id
      if (id == null || Number(id) < volumeOf(Math.max(0, downTo))) return null
      const table = `${kind}_${id}`
      const sql = `SELECT rowid FROM ${table} WHERE ${table} MATCH ? AND rowid <= ? AND rowid >= ? ORDER BY rowid DESC`
      const rows = asArrays(prepared(sql)).iterate(expression, from, downTo)
      return { rows: rows as unknown as Iterator<number[]>, downTo: Number(id) * VOLUME_ENTRIES }
    })
  }
  const spacings = new Map<string, number>()
  function runSpacing(run: string): number {
    const known = spacings.get(run)
    if (known !== undefined) return known
    if (spacings.size >= SPACINGS_KEPT) spacings.clear()
    const to = Number(getTo.get()?.value ?? 0)
    const list = search('part', quote(run), to, 1)
    try {
      const spacing = list.spacing()
      spacings.set(run, spacing)
      return spacing
    } finally {
      list.close()
    }
  }
  return {
    indexedTo: () => Number(getTo.get()?.value ?? 0),
    rows: () => Number(rows.get()?.rows ?? 0),
    search,
    runSpacing,
    closerOf: (opener) => (pair.get(opener)?.closer as number | undefined) ?? null,
    rangeOf(since, until) {
      const to = Number(getTo.get()?.value ?? 0)
      if (since === undefined && until === undefined) return { from: to, to: 1 }
      const { first, last } =
        prepared('SELECT min(first) AS first, max(last) AS last FROM hour WHERE at >= ? AND at <= ?').get(
          Math.floor((since ?? 0) / SPANS.hour),
          Math.floor((until ?? Number.MAX_SAFE_INTEGER) / SPANS.hour),
        ) ?? {}
      return first == null || last == null ? null : { from: Number(last), to: Number(first) }
    },
    counts: (span, since, until) =>
      prepared(
        `SELECT at * ${SPANS[span]} AS at, principal AS principalId, name, sum(allow) AS allow, sum(ask) AS ask,
           sum(deny) AS deny, sum(stop) AS stop
         FROM ${span} JOIN lane ON lane.id = lane WHERE at >= ? AND at <= ? GROUP BY at, lane`,
      ).all(Math.floor(since / SPANS[span]), Math.floor(until / SPANS[span])) as unknown as SpanCount[],
    close: () => db.close(),
  }
}

function asArrays(statement: StatementSync): StatementSync {
  statement.setReturnArrays(true)
  return statement
}
