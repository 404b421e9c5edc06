/** A deadline whose clock stands while someone is asked, or while its program is held still. */
export interface WallClock {
  /** Holds count: it goes on when each has been released. */
  hold(): void
  release(): void
  whileStanding<T>(act: () => Promise<T>): Promise<T>
  stop(): void
}

export function wallClock(ms: number, onEnd: () => void): WallClock {
  let left = ms
  let since = performance.now()
  let standing = 0
  let timer: NodeJS.Timeout | undefined = setTimeout(onEnd, left)
  function hold() {
    if (standing++ > 0) return
    left -= performance.now() - since
    clearTimeout(timer)
  }
  function release() {
    if (--standing > 0 || timer === undefined) return
    since = performance.now()
    timer = setTimeout(onEnd, Math.max(1, left))
  }
  return {
    hold,
    release,
    async whileStanding(act) {
      hold()
      try {
        return await act()
      } finally {
        release()
      }
    },
    stop() {
      clearTimeout(timer)
      timer = undefined
    },
  }
}
