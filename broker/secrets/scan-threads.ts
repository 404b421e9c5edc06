/**
 * The few threads that scan, started when there is something to scan and ended when there was nothing for a while. The
 * smallest job that waits is next, so that one tool's megabytes do not hold up another's page. A job under way when a
 * value is added is done again: nothing passes that holds a value which was known by then.
 */
import type { WatchedValue } from './leak-scanner.ts'
import { type ScanThread, startScanThread, type ThreadLooked } from './scan-thread.ts'
import type { ScanJob } from './scan-wire.ts'

export interface ScanThreads {
  /** From now on these are looked for, and no others. */
  watch(values: readonly WatchedValue[]): void
  /** Null when it was not done in time. Never rejects. */
  look(job: ScanJob): Promise<ThreadLooked | null>
  end(): void
}
interface Task {
  job: ScanJob
  characters: number
  tries: number
  settle(looked: ThreadLooked | null): void
}

const MOST_THREADS = 2
const IDLE_MS = 10_000
/** As often values may change under one job. */
const MOST_TRIES = 20

export function createScanThreads({
  start = startScanThread,
  idleMs = IDLE_MS,
}: {
  start?: () => ScanThread
  idleMs?: number
} = {}): ScanThreads {
  const idle: ScanThread[] = []
  const threads = new Set<ScanThread>()
  const waiting: Task[] = []
  let watched: readonly WatchedValue[] = []
  let version = 0
  let rest: NodeJS.Timeout | null = null

  function pump(): void {
    while (waiting.length > 0) {
      const thread = idle.pop() ?? begin()
      if (!thread) return
      void run(thread, takeSmallest())
    }
    if (threads.size === 0 || threads.size > idle.length) return
    rest ??= setTimeout(end, idleMs)
    rest.unref()
  }

  function begin(): ScanThread | null {
    if (threads.size === MOST_THREADS) return null
    const thread = start()
    threads.add(thread)
    thread.watch(watched, version)
    return thread
  }

  function takeSmallest(): Task {
    const least = waiting.reduce(
      (best, { characters }, at) => (characters < (waiting[best] as Task).characters ? at : best),
      0,
    )
    return waiting.splice(least, 1)[0] as Task
  }

  async function run(thread: ScanThread, task: Task): Promise<void> {
    if (rest) clearTimeout(rest)
    rest = null
    const looked = await thread.look(task.job)
    if (looked !== null) idle.push(thread)
    else {
      threads.delete(thread)
      thread.end()
    }
    const isOld = looked !== null && looked.version !== version
    if (isOld && ++task.tries < MOST_TRIES) waiting.push(task)
    else task.settle(isOld ? null : looked)
    pump()
  }

  function end(): void {
    rest = null
    for (const thread of threads) thread.end()
    threads.clear()
    idle.length = 0
  }

  return {
    watch(values) {
      watched = values
      version++
      for (const thread of threads) thread.watch(values, version)
    },
    look(job) {
      const characters = job.texts.reduce((sum, { length }) => sum + length, 0)
      return new Promise((settle) => {
        waiting.push({ job, characters, tries: 0, settle })
        pump()
      })
    },
    end,
  }
}
