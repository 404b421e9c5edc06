/**
 * Watches the memory and CPU time of busy sandbox processes, on a thread that does nothing else: memory can grow by
 * a megabyte and a half each millisecond, and the broker's own loop may be busy just then. What is over its limit
 * gets SIGKILL from here; why is left in the table.
 */
import process from 'node:process'
import { workerData } from 'node:worker_threads'
import { openUsage, type UsageReader } from './process-usage.ts'
import { AWAKE, FIELD, SLEEP, SLOT, SLOTS, STATE, TICK, VERDICT } from './watch-table.ts'

/** Between two looks, in ms: while something grows, and otherwise. */
const FAST = 2
const SLOW = 5
/** CPU time is read at each so many looks. */
const CPU_EVERY = 4
/** Looks with nothing to watch before this thread goes to sleep. */
const REST = 40

interface Watched {
  generation: number
  pid: number
  usage: UsageReader | null
  lastRss: number
  lastCpu: number
  /** CPU ms for each of the calls that ran side by side, added up. */
  share: number
  looks: number
}

const table = new Int32Array(workerData as SharedArrayBuffer)
const watched = new Map<number, Watched>()

function look(slot: number): boolean {
  const at = SLOT * (slot + 1)
  const field = (name: number) => Atomics.load(table, at + name)
  const state = field(FIELD.state)
  let entry = watched.get(slot)
  if (entry && (state === STATE.free || entry.generation !== field(FIELD.generation))) {
    entry.usage?.close()
    watched.delete(slot)
    entry = undefined
  }
  if (state === STATE.free) return false
  if (!entry) {
    entry = startWatching(field(FIELD.generation), field(FIELD.pid), field(FIELD.shareMs))
    watched.set(slot, entry)
  }
  // It may have been a moment without descriptors: what can't be read is looked for again, never left alone.
  if (state === STATE.busy) entry.usage ??= openUsage(entry.pid)
  if (state === STATE.idle || !entry.usage) {
    entry.lastCpu = -1
    return false
  }
  const grows = lookAtMemory(entry, at)
  if (entry.lastCpu < 0 || entry.looks++ % CPU_EVERY === 0) lookAtCpu(entry, at)
  return grows
}

// An earlier thread may have counted before: `share` goes on from there.
function startWatching(generation: number, pid: number, share: number): Watched {
  return { generation, pid, usage: openUsage(pid), lastRss: 0, lastCpu: -1, share, looks: 0 }
}

function lookAtMemory(entry: Watched, at: number): boolean {
  const rss = entry.usage?.rss() ?? 0
  const size = rss / 1024
  if (size > Atomics.load(table, at + FIELD.peakKb)) Atomics.store(table, at + FIELD.peakKb, size)
  if (size > Atomics.load(table, at + FIELD.limitKb)) end(entry, at, VERDICT.memory)
  const grows = rss > entry.lastRss
  entry.lastRss = rss
  return grows
}

function lookAtCpu(entry: Watched, at: number) {
  const cpu = entry.usage?.cpuMs() ?? null
  if (cpu === null) return
  if (entry.lastCpu >= 0)
    entry.share += (cpu - entry.lastCpu) / Math.max(1, Atomics.load(table, at + FIELD.calls))
  entry.lastCpu = cpu
  Atomics.store(table, at + FIELD.shareMs, entry.share)
  if (entry.share > Atomics.load(table, at + FIELD.limitShareMs)) end(entry, at, VERDICT.cpu)
}

function end(entry: Watched, at: number, verdict: number) {
  if (Atomics.load(table, at + FIELD.generation) !== entry.generation) return
  if (Atomics.compareExchange(table, at + FIELD.verdict, VERDICT.none, verdict) !== VERDICT.none) return
  try {
    process.kill(entry.pid, 'SIGKILL')
  } catch {
    // It ended by itself just now.
  }
}

Atomics.store(table, AWAKE, 1)
for (let quiet = 0; Atomics.load(table, SLEEP) >= 0; ) {
  let grows = false
  let busy = false
  for (let slot = 0; slot < SLOTS; slot++) {
    if (look(slot)) grows = true
    if (Atomics.load(table, SLOT * (slot + 1) + FIELD.state) === STATE.busy) busy = true
  }
  quiet = busy ? 0 : quiet + 1
  if (quiet < REST) Atomics.wait(table, TICK, 0, grows ? FAST : SLOW)
  else {
    Atomics.compareExchange(table, SLEEP, 0, 1)
    // Whoever makes a process busy after this line wakes us; whoever did so before it is seen here.
    let late = false
    for (let slot = 0; slot < SLOTS; slot++)
      late ||= Atomics.load(table, SLOT * (slot + 1) + FIELD.state) === STATE.busy
    if (late) Atomics.compareExchange(table, SLEEP, 1, 0)
    else Atomics.wait(table, SLEEP, 1)
    quiet = 0
  }
}
