/** Whether the computer's screen is locked, as the shell last said. */
export function createSession(onChange: (locked: boolean) => void) {
  let locked = false
  return {
    locked: () => locked,
    setLocked(now: boolean) {
      locked = now
      onChange(now)
    },
  }
}
