/**
 * Which process serves which call. A process belongs to one principal and one tool's content hash for all its life;
 * before that it is a spare. Nothing is started while Stop holds: after `rest` the next call, or `warm`, starts anew.
 */
import { failed, type Outcome, refused } from '../../contract/outcome.ts'
import type { Json } from '../../contract/words.ts'
import type { ToolCall } from '../ports.ts'
import type { AbortListeners } from './abort-listeners.ts'
import type { CallClock } from './call-clock.ts'
import { cancelled, endedAlongside, stoppedCall } from './end-call.ts'
import type { LaneGroup } from './lane-group.ts'
import { KILLED, type SandboxEnd } from './sandbox-process.ts'
import type { SandboxSpawner } from './spawn-sandbox.ts'
import { CALLS_LIMIT, createToolProcess, NICENESS, type ToolProcess } from './tool-process.ts'
import { countUnread } from './unread-answers.ts'
import type { ProcessWatch } from './watch-processes.ts'
import { yieldFromBirth } from './yield-processor.ts'

export interface ProcessPool {
  /** A process that can take this call at once. */
  ready(call: ToolCall): ToolProcess | null
  /** Sees to it that one gets ready: an own one, a spare, a new one. Null when that was done. */
  prepare(call: ToolCall): Promise<NotOk | null>
  warm(): Promise<void>
  /** Living processes of a principal, or all with the spares. */
  of(scope: 'all' | string): ToolProcess[]
  counts(): { processes: number; busy: number; spare: number; crashed: number }
  /** Holds the calls of whoever is paused, now and from here on. */
  hold(isPaused: (principalId: string) => boolean): void
  /** No spares until something is asked for again. */
  rest(): void
  close(): void
}
export interface ProcessPoolOptions {
  spawner: SandboxSpawner
  group: Pick<LaneGroup, 'take' | 'works'>
  watch: ProcessWatch
  clock: CallClock
  aborts: AbortListeners
  now(): number
  strict(): boolean
  spares: number
  /** Processes at once. */
  limit?: number
  idleMs: number
  /** Bytes that may wait for all of them to be read. */
  unreadBytes?: number
  log(text: string): void
}

type NotOk = Exclude<Outcome<Json>, { kind: 'ok' }>

const LIMIT = 64
/** The next spare is started when the call that took the last one is well on its way. */
const RESPAWN_MS = 150
/** Starts until it is given up: two with the OS sandbox, one without, one more. */
const ATTEMPTS = 4
/** So often the OS sandbox must have said no: what it lacked may have been lacking for a moment only. */
const REFUSALS = 2
const SWEEP_MS = 5_000
/** An idle process that holds so much more than at its start is closed. */
const GROWN = 96 * 1024 * 1024

export function createProcessPool(options: ProcessPoolOptions): ProcessPool {
  const { spawner, now, limit = LIMIT } = options
  const all = new Set<ToolProcess>()
  const unread = countUnread(options.unreadBytes)
  let crashed = 0
  let resting = true
  let isPaused = (_principalId: string) => false
  let closed = false
  /** The OS sandbox has held a process here: what fails from then on has another cause, and is no reason to go without. */
  let osSandboxWorks = false
  let refusals = 0
  let respawn: NodeJS.Timeout | undefined
  const sweeper = setInterval(sweep, Math.min(SWEEP_MS, options.idleMs))
  sweeper.unref()

  const serves = ({ principalId, toolHash }: ToolProcess, call: ToolCall) =>
    toolHash === call.tool.hash && principalId === call.principalId
  const living = () => [...all].filter((process) => !process.gone())
  const fitting = () => living().filter((process) => process.strict === options.strict())
  const spares = () => fitting().filter((process) => process.toolHash === null)

  /** @param awaited somebody waits for it; what only takes another's place must not take the processor from calls */
  function start(awaited: boolean): ToolProcess {
    const strict = options.strict()
    const spawned = spawner.start({ strict })
    const { pid } = spawned.child
    if (pid) takeInto(pid)
    if (pid && !awaited) yieldFromBirth(pid, NICENESS)
    const process = createToolProcess({ ...options, unread, spawned, strict, takeInto, onGone })
    all.add(process)
    void process.ready.then((ready) => {
      if (ready && process.osSandbox !== 'none') osSandboxWorks = true
    })
    return process
  }

  /** What the group does not have is still ended one by one, but a little later, and does not stand still before. */
  function takeInto(pid: number) {
    if (!options.group.take(pid) && options.group.works)
      options.log(`a sandbox process (${pid}) could not be put into the group; it is ended by itself`)
  }

  function onGone(process: ToolProcess, end: SandboxEnd, byItself: boolean) {
    all.delete(process)
    if (!byItself) return
    crashed++
    options.log(
      `a sandbox process ended by itself: ${end.fault || (end.signal ?? `exit code ${end.code}`)} ${end.stderr}`.trim(),
    )
  }

  function ready(call: ToolCall): ToolProcess | null {
    for (const process of all)
      if (
        serves(process, call) &&
        process.isReady() &&
        process.calls() < CALLS_LIMIT &&
        process.strict === options.strict()
      )
        return process
    return null
  }

  async function prepare(call: ToolCall): Promise<NotOk | null> {
    if (closed) return refused('unavailable', 'Sallyport is closing.')
    const problem = await spawner.prepare()
    if (problem) return cannotStart(problem)
    if (call.signal.aborted) return cancelled(call.tool.title)
    resting = false
    for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
      const found = ready(call) ?? assign(call)
      if (!found)
        return refused(
          'budget',
          `${limit} tools are running already.`,
          'Too many tools run at once. Wait for some of them to end.',
        )
      if (await found.ready) return null
      if (found.ended()?.killed) return stoppedCall(call.tool.title)
      if (call.signal.aborted) return cancelled(call.tool.title)
      noteFailedStart(found)
    }
    return cannotStart('the diagnostic log says why')
  }

  /** One that is being started for this tool already, a spare, or a new one; null when there is no room. */
  function assign(call: ToolCall): ToolProcess | null {
    const own = fitting().find((process) => serves(process, call) && process.calls() < CALLS_LIMIT)
    if (own) return own
    const spare = spares().sort((a, b) => Number(b.isReady()) - Number(a.isReady()))[0]
    const process = spare ?? (makeRoom() ? start(true) : null)
    if (!process) return null
    process.toolHash = call.tool.hash
    process.principalId = call.principalId
    process.idleSince = now()
    process.load(call)
    process.hold(isPaused(call.principalId))
    scheduleRefill()
    return process
  }

  /** One that is only starting is waited for by the call that started it. */
  function makeRoom(): boolean {
    if (living().length < limit) return true
    const oldest = living()
      .filter((process) => process.isReady() && process.calls() === 0)
      .sort((a, b) => a.idleSince - b.idleSince)[0]
    oldest?.end(endedAlongside)
    return oldest !== undefined
  }

  /**
   * The OS sandbox is given up only where it has never worked and said no by itself. A start that was ended by a signal
   * (Stop, memory), took too long, or for which the system was short of something tells nothing about it, and may be
   * brought about.
   */
  function noteFailedStart(process: ToolProcess) {
    const { kind } = spawner.status()
    const end = process.ended()
    const why = end?.stderr.trim().split('\n')[0] || wordsOfEnd(end)
    options.log(`a sandbox process did not start (${kind}): ${why}`)
    if (!saidNo(end) || osSandboxWorks || process.osSandbox === 'none' || kind === 'none') return
    if (++refusals >= REFUSALS) spawner.giveUpOsSandbox(`${kind} can not start here (${why.slice(0, 200)})`)
  }

  function scheduleRefill() {
    respawn ??= setTimeout(() => {
      respawn = undefined
      if (startSpare(false) && lacksSpare()) scheduleRefill()
    }, RESPAWN_MS)
    respawn.unref()
  }

  const lacksSpare = () => !resting && !closed && living().length < limit && spares().length < options.spares
  /** One in a turn of the loop: a start copies this process's page tables, which takes milliseconds. */
  function startSpare(awaited: boolean): boolean {
    if (!lacksSpare()) return false
    start(awaited)
    return true
  }

  async function warm() {
    resting = false
    if (await spawner.prepare()) return
    for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
      while (startSpare(true)) await new Promise((resolve) => setImmediate(resolve))
      const waiting = spares()
      await Promise.all(waiting.map((process) => process.ready))
      const broken = waiting.find((process) => process.gone() && !process.ended()?.killed)
      if (!broken) return
      noteFailedStart(broken)
    }
  }

  function sweep() {
    const time = now()
    for (const process of all) {
      const isSpare = process.toolHash === null
      const stale = isSpare
        ? process.strict !== options.strict()
        : time - process.idleSince > options.idleMs || process.growth() > GROWN
      if (process.calls() === 0 && stale) process.end(endedAlongside)
    }
  }

  return {
    ready,
    prepare,
    warm,
    of: (scope) => living().filter((process) => scope === 'all' || process.principalId === scope),
    counts: () => {
      const here = living()
      const spare = here.filter((process) => process.toolHash === null).length
      return {
        processes: here.length,
        busy: here.filter((process) => process.calls() > 0).length,
        spare,
        crashed,
      }
    },
    hold: (asks) => {
      isPaused = asks
      for (const process of living()) process.hold(process.principalId !== null && asks(process.principalId))
    },
    rest: () => {
      resting = true
    },
    close: () => {
      closed = true
      clearInterval(sweeper)
      clearTimeout(respawn)
    },
  }
}

/** A shell's way to say that a signal ended what it ran; bubblewrap's, too. */
const BY_SIGNAL = 128
const SHORT_OF =
  /Resource temporarily unavailable|Cannot allocate memory|Too many open files|Too many processes/i

/** It ran, and ended by itself for a reason that will be there the next time. Without an exit code it never ran. */
function saidNo(end: SandboxEnd | null): boolean {
  if (end === null || end.fault !== '' || end.signal !== null || end.code === null) return false
  return end.code <= BY_SIGNAL && !SHORT_OF.test(end.stderr)
}

const endedFromOutside = ({ signal, code }: SandboxEnd) => signal !== null || code === KILLED

function wordsOfEnd(end: SandboxEnd | null): string {
  if (end === null) return 'it ended before it was ready'
  if (end.fault !== '') return end.fault
  return endedFromOutside(end) ? 'it was ended from outside' : `it ended with exit code ${end.code}`
}

function cannotStart(why: string) {
  return failed(
    'crashed',
    `No sandbox process could be started: ${why}.`,
    'The tool could not be started on this computer. Tell the person.',
  )
}
