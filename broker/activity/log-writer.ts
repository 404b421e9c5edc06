/**
 * The one writer of the chain. An entry takes its place in it at once, by its number; it is encoded, and hashed over the
 * entry before, when it is written or when somebody asks for the head: a call does not wait for that. What is handed in
 * may not be changed afterwards. It is written in one of two ways:
 *
 * - `append`: in a commit of its own before it returns, with all that is staged before it. When the disk refuses, the
 *   chain's head goes back, and the next append goes on from the same place.
 * - `stage`: with the next commit, which is somebody's `append`, `commit` or `sync`, at the latest STAGED_MS later.
 *   So the four entries of a tool call cost one commit instead of four, and calls that run side by side share theirs.
 *   What must be known before something is done waits for `commit`; what tells of the past need not.
 *
 * While the disk refuses, everything that would begin something throws, and nothing may be done. The ends of what had
 * begun are kept, in their places in the chain, and are written when the disk takes entries again; then the log itself
 * writes down that there was such a time.
 */
import { LogUnavailable, type NewEntry } from '../../contract/activity.ts'
import type { Clock } from '../ports.ts'
import { closes, opens } from './activity-row.ts'
import { chainHash, GENESIS } from './chain.ts'
import { createEntryEncoder, type EntryFields } from './entry-bytes.ts'
import { type GroupCommit, openGroupCommit } from './group-commit.ts'
import type { HotStore, StoredEntry } from './hot-store.ts'

export interface Head {
  seq: number
  hash: string
}

export interface LogWriter {
  /** Throws `LogUnavailable`. */
  append(entry: NewEntry): { seq: number; at: number }
  /** Throws `LogUnavailable`, but for an entry that closes another one. */
  stage(entry: NewEntry): { seq: number; at: number }
  /** Resolves when all that was staged is written, in one commit for all who ask in this turn; rejects with `LogUnavailable`. */
  commit(): Promise<void>
  /** Writes what is staged, for whoever is about to read the file. False when the disk refuses. */
  flush(): boolean
  /** Resolves when all that was appended or staged is on the disk; rejects with `LogUnavailable`. */
  sync(): Promise<void>
  head(): Head
  /** The number of the last entry: costs nothing, where `head` gives all that is placed its chain value. */
  lastSeq(): number
  /** Called after each append. */
  onWritten(fn: (entry: EntryFields) => void): () => void
  /** Null when all is well, otherwise a sentence for a person. */
  failing(): string | null
  close(): void
}
/** An entry that has its number and waits for its chain value. */
interface Placed {
  entry: NewEntry
  seq: number
  at: number
}
export interface LogWriterOptions {
  hot: HotStore
  file: string
  clock: Clock
  /** Chain value to go on from when no entry is left in the hot store. */
  start?: Head
  onFault?: (error: unknown) => void
}

/** How long a staged entry may wait for somebody's commit, in ms. */
const STAGED_MS = 20
/** Staged entries at which one more is written at once. */
const STAGED_LIMIT = 256

export function createLogWriter(options: LogWriterOptions): LogWriter {
  const { hot, file, clock, onFault = () => {} } = options
  const listeners = new Set<(entry: EntryFields) => void>()
  const textOf = createEntryEncoder()
  const newest = hot.last()
  /** The last entry that has its chain value; those behind it are in `placed`. */
  let head: Head = newest
    ? { seq: newest.seq, hash: newest.hash }
    : (options.start ?? { seq: 0, hash: GENESIS })
  let placed: Placed[] = []
  let failing: { text: string; since: number; refused: number } | null = null
  let closed = false
  const commit: GroupCommit = openGroupCommit(file, { recover: () => hot.checkpoint() })

  let staged: StoredEntry[] = []
  let timer: NodeJS.Timeout | undefined
  let committing: Promise<void> | null = null

  function place(entry: NewEntry): EntryFields {
    const seq = head.seq + placed.length + 1
    const at = Math.max(0, Math.floor(clock()))
    placed.push({ entry, seq, at })
    return written(entry, seq, at)
  }
  /** Gives all that has its place its text and its chain value. */
  function chain(): void {
    for (const { entry, seq, at } of placed) {
      const text = encode(entry, seq, at)
      const hash = chainHash(head.hash, text)
      staged.push({
        seq,
        ref: opens(entry.kind) ? 0 : closes(entry) ? (entry.ref ?? null) : null,
        hash,
        text,
      })
      head = { seq, hash }
    }
    placed = []
  }
  /** An entry that can't be encoded is a fault of ours; its place is taken, so it stands there without details. */
  function encode(entry: NewEntry, seq: number, at: number): string {
    try {
      return textOf(entry, seq, at)
    } catch (error) {
      onFault(error)
      return textOf({ ...entry, details: { unreadable: sentenceOf(error).slice(0, 200) } }, seq, at)
    }
  }
  /** Throws what the disk says; everything stays staged then. */
  function writeStaged(): void {
    chain()
    if (staged.length === 0) return
    hot.append(staged)
    staged = []
  }
  function tell(entry: EntryFields): void {
    for (const listener of listeners) {
      try {
        listener(entry)
      } catch (error) {
        onFault(error)
      }
    }
  }
  function unavailable(error: unknown): LogUnavailable {
    const text = sentenceOf(error)
    failing = { text, since: failing?.since ?? clock(), refused: (failing?.refused ?? 0) + 1 }
    return new LogUnavailable(text, { cause: error })
  }
  /** Says in the record that for a time nothing could be recorded (and so nothing was done). */
  function recovered(): void {
    if (failing === null) return
    const was = failing
    const { text, since, refused } = was
    failing = null // whoever is told of the entry may append as well
    try {
      writeAlone({
        kind: 'app',
        subject: 'The log can be written again',
        details: { why: text, since, refused },
      })
    } catch (error) {
      failing = was
      throw error
    }
  }
  function writeAlone(entry: NewEntry): EntryFields {
    chain()
    const before = head
    const done = place(entry)
    try {
      writeStaged()
    } catch (error) {
      // As if it had not been: nobody has been told of it.
      staged.pop()
      head = before
      throw error
    }
    tell(done)
    return done
  }
  function writeSoon(): void {
    timer = undefined
    try {
      writeStaged()
    } catch (error) {
      onFault(unavailable(error))
    }
  }
  function commitNow(): void {
    committing = null
    try {
      recovered()
      writeStaged()
    } catch (error) {
      throw unavailable(error)
    }
  }

  return {
    append(entry) {
      if (closed) throw new LogUnavailable('The activity log is closed.')
      try {
        recovered()
        const { seq, at } = writeAlone(entry)
        return { seq, at }
      } catch (error) {
        throw unavailable(error)
      }
    },
    stage(entry) {
      if (closed) throw new LogUnavailable('The activity log is closed.')
      const isEnd = closes(entry)
      try {
        if (!isEnd) recovered()
        if (!isEnd && staged.length + placed.length >= STAGED_LIMIT) writeStaged()
      } catch (error) {
        throw unavailable(error)
      }
      const done = place(entry)
      timer ??= setTimeout(writeSoon, STAGED_MS)
      tell(done)
      return { seq: done.seq, at: done.at }
    },
    commit() {
      // A tick runs when all that is ready to run has run: whoever else asks until then shares the commit.
      committing ??= new Promise((resolve) => process.nextTick(resolve)).then(commitNow)
      return committing
    },
    flush() {
      try {
        writeStaged()
        return true
      } catch (error) {
        onFault(unavailable(error))
        return false
      }
    },
    async sync() {
      try {
        writeStaged()
        await commit.sync()
      } catch (error) {
        throw unavailable(error)
      }
    },
    head() {
      chain()
      return head
    },
    lastSeq: () => head.seq + placed.length,
    onWritten(fn) {
      listeners.add(fn)
      return () => listeners.delete(fn)
    },
    failing: () => failing?.text ?? null,
    close() {
      closed = true
      clearTimeout(timer)
      try {
        writeStaged()
      } catch (error) {
        onFault(error)
      }
      commit.close()
    },
  }
}

/** What was appended, with defaults, as readers of the stored entry will see it. */
function written(entry: NewEntry, seq: number, at: number): EntryFields {
  return {
    kind: entry.kind,
    subject: entry.subject,
    principal: entry.principal ?? null,
    run: entry.run ?? null,
    callId: entry.callId ?? null,
    tool: entry.tool ?? null,
    capability: entry.capability ?? null,
    decision: entry.decision ?? null,
    asked: entry.asked ?? false,
    because: entry.because ?? [],
    lamps: entry.lamps ?? null,
    ref: entry.ref ?? null,
    ok: entry.ok ?? null,
    durationMs: entry.durationMs ?? null,
    details: (entry.details ?? {}) as EntryFields['details'],
    seq,
    at,
  }
}

/** SQLite's and the system's errors in words that say what to do. */
export function sentenceOf(error: unknown): string {
  const { errcode, code, message } = error as { errcode?: number; code?: string; message?: string }
  const primary = (errcode ?? 0) & 0xff
  if (primary === 13 || code === 'ENOSPC' || code === 'EDQUOT')
    return 'The disk is full. Free some space, then try again.'
  if (primary === 8 || code === 'EROFS' || code === 'EACCES' || code === 'EPERM')
    return 'The log’s file is read-only. Make its folder writable, then try again.'
  if (primary === 14)
    return 'The log’s file can’t be opened or made, as on a read-only disk. Make its folder writable, then try again.'
  if (primary === 10 || code === 'EIO' || code === 'EFBIG')
    return 'The disk does not take what is written. Check it for space and faults, then try again.'
  if (primary === 11 || primary === 26) return 'The log’s file is damaged.'
  return `The log can’t be written: ${message ?? String(error)}`
}
