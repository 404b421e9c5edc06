/**
 * Ends whole process trees and says honestly what is left. There are two orders.
 *
 * Sandboxes are ended with their root: bubblewrap's --die-with-parent and the process namespace make the kernel end all
 * that is inside. Their roots get SIGKILL before anything is looked up: busy tools take the processor from whoever
 * looks, and each hundredth of a second is one in which they go on. What is below them is looked for right after.
 *
 * Other trees are collected before the first signal, because a child whose parent has died can't be found again. Either
 * way the table is looked at again until nobody new shows up: a child that was born in between has its tree's session.
 * Trees in this process's own session can't be told from others by that; they are held still with SIGSTOP meanwhile.
 */
import { setTimeout as sleep } from 'node:timers/promises'
import {
  collectTrees,
  hasEnded,
  hasProcessTable,
  type ProcessFacts,
  type ProcessTable,
  readProcess,
  readTable,
} from './process-table.ts'

export interface KilledTrees {
  /** Processes that were there and are gone. */
  killed: number
  /** Pids that still run after `timeoutMs`. */
  survivors: number[]
  ms: number
}
/**
 * Sends SIGKILL to every process in the trees below `roots`, before it waits for anything, and then waits until they
 * are gone, at most `timeoutMs`. Roots that are no processes (any more) count for nothing. Without /proc each root's
 * process group is signaled.
 */
export type KillTrees = (roots: readonly number[], options: { timeoutMs: number }) => Promise<KilledTrees>

/** Looks at the table; each finds what was born during the one before. */
const ROUNDS = 8
/** Between two looks while it waits, in ms. Looking at each turn would take the processor from those that are to end. */
const POLL_MS = 1

export interface TreeKillerOptions {
  /** True for trees of which nothing lives on without its root. */
  rootsFirst: boolean
}

/**
 * Makes a killer whose calls within one turn of the event loop share their looks at the process table: on Stop each
 * part kills its own trees, all in the same moment.
 */
export function createTreeKiller({ rootsFirst }: TreeKillerOptions): KillTrees {
  let turn: Turn | null = null

  function thisTurn(): Turn {
    if (turn !== null) return turn
    const begun = beginTurn()
    turn = begun
    begun.settled = Promise.resolve().then(() => {
      turn = null
      killNewborn(begun)
    })
    return begun
  }

  return async (roots, { timeoutMs }) => {
    const start = performance.now()
    const wanted = roots.filter((pid) => Number.isInteger(pid) && pid > 1 && pid !== process.pid)
    const own = rootsFirst ? killAll(wanted) : wanted.filter((pid) => signal(pid, 0))
    // Whoever else kills in this turn comes first, too.
    if (rootsFirst) await null
    const mine = hasProcessTable() ? await killInTurn(thisTurn(), own) : killGroups(own)
    const survivors = await waitUntilGone(mine, start + timeoutMs)
    // A root that was gone before the look.
    const early = own.filter((pid) => !mine.has(pid)).length
    return { killed: mine.size + early - survivors.length, survivors, ms: performance.now() - start }
  }
}

/**
 * For processes of which the callers know every one: in a group that ends them together nothing has to be looked up.
 * @param isCounted true for those that another part has ended and counts
 */
export function createListKiller(isCounted: (pid: number) => boolean): KillTrees {
  return async (pids, { timeoutMs }) => {
    const start = performance.now()
    const known = new Map(pids.map((pid) => [pid, readProcess(pid)]))
    const there = [...known].filter(([pid, facts]) => facts !== null && pid !== process.pid)
    for (const [pid] of there) signal(pid, 'SIGKILL')
    const survivors = await waitUntilGone(new Map(there), start + timeoutMs)
    const ended = there.filter(([pid]) => !isCounted(pid) && !survivors.includes(pid))
    return { killed: ended.length, survivors, ms: performance.now() - start }
  }
}

/** For any tree, by itself. */
export const killTrees: KillTrees = (roots, options) =>
  createTreeKiller({ rootsFirst: false })(roots, options)

/** What the calls of one turn share. */
interface Turn {
  /** This process's session. */
  session: number | undefined
  first: ProcessTable
  known: ProcessTable
  /** Stopped, to be killed when nobody new shows up. */
  held: number[]
  settled: Promise<void>
}

const beginTurn = (): Turn => ({
  session: readProcess(process.pid)?.session,
  first: readTable(),
  known: new Map(),
  held: [],
  settled: Promise.resolve(),
})

async function killInTurn(turn: Turn, roots: number[]): Promise<ProcessTable> {
  const mine = collectTrees(roots, turn.first)
  kill(turn, mine)
  await turn.settled
  const sessions = new Set([...mine.values()].map(({ session }) => session))
  const born = [...turn.known].filter(
    ([pid, { session }]) => !turn.first.has(pid) && session !== turn.session && sessions.has(session),
  )
  return collectTrees([...roots, ...mine.keys(), ...born.map(([pid]) => pid)], turn.known)
}

function kill(turn: Turn, some: ProcessTable): void {
  for (const [pid, facts] of some) {
    turn.known.set(pid, facts)
    if (facts.session !== turn.session) signal(pid, 'SIGKILL')
    else if (signal(pid, 'SIGSTOP')) turn.held.push(pid)
  }
}

/** Who is below the known, or was born into one of their sessions since the first look; then those held still. */
function killNewborn(turn: Turn): void {
  const { session, first, known, held } = turn
  for (let round = 0; round < ROUNDS; round++) {
    const now = readTable()
    const sessions = new Set([...known.values()].map((facts) => facts.session))
    const born = [...now].filter(
      ([pid, facts]) => facts.session !== session && sessions.has(facts.session) && !first.has(pid),
    )
    const all = collectTrees([...known.keys(), ...born.map(([pid]) => pid)], now)
    const fresh = new Map([...all].filter(([pid]) => !known.has(pid)))
    if (fresh.size === 0) break
    kill(turn, fresh)
  }
  for (const pid of held) signal(pid, 'SIGKILL')
}

/** Each first by itself, so that the last one doesn't wait for what is beside the others. Those that were there. */
function killAll(pids: number[]): number[] {
  const there = pids.filter((pid) => signal(pid, 'SIGKILL'))
  const groups = pids.filter((pid) => signal(-pid, 'SIGKILL'))
  return pids.filter((pid) => there.includes(pid) || groups.includes(pid))
}
/** A group has the number of its leader; where the root leads none, there is none of that number. */
function killGroup(pid: number): boolean {
  const there = signal(pid, 'SIGKILL')
  return signal(-pid, 'SIGKILL') || there
}
/** Where no table can be read. */
const killGroups = (roots: number[]) => new Map(roots.filter(killGroup).map((pid) => [pid, null]))

async function waitUntilGone(known: Map<number, ProcessFacts | null>, until: number): Promise<number[]> {
  let left = [...known]
  for (;;) {
    left = left.filter(([pid, facts]) => (facts === null ? signal(pid, 0) : !hasEnded(pid, facts)))
    const now = performance.now()
    if (left.length === 0 || now >= until) return left.map(([pid]) => pid)
    await sleep(POLL_MS)
  }
}

/** False when there was nobody to take the signal. */
function signal(pid: number, name: NodeJS.Signals | 0): boolean {
  const { stackTraceLimit } = Error
  // Nobody there is an answer, and this is where microseconds count.
  Error.stackTraceLimit = 0
  try {
    return process.kill(pid, name)
  } catch {
    return false
  } finally {
    Error.stackTraceLimit = stackTraceLimit
  }
}
