/**
 * Whether the computer's screen is locked: as the shell last said, or as those who lock it say. Either is enough for
 * "locked"; where neither says anything it is not known, and counts as unlocked.
 */
export interface ScreenWords {
  locked: boolean | null
  by: string
}

/** @param shellKnows whether the shell hears of a lock from its system, and so of none by silence */
export function createSession(onChange: (locked: boolean) => void, shellKnows = false) {
  let told: boolean | null = shellKnows ? false : null
  let seen: ScreenWords = { locked: null, by: '' }
  let was = false
  const locked = () => told === true || seen.locked === true
  const look = () => {
    if (locked() === was) return
    was = locked()
    onChange(was)
  }
  return {
    locked,
    /** Who says so; null when nobody does. */
    knownBy: (): string | null => (seen.locked !== null ? seen.by : told !== null ? 'the desktop' : null),
    setLocked(now: boolean) {
      told = now
      look()
    },
    setSeen(now: ScreenWords) {
      seen = now
      look()
    },
  }
}
