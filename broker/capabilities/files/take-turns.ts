/** For work on many paths, each of which may be long: gives the event loop a turn when it has not had one for a while. */
import { setImmediate as nextTurn } from 'node:timers/promises'

/** Shorter than anybody notices; many paths are still many to a turn. */
const TURN_MS = 8

export function createTurns(): () => Promise<void> {
  let since = performance.now()
  return async () => {
    if (performance.now() - since < TURN_MS) return
    await nextTurn()
    since = performance.now()
  }
}
