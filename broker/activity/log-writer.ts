/**
 * The one writer of the chain. An append is synchronous: encode, hash over the entry before, one small commit; only
 * when the commit has gone through does the chain's head move, so a refusal by the disk leaves the chain whole and the
 * next append goes on from the same place. While the disk refuses, every append throws and nothing may be done; when
 * it takes entries again, the log itself writes down that there was such a time.
 */
import { LogUnavailable, type NewEntry } from '../../contract/activity.ts'
import type { Clock } from '../ports.ts'
import { closes, opens } from './activity-row.ts'
import { chainHash, GENESIS } from './chain.ts'
import { type EntryFields, encodeEntry } from './entry-bytes.ts'
import { type GroupCommit, openGroupCommit } from './group-commit.ts'
import type { HotStore } from './hot-store.ts'

export interface Head {
  seq: number
  hash: string
}

export interface LogWriter {
  /** Throws `LogUnavailable`. */
  append(entry: NewEntry): { seq: number; at: number }
  /** Resolves when all that was appended is on the disk; rejects with `LogUnavailable`. */
  sync(): Promise<void>
  head(): Head
  /** Called after each append. */
  onWritten(fn: (entry: EntryFields) => void): () => void
  /** Null when all is well, otherwise a sentence for a person. */
  failing(): string | null
  close(): void
}
export interface LogWriterOptions {
  hot: HotStore
  file: string
  clock: Clock
  /** Chain value to go on from when no entry is left in the hot store. */
  start?: Head
  onFault?: (error: unknown) => void
}

export function createLogWriter(options: LogWriterOptions): LogWriter {
  const { hot, file, clock, onFault = () => {} } = options
  const listeners = new Set<(entry: EntryFields) => void>()
  const newest = hot.last()
  let head: Head = newest
    ? { seq: newest.seq, hash: newest.hash }
    : (options.start ?? { seq: 0, hash: GENESIS })
  let failing: { text: string; since: number; refused: number } | null = null
  let closed = false
  const commit: GroupCommit = openGroupCommit(file, { recover: () => hot.checkpoint() })

  function write(entry: NewEntry): EntryFields {
    const seq = head.seq + 1
    const at = Math.max(0, Math.floor(clock()))
    const text = encodeEntry(entry, seq, at)
    const hash = chainHash(head.hash, text)
    hot.append({ seq, ref: opens(entry.kind) ? 0 : closes(entry) ? (entry.ref ?? null) : null, hash, text })
    head = { seq, hash }
    return written(entry, seq, at)
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
    const { text, since, refused } = failing
    failing = null
    tell(
      write({ kind: 'app', subject: 'The log can be written again', details: { why: text, since, refused } }),
    )
  }

  return {
    append(entry) {
      if (closed) throw new LogUnavailable('The activity log is closed.')
      try {
        recovered()
        const done = write(entry)
        tell(done)
        return { seq: done.seq, at: done.at }
      } catch (error) {
        throw unavailable(error)
      }
    },
    async sync() {
      try {
        await commit.sync()
      } catch (error) {
        throw unavailable(error)
      }
    },
    head: () => head,
    onWritten(fn) {
      listeners.add(fn)
      return () => listeners.delete(fn)
    },
    failing: () => failing?.text ?? null,
    close() {
      closed = true
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
  if (primary === 10 || code === 'EIO' || code === 'EFBIG')
    return 'The disk does not take what is written. Check it for space and faults, then try again.'
  if (primary === 11 || primary === 26) return 'The log’s file is damaged.'
  return `The log can’t be written: ${message ?? String(error)}`
}
