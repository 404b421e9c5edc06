/**
 * For work on many paths, each of which may be long: gives the event loop a turn when it has not had one for a while.
 * There is one line for all who work so: were each of a hundred to take its few milliseconds in every turn, nobody else
 * would come to theirs.
 */

/** Shorter than anybody notices; many paths are still many to a turn. */
const TURN_MS = 8

/** The thread has one loop, and so one line. */
const line: (() => void)[] = []

/** Until nobody before has the turn: one of all who wait has each. */
export function waitInLine(): Promise<void> {
  return new Promise((resolve) => {
    if (line.push(resolve) === 1) setImmediate(letOneOn)
  })
}

function letOneOn(): void {
  line.shift()?.()
  if (line.length > 0) setImmediate(letOneOn)
}

export function createTurns(): () => Promise<void> {
  let since = performance.now()
  return async () => {
    if (performance.now() - since < TURN_MS) return
    await waitInLine()
    since = performance.now()
  }
}
