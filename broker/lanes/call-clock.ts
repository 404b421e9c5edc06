/**
 * Wall-clock limits of calls. One timer serves all of them: it is set for the earliest end, and a call that ends in
 * time, as nearly all do, costs no timer at all. The clock of a call stands while it is held.
 */

export interface CallClock {
  /** Starts a call's clock; `onDue` is called once when its time is up. Milliseconds. */
  start(limitMs: number, onDue: () => void): RunningClock
  close(): void
}
export interface RunningClock {
  /** Holds count: the clock goes on when each has been released. */
  hold(): void
  release(): void
  stop(): void
}

interface Entry {
  due: number
  /** What was left when it was held. */
  left: number
  holds: number
  onDue: () => void
}

export function createCallClock(now: () => number = () => performance.now()): CallClock {
  const running = new Set<Entry>()
  let timer: NodeJS.Timeout | undefined
  let timerDue = Number.POSITIVE_INFINITY

  function arm(due: number) {
    if (due >= timerDue) return
    clearTimeout(timer)
    timerDue = due
    timer = setTimeout(ring, Math.max(1, Math.ceil(due - now())))
    timer.unref()
  }

  function ring() {
    timerDue = Number.POSITIVE_INFINITY
    const time = now()
    for (const entry of [...running]) {
      if (entry.due > time) continue
      running.delete(entry)
      entry.onDue()
    }
    for (const entry of running) arm(entry.due)
  }

  function start(limitMs: number, onDue: () => void): RunningClock {
    const entry: Entry = { due: now() + limitMs, left: 0, holds: 0, onDue }
    let stopped = false
    running.add(entry)
    arm(entry.due)
    return {
      hold: () => {
        if (stopped || ++entry.holds > 1) return
        entry.left = entry.due - now()
        running.delete(entry)
      },
      release: () => {
        if (stopped || entry.holds === 0 || --entry.holds > 0) return
        entry.due = now() + entry.left
        running.add(entry)
        arm(entry.due)
      },
      stop: () => {
        stopped = true
        running.delete(entry)
      },
    }
  }
  return {
    start,
    close: () => {
      clearTimeout(timer)
      running.clear()
    },
  }
}
