/**
 * Ends a look into a text that takes too long for the thread that it is on. How long one takes can't be told from its
 * length: a few kilobytes of escapes escaped over again cost as much as a page of a book. Short looks never ask the
 * clock.
 */
export interface Pace {
  /** So many characters are about to be looked at. */
  read(characters: number): void
  /** One more place is tried. */
  step(): void
  /** What takes as long as many steps comes next. */
  look(): void
}

/** Thrown by the three above, and caught by whoever set the pace: what was found until then counts for nothing. */
export class TakesLong extends Error {}

export const NO_PACE: Pace = { read() {}, step() {}, look() {} }

interface SetPace extends Pace {
  begin(limits: { characters: number; ms: number }): void
  /** What was spent since, ms, about. */
  spent(): number
}

/** Between two questions to the clock, and as many as a look counts for. */
const [STEPS, LOOK_STEPS] = [256, 32]
/** What reading one character costs where nothing is found, ms. */
const EACH_MS = 1 / 16_000

export function createPace(now: () => number = () => performance.now()): SetPace {
  let most = { characters: 0, ms: 0 }
  let [characters, steps, started] = [0, 0, -1]

  function count(more: number): void {
    steps += more
    if (steps < STEPS) return
    steps = 0
    if (started < 0) started = now()
    else if (now() - started > most.ms) throw new TakesLong()
  }
  return {
    begin(limits) {
      most = limits
      ;[characters, steps, started] = [0, 0, -1]
    },
    read(more) {
      characters += more
      if (characters > most.characters) throw new TakesLong()
    },
    step: () => count(1),
    look: () => count(LOOK_STEPS),
    spent: () => Math.max(characters * EACH_MS, started < 0 ? 0 : now() - started),
  }
}
