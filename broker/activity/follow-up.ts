/**
 * When the keeper works. It is woken by amounts, not by time: a quiet log needs no thread, and what it leaves unindexed
 * is little enough to be read at each query. While entries pour in it lets the work go first, and follows when they
 * pause or when much has come: large batches are also several times cheaper to index than small ones. Rows that are
 * packed leave this thread's file a few at a time.
 */
import type { Clock } from '../ports.ts'
import type { HotStore } from './hot-store.ts'
import type { Keeper } from './keeper.ts'
import type { KeeperReport } from './keeper-messages.ts'
import type { LogWriter } from './log-writer.ts'

export interface FollowUpLimits {
  /** Entries behind the index that wake the keeper. */
  indexAt: number
  /** Entries behind the index at which it no longer waits for a pause. */
  indexAtMost: number
  /** A time without entries that counts as a pause, in ms. */
  pauseMs: number
  /** Newest entries that stay in rows. */
  keepHot: number
  /** After a failure, ms until the next attempt. */
  retryMs: number
}
export const FOLLOW_UP: FollowUpLimits = {
  indexAt: 512,
  indexAtMost: 8_192,
  pauseMs: 100,
  keepHot: 1_024,
  retryMs: 60_000,
}

/** An intent that is open for longer than this many entries no longer holds up packing. */
const LONGEST_OPEN = 100_000
const REMOVED_AT_ONCE = 128

export interface FollowUp {
  report(report: KeeperReport): void
  /** Indexes and packs what there is, and resolves when it is done. */
  catchUp(): Promise<void>
  end(): void
}
export interface FollowUpOptions {
  keeper: () => Keeper
  hot: HotStore
  writer: LogWriter
  clock: Clock
  limits: FollowUpLimits
  indexedTo: number
  /** Number of the oldest intent whose outcome has not come; Infinity without one. */
  oldestOpen: () => number
  onFault: (error: unknown) => void
}

export function createFollowUp(options: FollowUpOptions): FollowUp {
  const { keeper, hot, writer, clock, limits, oldestOpen, onFault } = options
  let { indexedTo } = options
  let running: Promise<void> | null = null
  let notBefore = 0
  let ended = false
  let removing = false
  let packedTo = 0

  let pause: NodeJS.Timeout | undefined
  let pouring = false

  writer.onWritten((entry) => {
    pouring = true
    const behind = entry.seq - indexedTo
    if (behind < limits.indexAt || running !== null) return
    if (behind >= limits.indexAtMost) wake()
    else pause ??= setTimeout(lookForPause, limits.pauseMs).unref()
  })

  function lookForPause(): void {
    pause = pouring ? setTimeout(lookForPause, limits.pauseMs).unref() : undefined
    if (!pouring) wake()
    pouring = false
  }
  function wake(): void {
    if (running === null && clock() >= notBefore) catchUp().catch(onFault)
  }

  function catchUp(): Promise<void> {
    if (ended) return Promise.resolve()
    const head = writer.head().seq
    const packTo = Math.max(Math.min(oldestOpen() - 1, head - limits.keepHot), head - LONGEST_OPEN)
    const done = keeper()
      .order({ do: 'catch-up', packTo })
      .catch((error: unknown) => {
        notBefore = clock() + limits.retryMs
        throw error
      })
      .finally(() => {
        running = null
      })
    running = done
    return done
  }
  function removePacked(): void {
    removing = false
    if (ended) return
    try {
      if (hot.removeUpTo(packedTo, REMOVED_AT_ONCE) === 0 && !hot.shrink()) return
      removing = true
      setImmediate(removePacked)
    } catch (error) {
      onFault(error)
    }
  }

  return {
    report(report) {
      if (report.done === 'indexed') indexedTo = report.to
      if (report.done !== 'packed') return
      packedTo = report.to
      if (!removing) removePacked()
    },
    catchUp: () => running ?? catchUp(),
    end() {
      ended = true
      clearTimeout(pause)
    },
  }
}
