/**
 * The activity log: append-only, hash-chained, sealed. Everything that matters is an entry here before it happens; what
 * can't be written must not be done, so appending throws `LogUnavailable` and the gate refuses. An append is one small
 * commit and nothing else, and entries that are staged share one; searching, packing and checkpoints follow behind it on another thread.
 *
 *   activity.db          the newest thousand entries in rows, and the seals   (hot-store.ts)
 *   activity-archive.db  the older ones, packed                               (archive.ts)
 *   activity-index.db    what can be searched; made from the others           (index-schema.ts)
 */
import { randomUUID } from 'node:crypto'
import { existsSync } from 'node:fs'
import type { DatabaseSync } from 'node:sqlite'
import type { ActivityEntry } from '../../contract/activity.ts'
import type { ActivityLog, Clock } from '../ports.ts'
import { openArchive } from './archive.ts'
import { createLogQuestions, type LogQuestions } from './ask-log.ts'
import { beginRun, endRun, setBack } from './begin-run.ts'
import type { ChainPoint } from './check-chain.ts'
import { type EntryFields, readEntry } from './entry-bytes.ts'
import { createEntryReader } from './entry-reader.ts'
import { followRows } from './follow-rows.ts'
import { createFollowUp, FOLLOW_UP, type FollowUpLimits } from './follow-up.ts'
import type { WitnessPlace } from './head-witness.ts'
import { createIndexReader } from './index-reader.ts'
import { createKeeper, type Keeper } from './keeper.ts'
import { logFiles } from './log-files.ts'
import { createStanding } from './log-standing.ts'
import { createLogWriter } from './log-writer.ts'
import { type OffTime, offTimes } from './off-times.ts'
import { openHotStoreSafely } from './open-hot-store.ts'
import { type BlockList, statementOf, withoutUpTo } from './proved-blocks.ts'
import { redactEntries } from './redact-entries.ts'
import { type Keep, knowsTheDay, type Removed, removeOld } from './retention.ts'
import { startSealing } from './sealing.ts'
import { openSealBook, readSeals, type Seal, type SealKind, type SealSigner } from './seals.ts'
import { createTailCache } from './tail-cache.ts'
import { verifyForSeal } from './verify-log.ts'

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
  /** Without one the same seals are kept unsigned, and verifying says that nothing is sealed. */
  seal?: SealSigner
  /** Keys that are known to have sealed it, for as long as the keychain has not answered. */
  publicKeys?: (Uint8Array | string)[]
  /** Where the last sealed head is kept apart from the log: a log that was set back shows by it. */
  witness?: readonly WitnessPlace[]
  limits?: Partial<ActivityLogLimits>
  /** For how long the log has been open, in ms, by a clock that nobody sets. */
  openForMs?: () => number
  /** For exports. */
  productVersion?: string
  onFault?: (error: unknown) => void
}
export interface OpenActivityLog extends ActivityLog, LogQuestions {
  /** Every entry as it is written: for alerts and for exporting as it goes. */
  onEntry(fn: (entry: EntryFields) => void): () => void
  /** With its proof, and without looking for what belongs to it. */
  entryAlone(seq: number): ActivityEntry | null
  /** Entries from `after` (exclusive) upward, at most `limit`: for exports and simulations. */
  entriesAfter(after: number, limit: number): EntryFields[]
  /** When nothing was being recorded, as against: nothing happened. */
  offTimes(since: number, until: number): OffTime[]
  /** The newest entry and its chain value: kept elsewhere, it shows later that nothing before it was changed. */
  head(): ChainPoint
  /** The newest entry when it was opened: what this run wrote comes after it. */
  openedAt(): number
  /** The log's id. */
  id(): string
  /** A head that was kept elsewhere; when the log does not have it, that is on record and stays a fault. */
  compare(known: ChainPoint): void
  /** Goes on from the log as it stands, after a person looked at what is wrong with it. */
  accept(by: string): Promise<void>
  /** The key has come (the keychain answers late): seals are signed from now on. */
  sealWith(signer: SealSigner): void
  /** Seals the newest entry now. `freeze` is the beginning of an incident. */
  sealNow(kind: SealKind): Promise<Seal>
  sealState(): { signed: boolean; at: number | null; seq: number | null }
  /** Removes what is too old or too much, and keeps the proof. */
  removeOld(keep: Keep): Promise<Removed>
  /** Takes the content of entries out for good, and keeps the proof. Returns how many were redacted. */
  redact(seqs: number[], by: string): Promise<number>
  /** Indexes and packs what there is. Nobody needs to wait for it: queries read what is not indexed yet. */
  catchUp(): Promise<void>
  /** Writes the shutdown, seals it and closes. */
  close(): Promise<void>
}

/** A keychain answers within this; one that is locked or gone does not, and then seals are kept unsigned. */
const AWAIT_KEY_MS = 30_000

const LIMITS: ActivityLogLimits = { ...FOLLOW_UP, beatMs: 60_000, keeperIdleMs: 15_000 }

/** Opens the log. Throws what the system says when its files can't be opened; `keep-opening.ts` goes on from there. */
export function openActivityLog(options: ActivityLogOptions): OpenActivityLog {
  const { clock, witness = [], productVersion = '0.0.0', onFault = () => {} } = options
  const limits = { ...LIMITS, ...options.limits }
  const opened = performance.now()
  const { openForMs = () => performance.now() - opened } = options
  const files = logFiles(options.file)
  const { hot, start, movedAside } = openHotStoreSafely(files, clock)
  const boot = `boot_${randomUUID()}`
  let publicKeys = options.seal ? keysOf(options.seal) : (options.publicKeys ?? [])
  /** Whether the keys are the keychain's own word. */
  let vouched = options.seal !== undefined
  /** What the last verification found in order, for as long as it lies there as it was. */
  let proved: BlockList | null = null
  let statement = ''
  const prove = (blocks: BlockList | null) => {
    proved = blocks
    statement = statementOf(blocks)
  }
  const book = openSealBook(hot.db)
  const reader = createEntryReader(hot.db, files.archive)
  const index = createIndexReader(files.index)
  const openedAt = hot.last()?.seq ?? start.seq
  const standing = createStanding({ witness, id: hot.getMeta('log') ?? '', reader, onFault })
  standing.look(hot.last() ?? start)
  const { lost, other } = standing
  const before = { seal: book.last(), interrupted: hot.open(), lost: lost(), other, movedAside }
  const indexedTo = index.indexedTo()
  const countRows = () => index.rows() + hot.countRows(index.indexedTo())

  const writer = createLogWriter({ hot, file: files.hot, clock, start, onFault })
  const rows = followRows(writer, countRows())
  const tail = createTailCache(reader, writer)
  let keeper: Keeper | null = null
  const startedKeeper = () => {
    keeper ??= createKeeper({
      files,
      onReport(report) {
        if (report.done === 'index-anew') index.reopen()
        if (report.done === 'failed' && report.damaged) beginIndexAnew()
        followUp.report(report)
      },
      idleMs: limits.keeperIdleMs,
    })
    return keeper
  }
  const { oldestOpen } = rows
  const followUp = createFollowUp({
    keeper: startedKeeper,
    hot,
    writer,
    clock,
    limits,
    indexedTo,
    packedTo: start.seq,
    oldestOpen,
    onFault,
  })
  beginRun(writer, boot, before)
  const sealing = startSealing({
    ...{ writer, book, boot, clock, onFault, beatMs: limits.beatMs },
    signer: options.seal,
    awaitKeyMs: publicKeys.length > 0 ? AWAIT_KEY_MS : 0,
    remember: standing.remember,
    proved: () => statement,
  })
  sealing.seal('beat').catch(onFault)

  let indexIsNew = false
  /** False when it was done before: then it is the log itself that is damaged. */
  function beginIndexAnew(): boolean {
    if (indexIsNew) return false
    indexIsNew = true
    index.forget()
    const done = startedKeeper().order({ do: 'index-anew' })
    done.then(followUp.catchUp).catch((fault: unknown) => closing || onFault(fault))
    return true
  }
  const questions = createLogQuestions({
    writer,
    reader,
    index,
    tail,
    rows,
    productVersion,
    beginIndexAnew,
    onFault,
  })
  /** What is verified must not be rewritten meanwhile. */
  let turn: Promise<unknown> = Promise.resolve()
  const inTurn = <T>(work: () => Promise<T>): Promise<T> => {
    const done = turn.then(() => {
      writer.flush()
      return work()
    })
    turn = done.catch(() => {})
    return done
  }
  let closing = false
  const rewritten = () => {
    reader.refresh()
    tail.clear()
    rows.recount(countRows())
  }

  return {
    append: writer.append,
    stage: writer.stage,
    commit: writer.commit,
    sync: writer.sync,
    ...questions,
    entryAlone(seq) {
      writer.flush()
      return reader.entry(seq)
    },
    entriesAfter(after, limit) {
      writer.flush()
      return reader.up(after + 1, limit).map(({ text }) => readEntry(text))
    },
    offTimes: (since, until) => offTimes(hot.db, since, until, 2 * limits.beatMs),
    verify: ({ everyEntry = false } = {}) =>
      inTurn(async () => {
        // The head in memory is what was written, whatever stands on the disk now.
        if (writer.failing() === null) await sealing.seal('beat').catch(onFault)
        const heads = [writer.head(), ...standing.heads()]
        const [keys, signed] = [publicKeys, vouched]
        const { report, blocks } = await verifyForSeal(options.file, {
          ...{ heads, publicKeys, id: standing.id, now: clock(), digests: signed },
          // Keys that only the documents know could be anybody's: then no seal is taken at its word.
          everyEntry: everyEntry || !signed,
        })
        // What was found by other keys must not be signed with this one.
        prove(signed && keys === publicKeys ? blocks : null)
        return report
      }),
    onRow: rows.onRow,
    onEntry: writer.onWritten,
    head() {
      writer.flush()
      return writer.head()
    },
    openedAt: () => openedAt,
    id: () => standing.id,
    compare(known) {
      if (!standing.loses(known, writer.head())) return
      writer.append(setBack([known], writer.head()))
    },
    async accept(by) {
      writer.append({
        kind: 'app',
        subject: 'Accepted the log as it stands',
        details: { by, lost: standing.lost().map((point) => ({ ...point })) },
      })
      standing.forget()
      await sealing.seal('beat')
    },
    sealWith(signer) {
      publicKeys = keysOf(signer)
      vouched = true
      prove(null)
      sealing.signWith(signer)
      // A key that comes at the very end signs the end, and nothing is written behind that.
      if (!closing) sealing.seal('beat').catch(onFault)
    },
    sealNow: sealing.seal,
    sealState: sealing.state,
    state() {
      const text = writer.failing()
      return { state: text === null ? 'ok' : 'failing', entries: writer.lastSeq(), text: text ?? '' }
    },
    removeOld: (keep) =>
      inTurn(async () => {
        await followUp.catchUp()
        const parts = { files, hot, writer, sealing, keeper: startedKeeper, clock }
        const byAge = knowsTheDay(clock(), sealsBefore(hot.db, boot), openForMs())
        const [known, keys] = [proved, publicKeys]
        prove(null)
        const removed = await removeOld(parts, keep, byAge).finally(rewritten)
        prove(known && keys === publicKeys ? withoutUpTo(known, removed.upTo ?? 0) : null)
        return removed
      }),
    redact: (seqs, by) =>
      inTurn(() => {
        const parts = { hot, reader, writer, sealing, keeper: startedKeeper }
        const packed = proved?.lasts.at(-1) ?? 0
        if (seqs.some((seq) => seq <= packed)) prove(null)
        return redactEntries(parts, seqs, by).finally(rewritten)
      }),
    catchUp() {
      writer.flush()
      return followUp.catchUp()
    },
    async close() {
      closing = true
      followUp.end()
      sealing.end()
      await endRun(writer, sealing, boot).catch(onFault)
      // The keeper closes its files last: whoever does takes the write-ahead log in.
      for (const open of [index, reader]) open.close()
      await keeper?.end(2_000)
      writer.close()
      hot.close()
      // When the keeper had gone before, who only reads was the last to close it, and left the write-ahead log there.
      if (existsSync(`${files.archive}-wal`)) openArchive(files.archive).close()
    },
  }
}

const sealsBefore = (db: DatabaseSync, boot: string) => readSeals(db).filter((seal) => seal.boot !== boot)
const keysOf = (signer: SealSigner | undefined) =>
  signer === undefined ? [] : [signer.publicKey, ...(signer.formerKeys ?? [])]
