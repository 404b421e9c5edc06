/** One timer for all deadlines. Judged by the broker's clock, so that tests can move it. */
import type { Clock } from '../ports.ts'

const LONGEST_MS = 60_000

export interface Deadlines {
  set(id: string, at: number): void
  clear(id: string): void
  /** Tells what is due now. Called by the timer; tests may call it. */
  check(): void
}

export function createDeadlines(options: { clock: Clock; onDue(id: string): void }): Deadlines {
  const due = new Map<string, number>()
  let timer: NodeJS.Timeout | null = null
  const arm = () => {
    if (timer) clearTimeout(timer)
    timer = null
    if (due.size === 0) return
    const next = Math.min(...due.values()) - options.clock()
    // Looked at once a minute at least: a laptop that slept moves the clock, not the timer.
    timer = setTimeout(check, Math.min(Math.max(next, 0), LONGEST_MS)).unref()
  }
  const check = () => {
    const now = options.clock()
    for (const [id, at] of [...due]) {
      if (at > now) continue
      due.delete(id)
      options.onDue(id)
    }
    arm()
  }
  return {
    set(id, at) {
      due.set(id, at)
      arm()
    },
    clear(id) {
      due.delete(id)
      arm()
    },
    check,
  }
}
