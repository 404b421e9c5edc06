/**
 * The few threads that scan, started when there is something to scan and ended when there was nothing for a while. The
 * smallest job that waits is next, so that one tool's megabytes do not hold up another's page. A job under way when a
 * value is added is done again: nothing passes that holds a value which was known by then.
 */
import type { WatchedValue } from './leak-scanner.ts'
import type { ReadyValues } from './needles.ts'
import { type ScanThread, startScanThread, type ThreadLooked } from './scan-thread.ts'
import type { ScanJob } from './scan-wire.ts'

export interface ScanThreads {
  /** From now on these are looked for, and no others. */
  watch(values: readonly WatchedValue[]): void
  /** The same for many: one thread makes ready for them, and all others attach that. Null when it was not done. */
  make(values: readonly WatchedValue[]): Promise<ReadyValues | null>
  /** What somebody made ready for the values of now: threads that start need not. */
  share(ready: ReadyValues): void
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
  /** For the values of `readyVersion`. */
  let ready: ReadyValues | null = null
  let readyVersion = -1
  /** The one that makes ready; meanwhile there is no other. */
  let maker: ScanThread | null = null
  let rest: NodeJS.Timeout | null = null

  function pump(): void {
    while (waiting.length > 0) {
      const thread = idle.pop() ?? begin()
      if (!thread) return
      void run(thread, takeSmallest())
    }
    if (threads.size === 0 || threads.size > idle.length || maker !== null) return
    rest ??= setTimeout(end, idleMs)
    rest.unref()
  }

  function begin(): ScanThread | null {
    if (threads.size === MOST_THREADS || maker !== null) return null
    const thread = start()
    threads.add(thread)
    if (ready !== null && readyVersion === version) thread.attach(ready, version)
    else thread.watch(watched, version)
    return thread
  }

  async function make(values: readonly WatchedValue[]): Promise<ReadyValues | null> {
    watched = values
    const mine = ++version
    if (rest) clearTimeout(rest)
    rest = null
    // One under way looks again with the new values when it is done; others need not be there.
    for (const thread of idle.splice(1)) drop(thread)
    const thread = idle[0] ?? [...threads][0] ?? start()
    if (!threads.has(thread)) {
      threads.add(thread)
      idle.push(thread)
    }
    maker = thread
    for (const other of threads) if (other !== thread) other.watch(values, mine)
    const made = await thread.make(values, mine, ready)
    if (mine !== version) return null
    maker = null
    if (made !== null) share(made)
    else if (idle.includes(thread)) {
      idle.splice(idle.indexOf(thread), 1)
      drop(thread)
    }
    pump()
    return made
  }
  function share(made: ReadyValues): void {
    ready = made
    readyVersion = version
  }
  function drop(thread: ScanThread): void {
    threads.delete(thread)
    thread.end()
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
    else drop(thread)
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
    maker = null
  }

  return {
    watch(values) {
      watched = values
      version++
      maker = null
      for (const thread of threads) thread.watch(values, version)
    },
    make,
    share,
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
