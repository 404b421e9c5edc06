/**
 * `setTimeout`, `setInterval` and their ends. The realm keeps its own list; the child only knows when to wake it.
 * When a call ends its timers end with it.
 */
import type { Box, Endowment } from '../guest/endowment.ts'

const LIMIT = 10_000
const LONGEST = 2 ** 31 - 1

interface Timer {
  fn: (...args: unknown[]) => unknown
  args: unknown[]
  due: number
  every: number | null
}

export const endowment: Endowment = {
  install(box) {
    const timers = createTimers(box)
    box.onAlarm(timers.ring)
    box.onReset(timers.clearAll)
    box.give('setTimeout', (fn: Timer['fn'], ms?: unknown, ...args: unknown[]) =>
      timers.add(fn, ms, args, false),
    )
    box.give('setInterval', (fn: Timer['fn'], ms?: unknown, ...args: unknown[]) =>
      timers.add(fn, ms, args, true),
    )
    box.give('clearTimeout', (id: unknown) => timers.remove(id))
    box.give('clearInterval', (id: unknown) => timers.remove(id))
  },
}

function createTimers(box: Box) {
  const { now } = Date
  const timers = new Map<number, Timer>()
  let next = 1
  let alarm = Number.POSITIVE_INFINITY

  function add(fn: Timer['fn'], ms: unknown, args: unknown[], repeat: boolean): number {
    if (typeof fn !== 'function') throw new TypeError('a timer takes a function')
    if (timers.size >= LIMIT) throw new RangeError(`more than ${LIMIT} timers`)
    const delay = Math.min(Math.max(Math.trunc(Number(ms)) || 0, repeat ? 1 : 0), LONGEST)
    const timer = { fn, args, due: now() + delay, every: repeat ? delay : null }
    timers.set(next, timer)
    wakeBy(timer.due)
    return next++
  }

  function wakeBy(due: number) {
    if (due >= alarm) return
    alarm = due
    box.host.alarm(Math.max(0, due - now()))
  }

  function ring() {
    alarm = Number.POSITIVE_INFINITY
    const time = now()
    const ripe = [...timers].filter(([, timer]) => timer.due <= time).sort(([, a], [, b]) => a.due - b.due)
    try {
      for (const [id, timer] of ripe) if (timers.has(id)) fire(id, timer)
    } finally {
      for (const timer of timers.values()) wakeBy(timer.due)
    }
  }

  function fire(id: number, timer: Timer) {
    if (timer.every === null) timers.delete(id)
    else timer.due = now() + timer.every
    try {
      timer.fn(...timer.args)
    } catch (error) {
      void Promise.reject(error)
    }
  }

  function clearAll() {
    timers.clear()
    alarm = Number.POSITIVE_INFINITY
  }
  return { add, ring, clearAll, remove: (id: unknown) => void timers.delete(Number(id)) }
}
