/**
 * Work that stops at places where others may go on: all at once, or a few milliseconds in each turn of the loop. The
 * thread that searches the log is the one on which the gate decides, and no search may hold that up.
 */
import { setImmediate as nextTurn } from 'node:timers/promises'

/** Yields where it may be left for a while. */
export type InSteps<T> = Generator<void, T>

/** Of one turn, in ms: what stands behind it waits no longer than that and one step. */
const TURN_MS = 8

export function atOnce<T>(work: InSteps<T>): T {
  for (;;) {
    const { done, value } = work.next()
    if (done) return value
  }
}

/** What it has open is closed also when it fails. */
export async function inTurns<T>(work: InSteps<T>): Promise<T> {
  let end = performance.now() + TURN_MS
  for (;;) {
    const { done, value } = work.next()
    if (done) return value
    if (performance.now() < end) continue
    await nextTurn()
    end = performance.now() + TURN_MS
  }
}
