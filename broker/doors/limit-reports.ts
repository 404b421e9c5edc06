/**
 * Lets the first few reports of each minute through and counts the rest, so that a stranger who knocks ten thousand
 * times fills one line of the log and not ten thousand.
 */
export interface ReportLimit<T> {
  report(what: T): void
  /** Passes on the count of what was held back, if any. */
  flush(): void
}

export function limitReports<T>(options: {
  perMinute: number
  /** Milliseconds of a clock that never goes back. */
  now: () => number
  onReport: (what: T) => void
  /** How many more there were like the last one. */
  onMore: (count: number, last: T) => void
}): ReportLimit<T> {
  let windowStart = Number.NEGATIVE_INFINITY
  let passed = 0
  let more = 0
  let last: T | null = null
  function flush(): void {
    if (more > 0 && last !== null) options.onMore(more, last)
    more = 0
    last = null
  }
  return {
    flush,
    report(what) {
      if (options.now() - windowStart >= 60_000) {
        flush()
        windowStart = options.now()
        passed = 0
      }
      if (passed < options.perMinute) {
        passed += 1
        options.onReport(what)
        return
      }
      more += 1
      last = what
    },
  }
}
