/** Asks the search index for rows, newest first. What it answers are candidates: whoever asks checks them on the entries. */
import { existsSync } from 'node:fs'
import { DatabaseSync } from 'node:sqlite'
import { INDEX_VERSION } from './index-schema.ts'
import { createIndexSearch, type IndexSearch, lend } from './index-search.ts'
import { SPANS, type Span } from './span-counts.ts'
import { VOLUME_ENTRIES } from './volume.ts'

export interface IndexReader {
  /** The last entry that is in it; 0 without an index. */
  indexedTo(): number
  /** Rows in it. */
  rows(): number
  /** Rows that may fit, newest first. */
  find: IndexSearch['find']
  /** How many entries lie from one with this run of three characters to the next: by the newest ones, now or lately. */
  runSpacing(run: string): number
  /** The entry that closed this one. */
  closerOf(opener: number): number | null
  /** Of several at once: those that were closed. */
  closersOf(openers: number[]): Map<number, number>
  /** What closed the entries up to and including `seq` that were open then. Null is a place to stop at. */
  openAt(seq: number): Iterable<number | null>
  /** Entry numbers between which everything of these times lies; null when nothing does. */
  rangeOf(since: number | undefined, until: number | undefined): { from: number; to: number } | null
  /** Rows by minute or hour and principal; several of one may come. */
  counts(span: Span, since: number, until: number): Iterable<SpanCount>
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
    find: (...asked) => index()?.find(...asked) ?? nothing(),
    runSpacing: (run) => index()?.runSpacing(run) ?? 1,
    closerOf: (opener) => index()?.closerOf(opener) ?? null,
    closersOf: (openers) => index()?.closersOf(openers) ?? new Map(),
    openAt: (seq) => index()?.openAt(seq) ?? [],
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
  const pairs = db.prepare('SELECT opener, closer FROM pair WHERE opener IN (SELECT value FROM json_each(?))')
  pairs.setReturnArrays(true)
  const range = db.prepare(
    'SELECT min(first) AS first, max(last) AS last FROM hour WHERE at >= ? AND at <= ?',
  )
  const laneName = db.prepare('SELECT principal, name FROM lane WHERE id = ?')
  const { find, spacing } = createIndexSearch(db)
  const each = lend(db)
  function nameOf(lane: number) {
    const found = laneName.get(lane)
    return found && { principalId: String(found.principal), name: String(found.name) }
  }
  const spacings = new Map<string, number>()
  function runSpacing(run: string): number {
    const known = spacings.get(run)
    if (known !== undefined) return known
    if (spacings.size >= SPACINGS_KEPT) spacings.clear()
    const found = spacing(run, Number(getTo.get()?.value ?? 0))
    spacings.set(run, found)
    return found
  }
  return {
    indexedTo: () => Number(getTo.get()?.value ?? 0),
    rows: () => Number(rows.get()?.rows ?? 0),
    find,
    runSpacing,
    closerOf: (opener) => (pair.get(opener)?.closer as number | undefined) ?? null,
    closersOf: (openers) => new Map(pairs.all(JSON.stringify(openers)) as unknown as [number, number][]),
    *openAt(seq) {
      for (let from = 0; from <= seq; from += VOLUME_ENTRIES) {
        const upTo = Math.min(seq, from + VOLUME_ENTRIES - 1)
        yield* each(OPEN_AT, from, upTo, seq).map(([closer]) => Number(closer))
        yield null
      }
    },
    rangeOf(since, until) {
      const to = Number(getTo.get()?.value ?? 0)
      if (since === undefined && until === undefined) return { from: to, to: 1 }
      const { first, last } =
        range.get(
          Math.floor((since ?? 0) / SPANS.hour),
          Math.floor((until ?? Number.MAX_SAFE_INTEGER) / SPANS.hour),
        ) ?? {}
      return first == null || last == null ? null : { from: Number(last), to: Number(first) }
    },
    *counts(span, since, until) {
      const lanes = new Map<number, Pick<SpanCount, 'principalId' | 'name'> | undefined>()
      const rows = each(
        `SELECT at, lane, allow, ask, deny, stop FROM ${span} WHERE at >= ? AND at <= ?`,
        Math.floor(since / SPANS[span]),
        Math.floor(until / SPANS[span]),
      )
      for (const row of rows) {
        const [at, lane, allow, ask, deny, stop] = row as [number, number, number, number, number, number]
        if (!lanes.has(lane)) lanes.set(lane, nameOf(lane))
        const whose = lanes.get(lane)
        if (whose !== undefined) yield { at: at * SPANS[span], ...whose, allow, ask, deny, stop }
      }
    },
    close: () => db.close(),
  }
}

const OPEN_AT = 'SELECT closer FROM pair WHERE opener >= ? AND opener <= ? AND closer > ?'

function* nothing() {}
