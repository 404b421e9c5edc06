/**
 * The broker's side of one thread that scans. It has one job at a time, and is given up when that takes too long or
 * the thread breaks: the job then counts as not done. Values are told to it in memory and are nowhere else; what it
 * holds goes with it.
 */
import { Worker } from 'node:worker_threads'
import type { LeakHit } from '../ports.ts'
import type { WatchedValue } from './leak-scanner.ts'
import type { ReadyValues } from './needles.ts'
import { type FromScan, packJob, type ScanJob, type ToScan, unpackHits } from './scan-wire.ts'

export interface ThreadLooked {
  version: number
  /** Of each text; null where none holds any. */
  hits: LeakHit[][] | null
  open: number
}
export interface ScanThread {
  watch(values: readonly WatchedValue[], version: number): void
  /** The same, and gives what others can attach. Null when the thread is gone before it has that. */
  make(
    values: readonly WatchedValue[],
    version: number,
    before: ReadyValues | null,
  ): Promise<ReadyValues | null>
  attach(ready: ReadyValues, version: number): void
  /** Null when it was not done, and the thread is gone. */
  look(job: ScanJob): Promise<ThreadLooked | null>
  end(): void
}
interface ThreadTimes {
  startMs?: number
  /** For any job, and for each million characters more. */
  jobMs?: number
  perMillionMs?: number
}

const HEAP_MB = 512
/** A value's hundreds of forms are made in a few. */
const VALUE_MS = 30
const ATTACH_MS = 1000

export function startScanThread({
  startMs = 60_000,
  jobMs = 10_000,
  perMillionMs = 2_000,
}: ThreadTimes = {}): ScanThread {
  const file = import.meta.url.endsWith('.ts') ? './scan.worker.ts' : './scan.worker.js'
  const worker = new Worker(new URL(file, import.meta.url), {
    execArgv: [],
    env: {},
    resourceLimits: { maxOldGenerationSizeMb: HEAP_MB },
  })
  worker.unref()
  let ended = false
  /** What getting ready for values may take, before the next job is done. */
  let readyMs = 0
  let told: ((message: FromScan | null) => void) | null = null
  const ready = next(startMs)
  /** By version. */
  const makings = new Map<number, (made: ReadyValues | null) => void>()

  /** Its next message; null when it does not come in time. */
  function next(ms: number): Promise<FromScan | null> {
    return new Promise((resolve) => {
      const late = setTimeout(end, ms)
      told = (message) => {
        told = null
        clearTimeout(late)
        resolve(message)
      }
    })
  }
  function end(): void {
    if (ended) return
    ended = true
    told?.(null)
    for (const tellMade of makings.values()) tellMade(null)
    makings.clear()
    void worker.terminate()
  }
  worker.on('message', (message: FromScan) => {
    if (message.t !== 'made') return told?.(message)
    makings.get(message.version)?.(message.ready)
    makings.delete(message.version)
  })
  worker.on('error', end)
  worker.on('exit', end)

  const tell = (message: ToScan) => worker.postMessage(message)
  return {
    watch(values, version) {
      readyMs += values.length * VALUE_MS
      if (!ended) tell({ t: 'watch', values, version })
    },
    make(values, version, before) {
      readyMs += values.length * VALUE_MS
      if (ended) return Promise.resolve(null)
      tell({ t: 'make', values, version, before })
      return new Promise((resolve) => makings.set(version, resolve))
    },
    attach(made, version) {
      readyMs += ATTACH_MS
      if (!ended) tell({ t: 'attach', ready: made, version })
    },
    async look(job) {
      await ready
      if (ended) return null
      const characters = job.texts.reduce((sum, { length }) => sum + length, 0)
      const getsReadyMs = readyMs
      const answer = next(getsReadyMs + jobMs + (characters / 1e6) * perMillionMs)
      tell(packJob(job))
      const looked = await answer
      readyMs -= getsReadyMs
      if (looked?.t !== 'looked') return null
      const { version, open } = looked
      return { version, hits: unpackHits(looked, job.texts.length), open }
    },
    end,
  }
}
