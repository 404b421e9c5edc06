import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { yieldProcessor } from './yield-processor.ts'

const nicenessOf = (pid: number | 'self') =>
  readFileSync(`/proc/${pid}/autogroup`, 'utf8').trim().split(' ')[2]

test.skipIf(!existsSync('/proc/self/autogroup'))('lowers another session, and never its own', async () => {
  const before = nicenessOf('self')
  const same = spawn('sleep', ['60'])
  const other = spawn('sleep', ['60'], { detached: true })
  try {
    await Promise.all([once(same, 'spawn'), once(other, 'spawn')])
    yieldProcessor(same.pid as number, 10)
    yieldProcessor(other.pid as number, 10)
    await expect.poll(() => nicenessOf(other.pid as number)).toBe('10')
    expect(nicenessOf('self')).toBe(before)
    // One that has ended is no fault.
    yieldProcessor(2 ** 22 + 1, 10)
  } finally {
    same.kill('SIGKILL')
    other.kill('SIGKILL')
  }
})
