import { describe, expect, it } from 'vitest'
import { childrenOf, openPs, openUsage, pageSize, parsePs } from './process-usage.ts'

describe('what a process uses', () => {
  it('is read from what ps prints, on macOS and on Linux', () => {
    expect(parsePs('  54321   1:02.34\n')).toEqual({ rss: 54321 * 1024, cpuMs: 62_340 })
    expect(parsePs('54321 00:01:02')).toEqual({ rss: 54321 * 1024, cpuMs: 62_000 })
    expect(parsePs('1 2-03:04:05')).toEqual({ rss: 1024, cpuMs: ((2 * 24 + 3) * 3600 + 4 * 60 + 5) * 1000 })
    for (const text of ['', 'x', '12', '12 a:b']) expect(parsePs(text)).toBeNull()
  })

  it.runIf(process.platform === 'linux')('is the same from /proc and from ps, about', () => {
    const [proc, ps] = [openUsage(process.pid), openPs(process.pid)]
    const ratio = (proc?.rss() ?? 0) / (ps?.rss() ?? 1)
    expect(ratio).toBeGreaterThan(0.7)
    expect(ratio).toBeLessThan(1.4)
    expect(proc?.rss()).toBeGreaterThan(process.memoryUsage().rss * 0.7)
    const { user, system } = process.cpuUsage()
    expect(Math.abs((proc?.cpuMs() ?? 0) - (user + system) / 1000)).toBeLessThan(500)
    proc?.close()
    expect([4096, 16384, 65536]).toContain(pageSize())
  })

  it('is nothing for a process that is not there', () => {
    expect([openUsage(2 ** 22 + 1), openPs(2 ** 22 + 1), ...childrenOf(2 ** 22 + 1)]).toEqual([null, null])
  })
})
