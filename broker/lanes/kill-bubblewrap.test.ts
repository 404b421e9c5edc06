import { spawn } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { killBubblewrap } from './kill-bubblewrap.ts'
import { childrenOf } from './process-usage.ts'
import { findBubblewrap } from './wrap-with-os-sandbox.linux.ts'

const bwrap = process.platform === 'linux' ? findBubblewrap() : undefined

/** Held in the middle of its start: the child waits for its user to be mapped, and nothing binds it to its parent yet. */
async function startHalf(): Promise<{ pid: number; child: number }> {
  const args = ['--unshare-user', '--unshare-pid', '--die-with-parent', '--ro-bind', '/', '/']
  const half = spawn(bwrap as string, [...args, '--userns-block-fd', '3', '--info-fd', '4', 'sleep', '60'], {
    stdio: ['ignore', 'ignore', 'ignore', 'pipe', 'pipe'],
  })
  const pid = half.pid as number
  for (let n = 0; n < 500 && childrenOf(pid).length === 0; n++) await sleep(10)
  return { pid, child: childrenOf(pid)[0] as number }
}
const isThere = (pid: number) => {
  const file = `/proc/${pid}/status`
  return existsSync(file) && !/^State:\s+[ZX]/m.test(readFileSync(file, 'utf8'))
}

test.skipIf(!bwrap)('a sandbox that is killed while it starts leaves no child behind', async () => {
  const { pid, child } = await startHalf()
  expect(isThere(child)).toBe(true)
  killBubblewrap(pid)
  await expect.poll(() => [isThere(pid), isThere(child)]).toEqual([false, false])
})

test.skipIf(!bwrap)('killing its parent alone would', async () => {
  const { pid, child } = await startHalf()
  process.kill(pid, 'SIGKILL')
  await expect.poll(() => isThere(pid)).toBe(false)
  await sleep(50)
  const left = isThere(child)
  if (left) process.kill(child, 'SIGKILL')
  expect(left).toBe(true)
})
