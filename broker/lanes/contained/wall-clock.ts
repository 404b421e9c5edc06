/** A deadline whose clock stands while someone is asked. */
export function wallClock(ms: number, onEnd: () => void) {
  let left = ms
  let since = performance.now()
  let standing = 0
  let timer: NodeJS.Timeout | undefined = setTimeout(onEnd, left)
  return {
    async whileStanding<T>(act: () => Promise<T>): Promise<T> {
      if (standing++ === 0) {
        left -= performance.now() - since
        clearTimeout(timer)
      }
      try {
        return await act()
      } finally {
        if (--standing === 0 && timer !== undefined) {
          since = performance.now()
          timer = setTimeout(onEnd, Math.max(1, left))
        }
      }
    },
    stop() {
      clearTimeout(timer)
      timer = undefined
    },
  }
}
