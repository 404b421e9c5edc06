import { afterEach, describe, expect, it, vi } from 'vitest'
import { releaseAtRest, releaseMemory } from './release-memory.ts'

describe('giving memory back at rest', () => {
  afterEach(() => vi.useRealTimers())

  function world() {
    vi.useFakeTimers()
    let cpu = 0
    const release = vi.fn()
    const end = releaseAtRest({ cpuMs: () => cpu, release, everyMs: 1_000 })
    return {
      release,
      end,
      tick(worked: number) {
        cpu += worked
        vi.advanceTimersByTime(1_000)
      },
    }
  }

  it('waits until the work has ended, releases once, and again only after more work', () => {
    const { tick, release, end } = world()
    tick(900)
    tick(500)
    expect(release).not.toHaveBeenCalled()
    tick(2)
    expect(release).toHaveBeenCalledTimes(1)
    for (let second = 0; second < 60; second++) tick(2)
    expect(release).toHaveBeenCalledTimes(1)
    tick(700)
    tick(2)
    expect(release).toHaveBeenCalledTimes(2)
    end()
    tick(900)
    tick(0)
    expect(release).toHaveBeenCalledTimes(2)
  })

  it('leaves a broker that works without a pause alone', () => {
    const { tick, release, end } = world()
    for (let second = 0; second < 60; second++) tick(200)
    expect(release).not.toHaveBeenCalled()
    end()
  })

  it('really shrinks the heap', () => {
    let kept: number[][] | null = Array.from({ length: 200 }, () =>
      Array.from({ length: 10_000 }, Math.random),
    )
    const full = process.memoryUsage().heapTotal
    expect(kept.length).toBe(200)
    kept = null
    releaseMemory()
    expect(process.memoryUsage().heapTotal).toBeLessThan(full - 10_000_000)
    expect('gc' in globalThis && (globalThis as { gc?: unknown }).gc).toBeFalsy()
  })
})
