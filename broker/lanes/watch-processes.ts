/**
 * The broker's side of the watching thread. Making a process busy or idle is a few writes into shared memory: no
 * message, no timer, no system call while the thread is awake. The thread is there while something is busy and for a
 * while after: it costs 10 MB. Until a new one has come up (some 30 ms), memory is watched from here.
 */
import process from 'node:process'
import { Worker } from 'node:worker_threads'
import { openUsage } from './process-usage.ts'
import { AWAKE, FIELD, SLEEP, SLOT, SLOTS, STATE, VERDICT } from './watch-table.ts'

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

export interface ProcessWatchOptions {
  /** How long the thread stays when nothing is busy. */
  idleMs?: number
  openThread?(table: Int32Array): Worker
  /** The thread broke; another one is started. */
  onFault?(error: unknown): void
}

/** Between two looks from here, and before a thread that broke is replaced, in ms. */
const LOOK_MS = 2
const AGAIN_MS = 100

export function startProcessWatch({
  idleMs = 30_000,
  openThread = openWatchThread,
  onFault = () => {},
}: ProcessWatchOptions = {}): ProcessWatch {
  const table = new Int32Array(new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT * SLOT * (SLOTS + 1)))
  const free = Array.from({ length: SLOTS }, (_, slot) => SLOTS - 1 - slot)
  let thread: Worker | null = null
  /** Rows that are busy. */
  let busy = 0
  let restsSince = 0
  let idle: NodeJS.Timeout | undefined
  let meanwhile: NodeJS.Timeout | undefined
  let again: NodeJS.Timeout | undefined

  /** Limits must not end with whoever keeps them: a thread that broke is replaced. */
  function start(): Worker | null {
    Atomics.store(table, SLEEP, 0)
    Atomics.store(table, AWAKE, 0)
    try {
      const worker = openThread(table)
      worker.unref()
      worker.on('error', onFault)
      worker.once('exit', () => {
        if (thread !== worker) return
        thread = null
        startAgain()
      })
      return worker
    } catch (error) {
      onFault(error)
      startAgain()
      return null
    }
  }

  function startAgain() {
    Atomics.store(table, AWAKE, 0)
    clearTimeout(again)
    again = setTimeout(() => anyBusy(table) && wake(), AGAIN_MS).unref()
    watchFromHere()
  }

  /** Memory, while no thread is awake. Elsewhere a look takes longer than a thread takes to come up. */
  function watchFromHere() {
    if (meanwhile || process.platform !== 'linux') return
    meanwhile = setInterval(() => {
      if (Atomics.load(table, AWAKE) === 0 && anyBusy(table)) return endOvergrown(table)
      clearInterval(meanwhile)
      meanwhile = undefined
    }, LOOK_MS).unref()
  }

  function wake() {
    thread ??= start()
    if (Atomics.load(table, AWAKE) === 0) watchFromHere()
    if (Atomics.load(table, SLEEP) === 1 && Atomics.compareExchange(table, SLEEP, 1, 0) === 1)
      Atomics.notify(table, SLEEP)
  }
  function begin() {
    busy++
    wake()
  }
  /** The timer of an earlier rest is left to ring, and then set for what is left: calls come and go far more often. */
  function rest() {
    if (--busy > 0) return
    restsSince = performance.now()
    idle ??= setTimeout(endIdle, idleMs).unref()
  }
  function endIdle() {
    idle = undefined
    if (busy > 0) return
    const left = restsSince + idleMs - performance.now()
    if (left <= 0) void end()
    else idle = setTimeout(endIdle, left).unref()
  }
  async function end() {
    clearTimeout(idle)
    idle = undefined
    clearTimeout(again)
    const ending = thread
    thread = null
    Atomics.store(table, SLEEP, -1)
    Atomics.notify(table, SLEEP)
    await ending?.terminate()
  }

  return {
    add: (pid) => {
      const slot = free.pop()
      if (slot === undefined) return null
      return watchOne({ table, at: SLOT * (slot + 1), pid, begin, rest, onRemove: () => free.push(slot) })
    },
    close: end,
  }
}

export function openWatchThread(table: Int32Array): Worker {
  const file = import.meta.url.endsWith('.ts') ? './watch-processes.worker.ts' : './watch-processes.worker.js'
  return new Worker(new URL(file, import.meta.url), { workerData: table.buffer, execArgv: [], env: {} })
}

function anyBusy(table: Int32Array): boolean {
  for (let slot = 0; slot < SLOTS; slot++)
    if (Atomics.load(table, SLOT * (slot + 1) + FIELD.state) === STATE.busy) return true
  return false
}

/** What the thread does about memory, once. */
function endOvergrown(table: Int32Array): void {
  for (let slot = 0; slot < SLOTS; slot++) {
    const at = SLOT * (slot + 1)
    if (Atomics.load(table, at + FIELD.state) !== STATE.busy) continue
    const pid = Atomics.load(table, at + FIELD.pid)
    const kb = residentBytes(pid) / 1024
    if (kb > Atomics.load(table, at + FIELD.peakKb)) Atomics.store(table, at + FIELD.peakKb, kb)
    if (kb <= Atomics.load(table, at + FIELD.limitKb)) continue
    if (Atomics.compareExchange(table, at + FIELD.verdict, VERDICT.none, VERDICT.memory) !== VERDICT.none)
      continue
    try {
      process.kill(pid, 'SIGKILL')
    } catch {
      // It ended by itself just now.
    }
  }
}

function residentBytes(pid: number): number {
  const usage = openUsage(pid)
  const rss = usage?.rss() ?? 0
  usage?.close()
  return rss
}

const RESERVE = 8 * 1024 * 1024

interface OneOptions {
  table: Int32Array
  at: number
  pid: number
  begin: () => void
  rest: () => void
  onRemove: () => void
}

function watchOne({ table, at, pid, begin, rest, onRemove }: OneOptions): WatchedProcess {
  const set = (field: number, value: number) => Atomics.store(table, at + field, value)
  const get = (field: number) => Atomics.load(table, at + field)
  const baseline = residentBytes(pid)
  /** Each call's end on the CPU scale, and its memory limit. */
  const calls = new Set<{ share: number; kb: number }>()

  for (const field of [FIELD.peakKb, FIELD.calls, FIELD.shareMs, FIELD.limitShareMs, FIELD.verdict])
    set(field, 0)
  set(FIELD.pid, pid)
  Atomics.add(table, at + FIELD.generation, 1)
  set(FIELD.state, STATE.idle)

  let isBusy = false
  function become(state: number) {
    set(FIELD.state, state)
    if (isBusy === (state === STATE.busy)) return
    isBusy = !isBusy
    isBusy ? begin() : rest()
  }

  function update() {
    if (calls.size === 0) return become(STATE.idle)
    let share = Number.POSITIVE_INFINITY
    let kb = Number.POSITIVE_INFINITY
    for (const call of calls) {
      share = Math.min(share, call.share)
      kb = Math.min(kb, call.kb)
    }
    set(FIELD.limitShareMs, Math.min(share, 2 ** 31 - 1))
    set(FIELD.limitKb, kb)
    set(FIELD.calls, calls.size)
    become(STATE.busy)
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
    growth: () => Math.max(0, residentBytes(pid) - baseline),
    peak: () => Math.max(baseline, get(FIELD.peakKb) * 1024),
    verdict: () =>
      get(FIELD.verdict) === VERDICT.memory ? 'memory' : get(FIELD.verdict) === VERDICT.cpu ? 'cpu' : null,
    remove: () => {
      calls.clear()
      become(STATE.free)
      onRemove()
    },
  }
}

/** What can grow between two looks is kept back from the limit. */
function reserveOf(memory: number): number {
  return Math.min(RESERVE, memory / 8)
}
