/**
 * The broker's side of the watching thread. Making a process busy or idle is a few writes into shared memory: no
 * message, no timer, no system call while the thread is awake.
 */
import { Worker } from 'node:worker_threads'
import { openUsage } from './process-usage.ts'
import { FIELD, SLEEP, SLOT, SLOTS, STATE, VERDICT } from './watch-table.ts'

export interface ProcessWatch {
  /** Null when all rows are taken. Call `remove` when the process has ended. */
  add(pid: number): WatchedProcess | null
  close(): Promise<void>
}
export interface WatchedProcess {
  /** Bytes of resident memory when it was added; 0 where that can't be read. */
  readonly baseline: number
  /** Counts a call in, and gives back its end. `memory` is bytes above the baseline. */
  busy(limits: { memory: number; cpuMs: number }): () => void
  /** Highest resident memory seen, bytes. */
  peak(): number
  /** Resident memory above the baseline now, bytes. */
  growth(): number
  /** Why the thread has ended the process, if it has. */
  verdict(): 'memory' | 'cpu' | null
  remove(): void
}

export function startProcessWatch(): ProcessWatch {
  const table = new Int32Array(new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT * SLOT * (SLOTS + 1)))
  const file = import.meta.url.endsWith('.ts') ? './watch-processes.worker.ts' : './watch-processes.worker.js'
  const worker = new Worker(new URL(file, import.meta.url), {
    workerData: table.buffer,
    execArgv: [],
    env: {},
  })
  worker.unref()
  const free = Array.from({ length: SLOTS }, (_, slot) => SLOTS - 1 - slot)

  function wake() {
    if (Atomics.compareExchange(table, SLEEP, 1, 0) === 1) Atomics.notify(table, SLEEP)
  }

  return {
    add: (pid) => {
      const slot = free.pop()
      if (slot === undefined) return null
      return watchOne({ table, at: SLOT * (slot + 1), pid, wake, onRemove: () => free.push(slot) })
    },
    close: async () => {
      Atomics.store(table, SLEEP, -1)
      Atomics.notify(table, SLEEP)
      await worker.terminate()
    },
  }
}

const RESERVE = 8 * 1024 * 1024

interface OneOptions {
  table: Int32Array
  at: number
  pid: number
  wake: () => void
  onRemove: () => void
}

function watchOne({ table, at, pid, wake, onRemove }: OneOptions): WatchedProcess {
  const set = (field: number, value: number) => Atomics.store(table, at + field, value)
  const get = (field: number) => Atomics.load(table, at + field)
  const rssNow = () => {
    const usage = openUsage(pid)
    const rss = usage?.rss() ?? 0
    usage?.close()
    return rss
  }
  const baseline = rssNow()
  /** Each call's end on the CPU scale, and its memory limit. */
  const calls = new Set<{ share: number; kb: number }>()

  for (const field of [FIELD.peakKb, FIELD.calls, FIELD.shareMs, FIELD.limitShareMs, FIELD.verdict])
    set(field, 0)
  set(FIELD.pid, pid)
  Atomics.add(table, at + FIELD.generation, 1)
  set(FIELD.state, STATE.idle)

  function update() {
    if (calls.size === 0) return set(FIELD.state, STATE.idle)
    let share = Number.POSITIVE_INFINITY
    let kb = Number.POSITIVE_INFINITY
    for (const call of calls) {
      share = Math.min(share, call.share)
      kb = Math.min(kb, call.kb)
    }
    set(FIELD.limitShareMs, Math.min(share, 2 ** 31 - 1))
    set(FIELD.limitKb, kb)
    set(FIELD.calls, calls.size)
    set(FIELD.state, STATE.busy)
    wake()
  }

  return {
    baseline,
    busy: ({ memory, cpuMs }) => {
      const call = {
        share: get(FIELD.shareMs) + cpuMs,
        kb: Math.ceil((baseline + memory - reserveOf(memory)) / 1024),
      }
      if (calls.size === 0) set(FIELD.peakKb, 0)
      calls.add(call)
      update()
      return () => {
        if (calls.delete(call)) update()
      }
    },
    growth: () => Math.max(0, rssNow() - baseline),
    peak: () => Math.max(baseline, get(FIELD.peakKb) * 1024),
    verdict: () =>
      get(FIELD.verdict) === VERDICT.memory ? 'memory' : get(FIELD.verdict) === VERDICT.cpu ? 'cpu' : null,
    remove: () => {
      set(FIELD.state, STATE.free)
      calls.clear()
      onRemove()
    },
  }
}

/** What can grow between two looks is kept back from the limit. */
function reserveOf(memory: number): number {
  return Math.min(RESERVE, memory / 8)
}
