/**
 * Hosts come up a few at a time, in the order in which they were asked for. Starting a process keeps the broker's thread
 * until the system has let the new one begin, and where all processors are busy with those before, that takes ever
 * longer: sixteen at once kept it for seconds, Stop with it. More at a time would not be there sooner.
 */
import { availableParallelism } from 'node:os'

export interface StartLine {
  /** Resolves when it is its turn, with what ends that; null when it was given up before. */
  enter(givenUp: Promise<unknown>): Promise<(() => void) | null>
}

/** Whoever takes longer to come up keeps nobody waiting. */
const TURN_MS = 2_000
export const STARTS_AT_ONCE = Math.min(4, Math.max(2, availableParallelism()))

export function createStartLine(): StartLine {
  const waiting = new Set<() => void>()
  let free = STARTS_AT_ONCE
  let letsIn = false

  /** One in each turn of the loop. */
  function letIn(): void {
    if (letsIn) return
    letsIn = true
    setImmediate(() => {
      letsIn = false
      const [next] = waiting
      if (!next || free === 0) return
      waiting.delete(next)
      free--
      next()
      letIn()
    })
  }

  function turn(): () => void {
    const timer = setTimeout(leave, TURN_MS)
    timer.unref()
    let left = false
    function leave() {
      if (left) return
      left = true
      clearTimeout(timer)
      free++
      letIn()
    }
    return leave
  }

  return {
    enter: (givenUp) =>
      new Promise((resolve) => {
        const mine = () => resolve(turn())
        waiting.add(mine)
        void givenUp.then(() => {
          if (waiting.delete(mine)) resolve(null)
        })
        letIn()
      }),
  }
}
