/**
 * Room for the streams of one call: so many are open at once, and what comes beyond waits for one of them to end. A
 * tool that asks for twenty pages at once has all of them; one that opens streams, reads none and asks for a further
 * one would wait for itself, and is told so after a moment.
 */

/** How often those who wait are looked at, ms. */
const TICK_MS = 100
/** Nothing moves and nobody reads: only the tool could make room, and it waits. Ms. */
const UNREAD_MS = 1_000
/** All are read, and none of them comes to its end. Ms. */
const ENDLESS_MS = 30_000

export interface StreamRoom {
  /** False when no room is to be hoped for, or when it was given up. */
  enter(signal: AbortSignal): Promise<boolean>
  /** Once for each that entered. */
  leave(): void
  /** Nobody waits any longer. */
  close(): void
}
export interface StreamRoomOptions {
  limit: number
  /** What those that are in do: one is about to open, one has a reader who waits, or neither. */
  doing(): 'opening' | 'reading' | 'nothing'
}

export function createStreamRoom({ limit, doing }: StreamRoomOptions): StreamRoom {
  const waiting = new Set<(entered: boolean) => void>()
  let inside = 0
  let ticking: NodeJS.Timeout | undefined
  /** How much of their patience is used up, from 0 to 1. */
  let used = 0

  function tick() {
    const now = doing()
    if (now !== 'opening') used += TICK_MS / (now === 'reading' ? ENDLESS_MS : UNREAD_MS)
    if (used >= 1) sendAway()
  }

  function sendAway() {
    for (const answer of [...waiting]) answer(false)
  }

  function wait(signal: AbortSignal): Promise<boolean> {
    return new Promise((resolve) => {
      const giveUp = () => answer(false)
      const answer = (entered: boolean) => {
        waiting.delete(answer)
        signal.removeEventListener('abort', giveUp)
        if (waiting.size === 0) clearInterval(ticking)
        resolve(entered)
      }
      if (waiting.size === 0) {
        used = 0
        ticking = setInterval(tick, TICK_MS)
      }
      waiting.add(answer)
      signal.addEventListener('abort', giveUp)
    })
  }

  return {
    async enter(signal) {
      if (signal.aborted) return false
      if (inside >= limit) return wait(signal)
      inside++
      return true
    },
    leave() {
      used = 0
      const [next] = waiting
      if (next) next(true)
      else inside--
    },
    close: sendAway,
  }
}
