/**
 * The activity log: append-only, hash-chained, sealed. Everything that matters is an entry here before it happens; what
 * can't be written must not be done, so `append` throws `LogUnavailable` and the gate refuses. An append is one small
 * commit and nothing else; searching, packing and checkpoints follow behind it on another thread.
 *
 *   activity.db          the newest thousand entries in rows, and the seals   (hot-store.ts)
 *   activity-archive.db  the older ones, packed                               (archive.ts)
 *   activity-index.db    what can be searched; made from the others           (index-schema.ts)
 */
import { randomUUID } from 'node:crypto'
import { ActivityQuery, LogUnavailable } from '../../contract/activity.ts'
import type { ActivityLog, Clock } from '../ports.ts'
import { readEntry } from './entry-bytes.ts'
import { createEntryReader } from './entry-reader.ts'
import { followRows } from './follow-rows.ts'
import { createFollowUp, FOLLOW_UP, type FollowUpLimits } from './follow-up.ts'
import { createIndexReader } from './index-reader.ts'
import { createKeeper, type Keeper } from './keeper.ts'
import { logFiles } from './log-files.ts'
import { createLogWriter, type LogWriter } from './log-writer.ts'
import { openHotStoreSafely } from './open-hot-store.ts'
import { queryRows } from './query-rows.ts'
import { readRelated } from './read-related.ts'
import { startSealing } from './sealing.ts'
import { openSealBook, type SealSigner } from './seals.ts'
import { createTailCache } from './tail-cache.ts'
import { verifyFile } from './verify-log.ts'

export interface ActivityLogLimits extends FollowUpLimits {
  /** Between two seals, in ms. */
  beatMs: number
  /** The keeper's thread is ended when it had nothing to do for so long, in ms. */
  keeperIdleMs: number
}
export interface ActivityLogOptions {
  /** `activity.db` in the data folder; two more files lie beside it. */
  file: string
  clock: Clock
  seal?: SealSigner
  limits?: Partial<ActivityLogLimits>
  onFault?: (error: unknown) => void
}
export interface OpenActivityLog extends ActivityLog {
  /** Indexes and packs what there is. Nobody needs to wait for it: queries read what is not indexed yet. */
  catchUp(): Promise<void>
  /** Writes the shutdown, seals it and closes. */
  close(): Promise<void>
}

const LIMITS: ActivityLogLimits = { ...FOLLOW_UP, beatMs: 60_000, keeperIdleMs: 15_000 }

/** Opens the log. Throws what the system says when its files can't be opened; `keep-trying.ts` goes on from there. */
export function openActivityLog(options: ActivityLogOptions): OpenActivityLog {
  const { clock, onFault = () => {} } = options
  const limits = { ...LIMITS, ...options.limits }
  const files = logFiles(options.file)
  const { hot, start, movedAside } = openHotStoreSafely(files, clock)
  const boot = `boot_${randomUUID()}`
  const publicKeys = options.seal ? [options.seal.publicKey, ...(options.seal.formerKeys ?? [])] : []
  const book = openSealBook(hot.db)
  const reader = createEntryReader(hot.db, files.archive)
  const index = createIndexReader(files.index)
  const before = { seal: book.last(), interrupted: hot.open() }
  const indexedTo = index.indexedTo()

  const writer = createLogWriter({ hot, file: files.hot, clock, start, onFault })
  const rows = followRows(writer, index.rows() + hot.countRows(indexedTo))
  const tail = createTailCache(reader, writer)
  const sealing = startSealing({
    writer,
    book,
    boot,
    clock,
    onFault,
    signer: options.seal,
    beatMs: limits.beatMs,
  })
  let keeper: Keeper | null = null
  const startKeeper = () => {
    keeper ??= createKeeper({ files, onReport: followUp.report, idleMs: limits.keeperIdleMs })
    return keeper
  }
  const followUp = createFollowUp({
    keeper: startKeeper,
    hot,
    writer,
    clock,
    limits,
    indexedTo,
    oldestOpen: rows.oldestOpen,
    onFault,
  })
  begin(writer, { boot, movedAside, ...before })
  sealing.seal('beat').catch(onFault)

  return {
    append: (entry) => writer.append(entry),
    sync: () => writer.sync(),
    query(query) {
      const to = index.indexedTo()
      return queryRows(
        {
          index,
          indexedTo: to,
          tail: tail.after(to),
          down: (from, limit) => reader.down(from, limit).map(({ text }) => readEntry(text)),
          read(seq) {
            const text = reader.text(seq)
            return text === null ? null : readEntry(text)
          },
          rowCount: rows.rowCount(),
        },
        ActivityQuery.parse(query),
      )
    },
    entry: (seq) => readRelated({ reader, index, tail }, seq),
    async verify() {
      // The head in memory is what was written, whatever stands on the disk now.
      if (writer.failing() === null) await sealing.seal('beat').catch(onFault)
      return verifyFile(options.file, { heads: [writer.head()], publicKeys })
    },
    onRow: rows.onRow,
    state() {
      const text = writer.failing()
      return { state: text === null ? 'ok' : 'failing', entries: writer.head().seq, text: text ?? '' }
    },
    catchUp: followUp.catchUp,
    async close() {
      sealing.end()
      followUp.end()
      try {
        writer.append({ kind: 'app', subject: 'Sallyport ended', details: { boot, closes: true } })
        await sealing.seal('shutdown')
      } catch (error) {
        onFault(error)
      }
      await keeper?.end(2_000)
      writer.close()
      for (const open of [index, reader, hot]) open.close()
    },
  }
}

/** The first entries of a run of the app: that it began, how the one before ended, and what was cut off in its middle. */
function begin(
  writer: LogWriter,
  before: {
    boot: string
    movedAside: string | null
    interrupted: number[]
    seal: { kind: string; seq: number; at: number } | null
  },
): void {
  const { boot, movedAside, interrupted, seal } = before
  const first = writer.head().seq === 0
  const clean = first || (seal?.kind === 'shutdown' && seal.seq === writer.head().seq)
  try {
    writer.append({
      kind: 'app',
      subject: clean ? 'Sallyport started' : 'Sallyport started; it had ended without a shutdown',
      details: { boot, clean, lastSealAt: seal?.at ?? null },
    })
    if (movedAside !== null)
      writer.append({
        kind: 'alert',
        subject: 'The newest part of the log was damaged and could not be read',
        details: { rule: 'chain-broken', movedAside },
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
