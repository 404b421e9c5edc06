import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { createCallClock } from './call-clock.ts'

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())
const started = (limits: number[]) => {
  const clock = createCallClock(() => Date.now())
  const due: number[] = []
  return { clock, due, running: limits.map((limit, index) => clock.start(limit, () => due.push(index))) }
}

describe('the clock of calls', () => {
  it('rings for each call when its time is up, and once', () => {
    const { due } = started([300, 100, 200])
    vi.advanceTimersByTime(99)
    expect(due).toEqual([])
    vi.advanceTimersByTime(102)
    expect(due).toEqual([1, 2])
    vi.advanceTimersByTime(10_000)
    expect(due).toEqual([1, 2, 0])
  })

  it('sets no timer for a call that ends later than one before it', () => {
    started([100, 200, 300])
    expect(vi.getTimerCount()).toBe(1)
  })

  it('stands while it is held, and goes on when each hold is released', () => {
    const { due, running } = started([100])
    vi.advanceTimersByTime(60)
    running[0]?.hold()
    running[0]?.hold()
    vi.advanceTimersByTime(1_000)
    running[0]?.release()
    vi.advanceTimersByTime(1_000)
    running[0]?.release()
    running[0]?.release()
    vi.advanceTimersByTime(39)
    expect(due).toEqual([])
    vi.advanceTimersByTime(2)
    expect(due).toEqual([0])
  })

  it('is silent after a call has ended, held or not', () => {
    const { due, running } = started([100, 100])
    running[0]?.stop()
    running[1]?.hold()
    running[1]?.stop()
    running[1]?.release()
    vi.advanceTimersByTime(1_000)
    expect(due).toEqual([])
  })
})
