/**
 * The activity log: append-only, hash-chained, sealed. Everything that matters is an entry here before it happens; what
 * can't be written must not be done, so `append` throws `LogUnavailable` and the gate refuses. An append is one small
 * commit and nothing else; searching, packing and checkpoints follow behind it.
 */
import { randomUUID } from 'node:crypto'
import {
  type ActivityEntry,
  ActivityQuery,
  type ActivityRow,
  LogUnavailable,
  type VerifyReport,
} from '../../contract/activity.ts'
import type { ActivityLog, Clock } from '../ports.ts'
import { closes, opens, rowOf } from './activity-row.ts'
import { chainHash, decodeEntry, GENESIS } from './entry-bytes.ts'
import { type HotStore, openHotStore, type StoredEntry } from './hot-store.ts'
import { createLogWriter, type LogWriter, type Written } from './log-writer.ts'
import { fitsFilters, fitsText } from './match-query.ts'
import { startSealing } from './sealing.ts'
import { openSealBook, type SealSigner } from './seals.ts'
import { parseSearch } from './search-text.ts'

export interface ActivityLogOptions {
  /** `activity.db` in the data folder. */
  file: string
  clock: Clock
  seal?: SealSigner
  limits?: {
    /** Between two seals, in ms. */
    beatMs?: number
  }
  onFault?: (error: unknown) => void
}
export interface OpenActivityLog extends ActivityLog {
  /** Writes the shutdown, seals it and closes. */
  close(): Promise<void>
}

const BEAT_MS = 60_000

export function openActivityLog(options: ActivityLogOptions): OpenActivityLog {
  const { file, clock, onFault } = options
  const hot = openHotStore(file)
  const boot = `boot_${randomUUID()}`
  const book = openSealBook(hot.db)
  const before = book.last()
  const interrupted = hot.open()
  const writer = createLogWriter({ hot, file, clock, onFault })
  const rows = followRows(writer)
  const sealing = startSealing({
    writer,
    book,
    boot,
    clock,
    onFault,
    signer: options.seal,
    beatMs: options.limits?.beatMs ?? BEAT_MS,
  })
  begin(writer, {
    boot,
    interrupted,
    clean: before === null ? null : before.kind === 'shutdown' && before.seq === writer.head().seq,
  })
  let total = countRows(hot)
  writer.onWritten((entry) => {
    if (!closes(entry)) total++
  })

  return {
    append: (entry) => writer.append(entry),
    sync: () => writer.sync(),
    query: (query) => scan(hot, ActivityQuery.parse(query), total),
    entry(seq) {
      const found = hot.read(seq)
      if (found === null) return null
      const entry = decode(hot, found)
      const related =
        entry.callId === null ? [] : hot.readDown(seq + 200, 400).map((stored) => decode(hot, stored))
      return {
        entry,
        related: related.filter((other) => other.seq !== seq && other.callId === entry.callId).reverse(),
      }
    },
    verify: async () => verify(hot),
    onRow: rows.onRow,
    state: () => ({
      state: writer.failing() === null ? 'ok' : 'failing',
      entries: writer.head().seq,
      text: writer.failing() ?? '',
    }),
    async close() {
      sealing.end()
      try {
        writer.append({ kind: 'app', subject: 'Sallyport ended', details: { boot } })
        await sealing.seal('shutdown')
      } catch (error) {
        onFault?.(error)
      }
      writer.close()
      hot.close()
    },
  }
}

/** The first entries of a run: that it began, how the one before ended, and what was cut off in the middle. */
function begin(
  writer: LogWriter,
  { boot, interrupted, clean }: { boot: string; interrupted: number[]; clean: boolean | null },
): void {
  try {
    writer.append({
      kind: 'app',
      subject: clean === false ? 'Sallyport started after an end without a shutdown' : 'Sallyport started',
      details: { boot, clean },
    })
    for (const ref of interrupted)
      writer.append({
        kind: 'outcome',
        subject: 'Interrupted: the app ended before the outcome was known',
        ref,
        details: { interrupted: true },
      })
  } catch (error) {
    if (!(error instanceof LogUnavailable)) throw error
  }
}

/** Rows as they come and change, for whoever listens. */
function followRows(writer: LogWriter): Pick<ActivityLog, 'onRow'> {
  const listeners = new Set<(row: ActivityRow) => void>()
  const openers = new Map<number, Written>()
  writer.onWritten((entry) => {
    if (opens(entry.kind)) openers.set(entry.seq, entry)
    const opener = closes(entry) && entry.ref !== null ? openers.get(entry.ref) : undefined
    if (opener) openers.delete(opener.seq)
    if (listeners.size === 0 || (opener === undefined && closes(entry))) return
    const row = opener ? rowOf(opener, entry) : rowOf(entry, null)
    for (const listener of listeners) listener(row)
  })
  return {
    onRow(fn) {
      listeners.add(fn)
      return () => listeners.delete(fn)
    },
  }
}

const decode = (hot: HotStore, { seq, hash, text }: StoredEntry): ActivityEntry =>
  decodeEntry(text, { hash, prev: hot.read(seq - 1)?.hash ?? GENESIS })

function scan(hot: HotStore, query: ActivityQuery, total: number): { rows: ActivityRow[]; total: number } {
  const terms = parseSearch(query.text)
  const rows: ActivityRow[] = []
  const closers = new Map<number, ActivityEntry>()
  let unfiltered = true
  for (let from = Number.MAX_SAFE_INTEGER; from > 0; ) {
    const batch = hot.readDown(from, 500)
    for (const stored of batch) {
      const entry = decodeEntry(stored.text, { hash: stored.hash, prev: GENESIS })
      if (closes(entry) && entry.ref !== null) {
        closers.set(entry.ref, entry)
        continue
      }
      const closer = closers.get(entry.seq) ?? null
      if (!fitsFilters(query, entry) || !fitsText(terms, entry, closer)) {
        unfiltered = false
        continue
      }
      if (query.before !== undefined && entry.seq >= query.before) continue
      rows.push(rowOf(entry, closer))
      if (rows.length === query.limit) return { rows, total: unfiltered ? total : rows.length }
    }
    const last = batch.at(-1)
    if (last === undefined) break
    from = last.seq - 1
  }
  return { rows, total: unfiltered ? total : rows.length }
}

function countRows(hot: HotStore): number {
  return Number(hot.db.prepare('SELECT count(*) AS n FROM entry WHERE ref IS NULL OR ref = 0').get()?.n)
}

function verify(hot: HotStore): VerifyReport {
  const start = performance.now()
  let prev = GENESIS
  let seq = 0
  for (const stored of hot.readUp(0, 1_000_000_000)) {
    seq++
    if (stored.seq !== seq) return bad(seq, 'missing', start)
    if (chainHash(prev, stored.text) !== stored.hash) return bad(seq, 'changed', start)
    prev = stored.hash
  }
  return {
    ok: true,
    entries: seq,
    firstBad: null,
    head: { seq, hash: prev },
    sealedTo: null,
    ms: performance.now() - start,
  }
}
const bad = (seq: number, what: 'missing' | 'changed', start: number): VerifyReport => ({
  ok: false,
  entries: seq,
  firstBad: { seq, what, text: `Entry ${seq} is ${what}.` },
  head: null,
  sealedTo: null,
  ms: performance.now() - start,
})
