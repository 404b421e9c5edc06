/** Whoever watches a call may fail: that is theirs, and the call goes on. */
export function tellWatcher(onFault: (error: unknown) => void, tell: () => void): void {
  try {
    tell()
  } catch (error) {
    onFault(error)
  }
}
