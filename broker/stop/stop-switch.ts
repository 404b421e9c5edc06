/**
 * Stop and pause. A stop is a state first and an action second: every effect asks `blocks()` before it starts, and what
 * runs is ended (for a pause: held still) by the parts that started it, all at once, each with a time limit of its own; a part that hangs is named
 * in the receipt and holds up nobody. In the same turn the stop file is written, so that the stop outlives this process.
 * Nothing here depends on the log, on the window or on what it ends, and nothing waits for the disk: it may take a tenth
 * of a second, in which a tool goes on; the receipt is what says that the disk has it.
 *
 * It isn't the last resort: when this process itself hangs, the shell writes the stop file and kills the tree.
 */
import { existsSync } from 'node:fs'
import { type Refused, refused } from '../../contract/outcome.ts'
import { type StopFile, type StopReceipt, StopState } from '../../contract/stop.ts'
import type { ActivityLog, Clock, DocumentStore, Stoppable, StopSwitch } from '../ports.ts'
import { endedNothing, endPart, makeReceipt, sentenceOf } from './end-parts.ts'
import { noteDrill } from './remind-of-drill.ts'
import { readStopFile, removeStopFile, settleStopFile, writeStopFile } from './stop-file.ts'

export interface StopSwitchOptions {
  store: DocumentStore
  clock: Clock
  log: Pick<ActivityLog, 'append'>
  /** Path of the stop file, or null to keep the state in the store alone (one-off runs of the command line). */
  file: string | null
  /** False while the session is locked: then nothing is resumed. */
  mayResume?: () => boolean
}

/** The stop file is looked for this often, in ms; and before an effect when the last look is so long ago. */
const FILE_LOOK_MS = 250
const EFFECT_LOOK_MS = 1

/** Who presses by a file and then by a word has pressed once. */
const SAME_PRESS_MS = 5_000

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

export interface OwnStopSwitch extends StopSwitch {
  /** The broker leaves: no effect from here on, and what has effects by itself ends now. Nothing of it is kept. */
  halt(): void
}

/** Reads the state that was left; a stop file, or a state that does not parse, means stopped. */
export function createStopSwitch(options: StopSwitchOptions): OwnStopSwitch {
  const { store, clock, log, file, mayResume = () => true } = options
  const parts = new Set<Stoppable>()
  const listeners = new Set<(state: StopState) => void>()
  const waiting = new Set<() => void>()
  const stopping = new Map<string, Promise<StopReceipt>>()
  let state = readState(store, file, clock())
  let lookedAt = performance.now()
  let halted = false

  function set(next: StopState): void {
    state = next
    for (const wake of [...waiting]) wake()
  }
  function change(next: StopState): StopState {
    set(next)
    for (const tell of listeners) tell(state)
    return state
  }

  /** Sentences about what could not be kept; a stop goes on all the same. */
  const faultOf = (act: () => void): string[] => {
    try {
      act()
      return []
    } catch (error) {
      return [error instanceof Error ? error.message : String(error)]
    }
  }
  /** There for every process when it returns. */
  function note(): string[] {
    if (file === null) return []
    if (!state.stopped) return faultOf(() => removeStopFile(file))
    const { since, by, receipt } = state
    const content: StopFile = {
      version: 1,
      at: since ?? clock(),
      by: by ?? 'unknown',
      writer: 'broker',
      drill: false,
      receipt,
    }
    return faultOf(() => writeStopFile(file, content))
  }
  /** On the disk when it returns. A stop is lifted in the store first: until the file is gone, it holds. */
  function persist(): string[] {
    const early = state.stopped ? note() : []
    const kept = faultOf(() => store.put(KIND, ID, state))
    return [...early, ...kept, ...(state.stopped ? [] : note())]
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

  /** Costs a hundredth of a call, and a call has several effects. */
  function lookForFile(): void {
    lookedAt = performance.now()
    if (file !== null && existsSync(file)) obeyFile()
  }
  /** Somebody else may write the stop file, because this process did not answer in time: it counts as pressed. */
  function obeyFile(): void {
    if (file === null || state.stopped) return
    const left = readStopFile(file)
    if (left === null) return
    state = { ...state, since: left.at || clock() }
    void stop(left.by, 'all', left.drill)
  }
  if (file !== null) setInterval(obeyFile, FILE_LOOK_MS).unref()

  const isPaused = (id: string) => state.paused || state.pausedAgents.includes(id)
  const holdPart = (part: Stoppable) => faultOf(() => part.hold?.(isPaused))
  const isStopped = (id: string) => state.stopped || state.stoppedAgents.includes(id)

  /** @param isLatest false once it was resumed and pressed anew: what is kept is the newer one's */
  async function stopNow(
    by: string,
    scope: string,
    drill: boolean,
    isLatest: () => boolean,
  ): Promise<StopReceipt> {
    const start = performance.now()
    const at = clock()
    const already = scope === 'all' && state.stopped ? state.receipt : null
    set(
      scope === 'all'
        ? { ...state, stopped: true, since: state.since ?? at, by }
        : { ...state, stoppedAgents: withId(state.stoppedAgents, scope) },
    )
    // The parts send their signals before they wait for the first time: from here on nothing runs on.
    const ending = [...parts].map((part) => endPart(part, scope))
    const faults = note()
    for (const tell of listeners) tell(state)
    record(scope === 'all' ? 'Stop everything' : 'Stop one agent', by, { scope, drill, pressed: true })
    // Where the stop file does not speak of it, the store does, at once.
    const inFile = file !== null && scope === 'all'
    if (!inFile) faults.push(...faultOf(() => store.put(KIND, ID, state)))
    const ended = await Promise.all(ending)
    const ms = performance.now() - start
    const settling = inFile ? settleStopFile(file) : Promise.resolve()
    if (inFile) faults.push(...faultOf(() => store.put(KIND, ID, state)))
    await settling.catch((error: Error) => faults.push(error.message))
    const receipt = makeReceipt({ at, by, scope, drill, ms }, ended, faults)
    // Pressed again (incident mode does, and a terminal by its file): what is shown is what was stopped, not that
    // nothing was left.
    const again = already !== null && endedNothing(receipt) ? already : null
    if (isLatest()) {
      change({ ...state, receipt: again ?? receipt })
      // Resumed meanwhile: then the file is none of this stop's any more.
      if (state.stopped) persist()
      else faultOf(() => store.put(KIND, ID, state))
    }
    record(sentenceOf(receipt), by, { receipt })
    faultOf(() => noteDrill(store, at))
    const same = again !== null && again.drill === drill && at - again.at < SAME_PRESS_MS
    return same ? again : receipt
  }

  function stop(by: string, scope: string = 'all', drill = false): Promise<StopReceipt> {
    const running = stopping.get(scope)
    if (running && (scope === 'all' ? state.stopped : state.stoppedAgents.includes(scope))) {
      // Whoever pressed may just have held still what this stop had let go: a shell does so before it asks.
      for (const part of parts) void endPart(part, scope)
      return running
    }
    const isLatest = () => stopping.get(scope) === done
    const done = stopNow(by, scope, drill, isLatest).finally(() => {
      if (isLatest()) stopping.delete(scope)
    })
    stopping.set(scope, done)
    return done
  }

  return {
    state: () => state,
    halt() {
      halted = true
      for (const part of parts) if (part.atExit) void endPart(part, 'all')
    },
    blocks(principalId, byHand = false) {
      if (halted) return leavingRefusal
      if (byHand) return null
      // Whoever wrote it need not wait until this process has an ear for a message.
      if (performance.now() - lookedAt >= EFFECT_LOOK_MS) lookForFile()
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
      holdPart(part)
      return () => parts.delete(part)
    },
    stop,
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
      if (paused === (agentId === undefined ? state.paused : state.pausedAgents.includes(agentId)))
        return state
      set(
        agentId === undefined
          ? { ...state, paused }
          : {
              ...state,
              pausedAgents: paused
                ? withId(state.pausedAgents, agentId)
                : state.pausedAgents.filter((id) => id !== agentId),
            },
      )
      for (const part of parts) holdPart(part)
      for (const tell of listeners) tell(state)
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

function stoppedRefusal(state: StopState): Refused {
  const all = state.stopped
  return refused(
    'stopped',
    all ? 'Everything is stopped. Press Resume to go on.' : 'This agent is stopped. Resume it to go on.',
    'Stopped by the person. Nothing was done. Do not try again; end here, and say that only the person can resume.',
  )
}
const leavingRefusal: Refused = refused('stopped', 'Sallyport is closing. Nothing was done.')
const pausedRefusal: Refused = refused(
  'paused',
  'Paused. Resume to go on.',
  'Paused by the person. Nothing was done yet; it can go on when the person resumes.',
)
