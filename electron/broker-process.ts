/**
 * The broker as a child: started in a process group of its own, asked for a sign of life, started again when it ends,
 * and given up with words when it keeps ending. This file never decides that a slow broker must die: a person does,
 * by Restart or by Stop.
 */
import { type ChildProcess, spawn } from 'node:child_process'
import type { EventName } from '../contract/broker-api.ts'
import { DATA_IN_USE } from '../contract/data-in-use.ts'
import { createDoorLink, type DoorLink } from '../contract/door-link.ts'
import type { BrokerState } from '../contract/shell-ipc.ts'
import { endAfterUs } from '../parents/end-after-us.ts'
import { endWithParent } from './end-with-parent.ts'
import { type KillReport, killTree } from './kill-tree.ts'
import { endLanes } from './lanes-of.ts'

export interface BrokerLimits {
  /** Between two signs of life. */
  heartbeatMs: number
  /** Without an answer for so long, it hangs. */
  hungMs: number
  /** First wait before it is started again; doubled each time. */
  backoffMs: number
  /** So long alive, and an earlier end is forgotten. */
  steadyMs: number
  /** So many ends without a steady time between them, and it is given up. */
  tries: number
  /** How long it may take to leave when asked. */
  leaveMs: number
}
export const BROKER_LIMITS: BrokerLimits = {
  heartbeatMs: 2_000,
  hungMs: 5_000,
  backoffMs: 250,
  steadyMs: 60_000,
  tries: 6,
  leaveMs: 4_000,
}

export interface BrokerProcess {
  start(): void
  state(): BrokerState
  pid(): number | null
  /** The link once it answers; null when it does not within `limitMs`. */
  whenReady(limitMs: number): Promise<DoorLink | null>
  /** The link now, even while it does not answer; null when there is no process. */
  link(): DoorLink | null
  /** Kills it with everything below it; it is not started again until `start`. */
  kill(): Promise<KillReport>
  /** Asks it to leave, and kills what is left of it in the end. */
  leave(): Promise<void>
}

interface Child {
  process: ChildProcess
  link: DoorLink
  startedAt: number
  words: string
}

export function createBrokerProcess(options: {
  command: string
  args: string[]
  env: NodeJS.ProcessEnv
  /** Events that the shell and its pages want. */
  events: readonly EventName[]
  onEvent: (event: EventName, payload: unknown) => void
  onState: (state: BrokerState) => void
  /** It answers. `again` says why it had to be started anew, or is empty. */
  onReady: (link: DoorLink, again: string) => void
  /** What it prints beside the protocol: its diagnostic log. */
  onOutput: (text: string) => void
  limits?: Partial<BrokerLimits>
}): BrokerProcess {
  const limits = { ...BROKER_LIMITS, ...options.limits }
  const waiting = new Set<(link: DoorLink | null) => void>()
  let state: BrokerState = { state: 'starting', text: '' }
  let child: Child | null = null
  let wanted = false
  let ends = 0
  let again = ''
  let restartTimer: NodeJS.Timeout | undefined
  let pulse: { stop(): void } | undefined

  function enter(next: BrokerState): void {
    if (next.state === state.state && next.text === state.text) return
    state = next
    options.onState(state)
    if (next.state !== 'starting') {
      for (const tell of waiting) tell(next.state === 'ready' ? (child?.link ?? null) : null)
      waiting.clear()
    }
  }
  function launch(): void {
    if (state.state !== 'starting') enter({ state: 'starting', text: '' })
    const born = spawnBroker(options, (words, details) => ended(born, words, details))
    child = born
    born.link.ping().then(
      () => ready(born),
      () => {},
    )
  }
  function ready(born: Child): void {
    if (child !== born) return
    born.link.subscribe(options.events)
    enter({ state: 'ready', text: '' })
    options.onReady(born.link, again)
    again = ''
    pulse = startPulse(born.link, limits, (hung) => {
      if (child !== born) return
      enter(hung ? { state: 'silent', text: HUNG } : { state: 'ready', text: '' })
    })
  }
  /** @param details for whoever looks closer; no title says them */
  function ended(born: Child, words: string, details: string): void {
    born.link.end(words)
    if (child !== born) return
    child = null
    pulse?.stop()
    if (!wanted) return
    ends = performance.now() - born.startedAt > limits.steadyMs ? 1 : ends + 1
    again = `${words} Details: ${details}.${born.words ? ` Its last words: ${born.words}` : ''}`
    if (ends >= limits.tries) {
      wanted = false
      enter({
        state: 'down',
        text: `${again} It was started ${ends} times; it is not tried again by itself.`,
      })
      return
    }
    enter({ state: 'starting', text: `${words} It is being started again.` })
    restartTimer = setTimeout(launch, limits.backoffMs * 2 ** (ends - 1))
  }
  function forget(): Child | null {
    const gone = child
    wanted = false
    clearTimeout(restartTimer)
    pulse?.stop()
    child = null
    return gone
  }
  return {
    state: () => state,
    pid: () => child?.process.pid ?? null,
    link: () => child?.link ?? null,
    start() {
      if (wanted) return
      wanted = true
      ends = 0
      launch()
    },
    whenReady(limitMs) {
      // A broker that hangs may come back: who calls it waits for its answer.
      if (state.state !== 'starting') return Promise.resolve(child?.link ?? null)
      return new Promise((resolve) => {
        const timer = setTimeout(done, limitMs, null)
        function done(link: DoorLink | null): void {
          clearTimeout(timer)
          waiting.delete(done)
          resolve(link)
        }
        waiting.add(done)
      })
    },
    async kill() {
      const gone = forget()
      if (!gone?.process.pid) return { killed: 0, survivors: [], ms: 0 }
      endLanes(gone.process.pid)
      const report = await killTree(gone.process.pid, 1_000)
      gone.link.end('The gate was closed.')
      again = 'The gate did not answer and was closed.'
      enter({ state: 'starting', text: again })
      return report
    },
    async leave() {
      const gone = forget()
      if (!gone?.process.pid) return
      gone.process.stdin?.end()
      await Promise.race([
        new Promise((resolve) => gone.process.once('exit', resolve)),
        new Promise((resolve) => setTimeout(resolve, limits.leaveMs)),
      ])
      await killTree(gone.process.pid, 1_000)
    },
  }
}

const HUNG =
  'The gate does not answer. You can wait, start it again, or press Stop, which ends everything at once.'

function spawnBroker(
  options: Parameters<typeof createBrokerProcess>[0],
  onEnd: (words: string, details: string) => void,
): Child {
  const { command, args } = endWithParent(options.command, options.args)
  const child = spawn(command, args, {
    env: options.env,
    stdio: ['pipe', 'pipe', 'pipe'],
    detached: process.platform !== 'win32',
    windowsHide: true,
  })
  const born: Child = {
    process: child,
    startedAt: performance.now(),
    words: '',
    link: createDoorLink({
      write: (line) => child.stdin.write(line),
      onEvent: options.onEvent,
      onBroken: (text) => {
        options.onOutput(`${text}\n`)
        if (child.pid) void killTree(child.pid, 1_000)
      },
    }),
  }
  const unwatch = endAfterUs(child.pid)
  child.stdin.on('error', () => {})
  child.stdout.setEncoding('utf8').on('data', born.link.receive)
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    born.words = lastWords(born.words + text)
    options.onOutput(text)
  })
  child.once('error', (error) => onEnd('The gate can’t be started.', error.message))
  child.once('exit', (code, signal) => {
    unwatch()
    const words = code === DATA_IN_USE.exitCode ? DATA_IN_USE.text : 'The gate ended unexpectedly.'
    onEnd(words, signal ?? `code ${code}`)
  })
  return born
}

/** The end of what it printed, on one line, for a sentence. */
function lastWords(text: string): string {
  return text.replace(/\s+/g, ' ').trim().slice(-300)
}

/** Asks for a sign of life and says when none comes, and when one comes again. */
function startPulse(link: DoorLink, limits: BrokerLimits, onHung: (hung: boolean) => void): { stop(): void } {
  let askedAt: number | null = null
  let hung = false
  const timer = setInterval(
    () => {
      if (askedAt !== null) {
        if (!hung && performance.now() - askedAt >= limits.hungMs) {
          hung = true
          onHung(true)
        }
        return
      }
      askedAt = performance.now()
      link.ping().then(
        () => {
          askedAt = null
          if (hung) onHung(false)
          hung = false
        },
        () => {},
      )
    },
    Math.min(limits.heartbeatMs, limits.hungMs),
  )
  return { stop: () => clearInterval(timer) }
}
