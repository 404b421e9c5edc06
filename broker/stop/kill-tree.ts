/**
 * Ends whole process trees and says honestly what is left. The trees are collected before the first signal (a child
 * whose parent has died can't be found again), held still with SIGSTOP until no new child shows up, so that a process
 * that forks all the time can't slip away between the look and the kill, and then all get SIGKILL, the outer ones first.
 */
import { setImmediate as nextTurn, setTimeout as sleep } from 'node:timers/promises'
import { collectTrees, hasEnded, hasProcessTable, type ProcessFacts } from './process-table.ts'

export interface KilledTrees {
  /** Processes that were there and are gone. */
  killed: number
  /** Pids that still run after `timeoutMs`. */
  survivors: number[]
  ms: number
}

/** Rounds of looking for new children before the kill; each finds what was forked during the one before. */
const ROUNDS = 8
/** Poll at each turn of the event loop for so long, in ms; afterwards each `POLL_MS`. */
const EAGER_MS = 25
const POLL_MS = 3

/**
 * Sends SIGKILL to every process in the trees below `roots` and waits until they are gone, at most `timeoutMs`.
 * Roots that are no processes (any more) count for nothing. Without /proc each root's process group is signaled.
 */
export async function killTrees(
  roots: readonly number[],
  { timeoutMs }: { timeoutMs: number },
): Promise<KilledTrees> {
  const start = performance.now()
  const own = roots.filter((pid) => Number.isInteger(pid) && pid > 1 && pid !== process.pid)
  const known = hasProcessTable() ? freezeTrees(own) : new Map<number, ProcessFacts | null>()
  if (hasProcessTable()) for (const pid of known.keys()) signal(pid, 'SIGKILL')
  else for (const pid of own) if (signalGroup(pid)) known.set(pid, null)
  const survivors = await waitUntilGone(known, start + timeoutMs)
  return { killed: known.size - survivors.length, survivors, ms: performance.now() - start }
}

/** Stops the processes in their tracks until a round finds nobody new. */
function freezeTrees(roots: readonly number[]): Map<number, ProcessFacts> {
  const known = collectTrees(roots)
  const stopped = new Set<number>()
  for (let round = 0; round < ROUNDS; round++) {
    const fresh = [...known.keys()].filter((pid) => !stopped.has(pid))
    if (fresh.length === 0) break
    for (const pid of fresh) {
      signal(pid, 'SIGSTOP')
      stopped.add(pid)
    }
    for (const [pid, facts] of collectTrees([...known.keys()])) known.set(pid, facts)
  }
  return known
}

async function waitUntilGone(known: Map<number, ProcessFacts | null>, until: number): Promise<number[]> {
  let left = [...known]
  const eagerUntil = performance.now() + EAGER_MS
  for (;;) {
    left = left.filter(([pid, facts]) => (facts === null ? signal(pid, 0) : !hasEnded(pid, facts)))
    const now = performance.now()
    if (left.length === 0 || now >= until) return left.map(([pid]) => pid)
    if (now < eagerUntil) await nextTurn()
    else await sleep(POLL_MS)
  }
}

/** False when there was nobody to take the signal. */
function signal(pid: number, name: NodeJS.Signals | 0): boolean {
  try {
    return process.kill(pid, name)
  } catch {
    return false
  }
}
function signalGroup(pid: number): boolean {
  return signal(-pid, 'SIGKILL') || signal(pid, 'SIGKILL')
}
