/**
 * Candidates a few at a time, so that what is read of them can be got ready together. No more are taken than would be
 * asked for anyway, and none from behind a place to stop at.
 */
import type { Candidate, Candidates } from './index-search.ts'

/** Some half a millisecond of unpacking. */
const AT_ONCE = 16

/**
 * @param atMost how many are wanted, at this moment
 * @param prepare is told what comes next
 */
export function* lookAhead(
  found: Candidates,
  atMost: () => number,
  prepare: (next: Candidate[]) => void,
): Candidates {
  let place: number | null = null
  try {
    for (let ended = false; !ended; ) {
      const next: Candidate[] = []
      const most = Math.max(1, Math.min(AT_ONCE, atMost()))
      while (next.length < most && place === null && !ended) {
        const { value, done } = found.next()
        if (done) ended = true
        else if (typeof value === 'number') place = value
        else next.push(value)
      }
      if (next.length > 1) prepare(next)
      yield* next
      if (place !== null) yield place
      place = null
    }
  } finally {
    found.return()
  }
}
