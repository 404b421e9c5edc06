/**
 * When the keeper works. It is woken by amounts, not by time: a quiet log needs no thread, and what it leaves unindexed
 * is little enough to be read at each query. While entries pour in it lets the work go first, and follows when they
 * pause or when much has come: large batches are also several times cheaper to index than small ones. Rows that are
 * packed leave this thread's file in pauses, too, some hundreds at a time: while calls are made, each of them would pay.
 *
 * An order has an end that was known when it was given, and the next one is given when it is done: so a log that is
 * never left alone is packed and checkpointed, too, however long its keeper indexes.
 */
import type { Clock } from '../ports.ts'
import { BLOCK_ENTRIES } from './archive.ts'
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
  indexAtMost: 16_384,
  pauseMs: 100,
  keepHot: 1_024,
  retryMs: 60_000,
}

/** An intent that is open for longer than this many entries no longer holds up packing. */
const LONGEST_OPEN = 100_000
/** Entries that one order indexes at most: about half a second of work. */
const ORDER_ENTRIES = 16_384
/** Rows that leave in one go (about a millisecond: fewer cost twice as much), and how many wait for a pause. */
const REMOVED_AT_ONCE = 512
const MANY_ROWS = 16_384
/** How long closing may take for rows that are still to leave; the next start's packing takes the others. */
const END_MS = 200

export interface FollowUp {
  report(report: KeeperReport): void
  /** Indexes and packs what there is now, and resolves when that is done and what was packed has left the rows. */
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
  /** The newest entry that is in the archive; 0 without one. */
  packedTo: number
  /** Number of the oldest intent whose outcome has not come; Infinity without one. */
  oldestOpen: () => number
  onFault: (error: unknown) => void
}

export function createFollowUp(options: FollowUpOptions): FollowUp {
  const { keeper, hot, writer, clock, limits, oldestOpen, onFault } = options
  let { packedTo } = options
  // A log that was set back has an index of entries that are no more; the keeper makes it anew.
  let indexedTo = options.indexedTo > writer.lastSeq() ? 0 : options.indexedTo
  /** Rows up to here were packed by a keeper of ours; others are left for whoever verifies. */
  let removeTo = 0
  let running: Promise<void> | null = null
  let removing: Promise<void> | null = null
  /** How many wait for the rows to leave. */
  let hurry = 0
  let lookAgain = () => {}
  /** The newest entry when nothing had been written for a while. */
  let restsAt = -1
  let notBefore = 0
  let ended = false

  let pause: NodeJS.Timeout | undefined
  let pouring = false

  writer.onWritten(() => {
    pouring = true
    look()
  })

  /** Is it time? Asked with each entry, and when an order is done. */
  function look(): void {
    const behind = writer.lastSeq() - indexedTo
    if (behind < limits.indexAt || running !== null || ended) return
    if (behind >= limits.indexAtMost) wake()
    else pause ??= setTimeout(lookForPause, limits.pauseMs).unref()
  }
  function lookForPause(): void {
    pause = pouring ? setTimeout(lookForPause, limits.pauseMs).unref() : undefined
    if (!pouring) wake()
    pouring = false
  }
  function wake(): void {
    if (running !== null || clock() < notBefore) return
    // A log that is closed gives its keeper two seconds: what it did not come to is done after the next start.
    follow().catch((error: unknown) => ended || onFault(error))
  }

  function packable(): number {
    const head = writer.lastSeq()
    return Math.max(Math.min(oldestOpen() - 1, head - limits.keepHot), head - LONGEST_OPEN)
  }
  function follow(): Promise<void> {
    const indexTo = Math.min(writer.lastSeq(), indexedTo + ORDER_ENTRIES)
    const done = keeper()
      .order({ do: 'catch-up', packTo: packable(), indexTo })
      .then(hot.takeIn)
      .catch((error: unknown) => {
        notBefore = clock() + limits.retryMs
        throw error
      })
      .finally(() => {
        running = null
        look()
      })
    running = done
    return done
  }
  async function catchUp(): Promise<void> {
    const head = writer.lastSeq()
    const packTo = packable()
    while (!ended && (indexedTo < head || packTo - packedTo >= BLOCK_ENTRIES)) {
      if (running !== null) {
        await running
        continue
      }
      const before = indexedTo + packedTo
      await follow()
      // Nothing came of it: what is left is not on the disk, or can't be packed.
      if (indexedTo + packedTo === before) break
    }
    hurry++
    lookAgain()
    await removing
    hurry--
  }

  async function removePacked(): Promise<void> {
    try {
      do {
        await untilRowsMayLeave()
        await new Promise((resolve) => setImmediate(resolve))
      } while (!ended && (removeSome() > 0 || hot.shrink()))
    } catch (error) {
      onFault(error)
    } finally {
      removing = null
    }
  }
  /** They may when nothing was written for a while, when somebody waits for it, or when they are many. */
  async function untilRowsMayLeave(): Promise<void> {
    while (!ended && hurry === 0 && writer.lastSeq() !== restsAt && rowsToLeave() < MANY_ROWS) {
      const head = writer.lastSeq()
      const isOver = await new Promise<boolean>((resolve) => {
        lookAgain = () => resolve(false)
        setTimeout(resolve, limits.pauseMs, true).unref()
      })
      if (isOver && writer.lastSeq() === head) restsAt = head
    }
  }
  const rowsToLeave = () => removeTo - (hot.firstSeq() ?? removeTo)
  const removeSome = () => hot.removeUpTo(removeTo, REMOVED_AT_ONCE)

  return {
    report(report) {
      if (report.done === 'indexed') indexedTo = report.to
      if (report.done === 'index-anew') indexedTo = 0
      if (report.done !== 'packed') return
      packedTo = report.to
      removeTo = report.to
      removing ??= removePacked()
      lookAgain()
    },
    catchUp,
    end() {
      ended = true
      clearTimeout(pause)
      lookAgain()
      try {
        const until = performance.now() + END_MS
        while (performance.now() < until && removeSome() > 0);
      } catch (error) {
        onFault(error)
      }
    },
  }
}
