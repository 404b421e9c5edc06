/**
 * Gives memory back when the broker comes to rest: after its start and after each burst of work. V8 by itself keeps
 * what a burst took (a young generation of 16 MB, caches) for minutes: on an idle desktop that is a third of the
 * broker. Nothing is asked or told; whether it rests is seen from the CPU time it uses.
 */
import process from 'node:process'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'

interface RestOptions {
  /** CPU time of this process so far, ms. */
  cpuMs: () => number
  release: () => void
  everyMs?: number
}

/** Less than this share of one core is rest: heartbeats and a status line cost far less. */
const RESTING = 0.03
/** So much work, in ms of CPU time, makes a release worth its 50 ms. */
const WORTH_MS = 400
const EVERY_MS = 2_000

/** Returns the end of it. */
export function releaseAtRest({ cpuMs, release, everyMs = EVERY_MS }: RestOptions): () => void {
  let released = 0
  let last = cpuMs()
  const timer = setInterval(() => {
    const now = cpuMs()
    const resting = now - last < everyMs * RESTING
    last = now
    if (!resting || now - released < WORTH_MS) return
    release()
    released = cpuMs()
    last = released
  }, everyMs)
  timer.unref()
  return () => clearInterval(timer)
}

export function ownCpuMs(): number {
  const { user, system } = process.cpuUsage()
  return (user + system) / 1000
}

/** Collects all there is, and hands freed pages back to the system. Takes some 50 ms. */
export function releaseMemory(): void {
  setFlagsFromString('--expose-gc')
  const collect = runInNewContext('gc') as (how: object) => void
  setFlagsFromString('--no-expose-gc')
  collect({ type: 'major', execution: 'sync', flavor: 'last-resort' })
}
