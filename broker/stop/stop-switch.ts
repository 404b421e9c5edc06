/**
 * Stop and pause. A stop is a state first and an action second: it is in memory before the function's first wait, on
 * the disk (stop file, then store) before anything is ended, and every effect asks `blocks()` before it starts. What
 * runs is then ended by the parts that started it, all at once, each with a time limit of its own; a part that hangs
 * is named in the receipt and holds up nobody. Nothing here depends on the log, on the window or on what it ends.
 *
 * It isn't the last resort: when this process itself hangs, the shell writes the stop file and kills the tree.
 */
import { randomUUID } from 'node:crypto'
import { type Refused, refused } from '../../contract/outcome.ts'
import { STOP_LIMITS, type StopReceipt, StopState } from '../../contract/stop.ts'
import type { ActivityLog, Clock, DocumentStore, Stoppable, StopSwitch } from '../ports.ts'
import { readStopFile, removeStopFile, writeStopFile } from './stop-file.ts'

export interface StopSwitchOptions {
  store: DocumentStore
  clock: Clock
  log: Pick<ActivityLog, 'append'>
  /** Path of the stop file, or null to keep the state in the store alone (one-off runs of the command line). */
  file: string | null
  /** False while the session is locked: then nothing is resumed. */
  mayResume?: () => boolean
}

type Ended = Awaited<ReturnType<Stoppable['end']>>
const KIND = 'stop'
const ID = 'state'
const free: StopState = {
  stopped: false,
  since: null,
  by: null,
  receipt: null,
  paused: false,
  pausedAgents: [],
  stoppedAgents: [],
}

/** Reads the state that was left; a stop file, or a state that does not parse, means stopped. */
export function createStopSwitch(options: StopSwitchOptions): StopSwitch {
  const { store, clock, log, file, mayResume = () => true } = options
  const parts = new Set<Stoppable>()
  const listeners = new Set<(state: StopState) => void>()
  const waiting = new Set<() => void>()
  const stopping = new Map<string, Promise<StopReceipt>>()
  let state = readState(store, file, clock())

  function change(next: StopState): StopState {
    state = next
    for (const wake of [...waiting]) wake()
    for (const tell of listeners) tell(state)
    return state
  }

  /** Sentences about what could not be kept; a stop goes on all the same. */
  function persist(): string[] {
    const faults: string[] = []
    const attempt = (act: () => void) => {
      try {
        act()
      } catch (error) {
        faults.push(error instanceof Error ? error.message : String(error))
      }
    }
    if (file !== null && state.stopped) {
      const { since, by, receipt } = state
      attempt(() =>
        writeStopFile(file, {
          version: 1,
          at: since ?? clock(),
          by: by ?? 'unknown',
          writer: 'broker',
          receipt,
        }),
      )
    }
    attempt(() => store.put(KIND, ID, state))
    if (file !== null && !state.stopped) attempt(() => removeStopFile(file))
    return faults
  }

  /** Never throws: a stop must work when the log does not. */
  function record(
    subject: string,
    by: string,
    details: Record<string, unknown>,
    kind: 'stop' | 'pause' = 'stop',
  ): void {
    try {
      log.append({ kind, subject, details: { by, ...details } as never })
    } catch {}
  }

  const isPaused = (id: string) => state.paused || state.pausedAgents.includes(id)
  const isStopped = (id: string) => state.stopped || state.stoppedAgents.includes(id)

  async function stopNow(by: string, scope: string, drill: boolean): Promise<StopReceipt> {
    const start = performance.now()
    const at = clock()
    change(
      scope === 'all'
        ? { ...state, stopped: true, since: state.since ?? at, by }
        : { ...state, stoppedAgents: withId(state.stoppedAgents, scope) },
    )
    const faults = persist()
    record(scope === 'all' ? 'Stop everything' : 'Stop one agent', by, { scope, drill, pressed: true })
    const ended = await Promise.all([...parts].map((part) => endPart(part, scope)))
    const receipt = makeReceipt({ at, by, scope, drill, ms: performance.now() - start }, ended, faults)
    change({ ...state, receipt })
    persist()
    record(sentenceOf(receipt), by, { receipt })
    return receipt
  }

  return {
    state: () => state,
    blocks(principalId) {
      if (isStopped(principalId)) return stoppedRefusal(state)
      return isPaused(principalId) ? pausedRefusal : null
    },
    async whilePaused(principalId, signal) {
      while (isPaused(principalId) && !isStopped(principalId) && !signal.aborted) {
        await new Promise<void>((resolve) => {
          const wake = () => {
            waiting.delete(wake)
            signal.removeEventListener('abort', wake)
            resolve()
          }
          waiting.add(wake)
          signal.addEventListener('abort', wake)
        })
      }
    },
    register(part) {
      parts.add(part)
      return () => parts.delete(part)
    },
    stop(by, scope = 'all', drill = false) {
      const running = stopping.get(scope)
      if (running) return running
      const done = stopNow(by, scope, drill).finally(() => stopping.delete(scope))
      stopping.set(scope, done)
      return done
    },
    resume(by, agentId) {
      const nothing =
        agentId === undefined
          ? !state.stopped && state.stoppedAgents.length === 0
          : !state.stoppedAgents.includes(agentId)
      if (nothing || !mayResume()) return state
      change(
        agentId === undefined
          ? { ...state, stopped: false, since: null, by: null, stoppedAgents: [] }
          : { ...state, stoppedAgents: state.stoppedAgents.filter((id) => id !== agentId) },
      )
      persist()
      record(agentId === undefined ? 'Resume after a stop' : 'Resume one agent after a stop', by, {
        scope: agentId ?? 'all',
      })
      return state
    },
    setPaused(by, paused, agentId) {
      if (!paused && !mayResume()) return state
      change(
        agentId === undefined
          ? { ...state, paused }
          : {
              ...state,
              pausedAgents: paused
                ? withId(state.pausedAgents, agentId)
                : state.pausedAgents.filter((id) => id !== agentId),
            },
      )
      persist()
      record(
        `${paused ? 'Pause' : 'Resume'} ${agentId === undefined ? 'everything' : 'one agent'}`,
        by,
        { scope: agentId ?? 'all' },
        'pause',
      )
      return state
    },
    onChange(fn) {
      listeners.add(fn)
      return () => listeners.delete(fn)
    },
  }
}

function readState(store: DocumentStore, file: string | null, now: number): StopState {
  const stored = store.get(KIND, ID)
  const parsed = StopState.safeParse(stored ?? free)
  const state = parsed.success ? parsed.data : { ...free, stopped: true, since: now, by: 'unknown' }
  const left = file === null ? null : readStopFile(file)
  if (left === null || state.stopped) return state
  return {
    ...state,
    stopped: true,
    since: left.at || now,
    by: left.by,
    receipt: left.receipt ?? state.receipt,
  }
}

const withId = (ids: string[], id: string) => (ids.includes(id) ? ids : [...ids, id])

/** What one part ended; when it throws or takes too long, a sentence in place of numbers. */
async function endPart(part: Stoppable, scope: string): Promise<Ended> {
  let timer: NodeJS.Timeout | undefined
  const limit = new Promise<Ended>((resolve) => {
    timer = setTimeout(
      () => resolve({ alreadyLeft: [`${part.name} did not end within ${STOP_LIMITS.partMs} ms.`] }),
      STOP_LIMITS.partMs,
    )
  })
  try {
    return await Promise.race([part.end(scope), limit])
  } catch (error) {
    return {
      alreadyLeft: [
        `${part.name} could not be ended: ${error instanceof Error ? error.message : String(error)}`,
      ],
    }
  } finally {
    clearTimeout(timer)
  }
}

function makeReceipt(
  head: Pick<StopReceipt, 'at' | 'by' | 'scope' | 'drill' | 'ms'>,
  ended: Ended[],
  faults: string[],
): StopReceipt {
  const sum = (name: 'isolates' | 'processes' | 'sockets' | 'runs' | 'questions' | 'credentials') =>
    ended.reduce((total, part) => total + (part[name] ?? 0), 0)
  const left = ended.flatMap((part) => part.alreadyLeft ?? [])
  const unsaved = faults.map((fault) => `The stop could not be saved and holds until the app ends: ${fault}`)
  return {
    ...head,
    id: `stop_${randomUUID()}`,
    by: head.by.slice(0, 120),
    isolates: sum('isolates'),
    processes: sum('processes'),
    sockets: sum('sockets'),
    runs: sum('runs'),
    questions: sum('questions'),
    credentials: sum('credentials'),
    alreadyLeft: [...unsaved, ...left].slice(0, 200).map((text) => text.slice(0, 400)),
    survivors: ended.flatMap((part) => part.survivors ?? []),
  }
}

function sentenceOf(receipt: StopReceipt): string {
  const what = receipt.drill ? 'Drill: stopped' : 'Stopped'
  const who = receipt.scope === 'all' ? 'everything' : 'one agent'
  const rest = receipt.survivors.length === 0 ? '' : `; ${receipt.survivors.length} would not end`
  return `${what} ${who} in ${Math.round(receipt.ms)} ms: ${receipt.runs} runs, ${receipt.isolates} isolates, ${receipt.processes} processes, ${receipt.sockets} connections${rest}`
}

function stoppedRefusal(state: StopState): Refused {
  const all = state.stopped
  return refused(
    'stopped',
    all ? 'Everything is stopped. Press Resume to go on.' : 'This agent is stopped. Resume it to go on.',
    'Stopped by the person. Nothing was done. Do not try again; end here, and say that only the person can resume.',
  )
}
const pausedRefusal: Refused = refused(
  'paused',
  'Paused. Resume to go on.',
  'Paused by the person. Nothing was done yet; it can go on when the person resumes.',
)
