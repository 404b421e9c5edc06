/**
 * One sandbox process that serves one tool for one principal, and the calls in it. Keeps each call's limits, passes
 * its requests on, and ends the process when that is the only way to end a call.
 */
import type { Outcome } from '../../contract/outcome.ts'
import { frameCancel, frameLoad, frameReply } from '../../contract/sandbox-frames.ts'
import type { FromSandbox } from '../../contract/sandbox-wire.ts'
import type { Json } from '../../contract/words.ts'
import type { ToolCall, ToolCallResult } from '../ports.ts'
import type { AbortListeners } from './abort-listeners.ts'
import type { CallClock } from './call-clock.ts'
import {
  brokeRules,
  cancelled,
  endedAlongside,
  outcomeOfEnd,
  outOfCpu,
  outOfMemory,
  pastDeadline,
} from './end-call.ts'
import { frameToolCall } from './frame-tool-call.ts'
import { type LiveCall, openLiveCall } from './live-call.ts'
import { outcomeOfResult, wasGoneBefore } from './read-end.ts'
import { openSandboxProcess, type SandboxEnd } from './sandbox-process.ts'
import type { OsSandbox, SpawnedSandbox } from './spawn-sandbox.ts'
import type { UnreadAnswers } from './unread-answers.ts'
import type { ProcessWatch, WatchedProcess } from './watch-processes.ts'
import { yieldProcessor } from './yield-processor.ts'

/** Calls at once in one process; each has a realm of its own in it. */
export const CALLS_LIMIT = 32
/** Bytes of unanswered requests at which the process is no longer listened to. */
const OPEN_BYTES = 32 * 1024 * 1024
/** Unanswered requests of one call; the child keeps to it. */
const OPEN_REQUESTS = 32
/** Characters that a result's message has beside the result. */
const AROUND_RESULT = 256
/** Messages about calls that have ended, until the next one begins: of those that were dropped some are on their way. */
const STRAYS = 20_000
/** A process that is still able to listen drops a call within this time. */
const CANCEL_MS = 40
/** Where another call would be lost with it, which may only be computing just now. */
const CANCEL_BESIDE_MS = 500
const MEGABYTE = 1024 * 1024
/** The child's own, for its session. */
export const NICENESS = 10

/** `again`: the call had not begun, and its process was ended because of another one, or from outside. */
export type RunResult = ToolCallResult | 'again'
export interface ToolProcess {
  readonly ready: Promise<boolean>
  readonly strict: boolean
  readonly osSandbox: OsSandbox
  isReady(): boolean
  /** Bytes of resident memory above what it started with; 0 where that can't be told. */
  growth(): number
  /** Null for a spare, as its principal's. */
  toolHash: string | null
  principalId: string | null
  idleSince: number
  /** Once, before the first call. */
  load(call: ToolCall): void
  /** `repeated`: it has been answered `again` once. */
  run(call: ToolCall, repeated: boolean): Promise<RunResult>
  calls(): number
  /** Holds its calls and their clocks still, or lets them go on. */
  hold(on: boolean): void
  pids(): number[]
  /** It takes no call any more. */
  gone(): boolean
  /** How it ended; null while it lives. */
  ended(): SandboxEnd | null
  /** Ends it now; its calls end with what is given. */
  end(outcomeFor: (tool: string) => Outcome<Json>): void
}
export interface ToolProcessOptions {
  spawned: SpawnedSandbox
  strict: boolean
  watch: ProcessWatch
  /** Puts a process into the lanes' group. */
  takeInto(pid: number): void
  clock: CallClock
  aborts: AbortListeners
  /** What waits for all processes to be read. */
  unread: UnreadAnswers
  now(): number
  /** `crashed`: it ended by a fault of its own. */
  onGone(process: ToolProcess, end: SandboxEnd, crashed: boolean): void
}

export function createToolProcess(options: ToolProcessOptions): ToolProcess {
  const { watch, clock, aborts, now } = options
  const calls = new Map<number, LiveCall>()
  const cancelling = new Map<number, NodeJS.Timeout>()
  /** Its principal is paused. */
  let held = false
  /** Told to drop while it stood still, and so could not listen. */
  const toldWhileHeld = new Set<number>()
  let watched: WatchedProcess | null = null
  let nextId = 1
  let openBytes = 0
  let strays = 0
  let ended: SandboxEnd | null = null
  let ending = false
  const pipe = openSandboxProcess(options.spawned, { onMessage, onEnd }, options.unread)

  function onMessage(message: FromSandbox, size: number) {
    if (message.t === 'ready') return
    const live = calls.get(message.id)
    if (!live && ++strays > STRAYS) return breakRules('it goes on about calls that have ended')
    if (message.t === 'result') {
      clearTimeout(cancelling.get(message.id))
      cancelling.delete(message.id)
      toldWhileHeld.delete(message.id)
      if (!live) return
      if (message.ok && size > live.call.limits.outputBytes + AROUND_RESULT)
        return breakRules('its result is larger than it may be')
      if (message.error?.kind === 'out-of-memory') return loseIsolate(live, message.cpuMs)
      finish(live, outcomeOfResult(message, live), message.cpuMs)
    } else if (live && message.t === 'log') {
      if (!live.log(message.level, message.text)) breakRules('it wrote more log lines than it may')
    } else if (live && message.t === 'request') passOn(live, message, size)
  }

  /** All calls in it have ended with it. */
  function loseIsolate(live: LiveCall, cpuMs: number) {
    const together = calls.size
    finish(live, outOfMemory(live.facts.tool, live.facts.limits, together), cpuMs)
    self.end((tool) => outOfMemory(tool, live.facts.limits, together))
  }

  /** What a process that does its part keeps to by itself. */
  function breakRules(fault: string) {
    self.end((tool) => brokeRules(tool, fault))
  }

  function passOn(
    live: LiveCall,
    { id, request, operation, args }: FromSandbox & { t: 'request' },
    size: number,
  ) {
    const ahead = live.call.ahead?.length ?? 0
    if (++live.requests + ahead > live.call.limits.capabilityCalls || ++live.open > OPEN_REQUESTS)
      return breakRules('it made more requests than it may')
    openBytes += size
    if (openBytes > OPEN_BYTES) pipe.read(false)
    void live.ask(operation, args as Json, request).then((outcome) => {
      openBytes -= size
      if (openBytes <= OPEN_BYTES) pipe.read(true)
      live.open--
      if (calls.get(id) !== live) return
      if (outcome.kind !== 'ok') live.noteRefusal(request, outcome)
      pipe.send(frameReply(id, request, JSON.stringify(outcome)), calls.size === 1 && live.open === 0)
    })
  }

  function finish(live: LiveCall, outcome: Outcome<Json>, cpuMs: number) {
    if (!calls.delete(live.id)) return
    const wallMs = now() - live.startedAt
    // It is the process that says how much it computed.
    live.settle({ outcome, wallMs, cpuMs: Math.min(cpuMs, wallMs), peakRss: watched?.peak() ?? 0 })
    if (calls.size === 0) self.idleSince = now()
  }

  /** The caller has its answer first; then the call is dropped, or the process ended if it can't listen. */
  function breakOff(live: LiveCall, outcome: Outcome<Json>) {
    finish(live, outcome, 0)
    if (calls.size === 0) return self.end(endedAlongside)
    pipe.send(frameCancel(live.id))
    if (held) toldWhileHeld.add(live.id)
    else awaitCancel(live.id)
  }

  function awaitCancel(id: number) {
    const beside = [...calls.values()].some(({ requests, repeated }) => requests > 0 || repeated)
    cancelling.set(
      id,
      setTimeout(() => self.end(endedAlongside), beside ? CANCEL_BESIDE_MS : CANCEL_MS),
    )
  }

  function hold(on: boolean) {
    if (on === held) return
    held = on
    for (const { clock } of calls.values()) on ? clock.hold() : clock.release()
    if (on) standStill()
    else {
      pipe.stand(false)
      for (const id of toldWhileHeld) awaitCancel(id)
      toldWhileHeld.clear()
    }
  }

  /** Only where it can't outlive the broker: what stands still never sees that its pipe has closed. */
  function standStill() {
    if (diesWithBroker && calls.size > 0) pipe.stand(true)
  }

  function onEnd(end: SandboxEnd) {
    ended = end
    const verdict = watched?.verdict() ?? null
    for (const timer of cancelling.values()) clearTimeout(timer)
    const together = calls.size
    for (const live of [...calls.values()]) {
      if (verdict === null && wasGoneBefore(end, live)) {
        calls.delete(live.id)
        live.repeat()
        continue
      }
      const { tool, limits } = live.facts
      const words =
        verdict === 'memory'
          ? outOfMemory(tool, limits, together)
          : verdict === 'cpu'
            ? outOfCpu(tool, limits)
            : outcomeOfEnd(end, live.facts)
      finish(live, words, 0)
    }
    watched?.remove()
    options.onGone(self, end, !end.killed && verdict === null)
  }

  const diesWithBroker = options.spawned.osSandbox === 'bubblewrap'
  const self: ToolProcess = {
    strict: options.strict,
    osSandbox: options.spawned.osSandbox,
    isReady: () => watched !== null && ended === null && !ending,
    growth: () => watched?.growth() ?? 0,
    toolHash: null,
    principalId: null,
    idleSince: now(),
    ready: pipe.ready.then((ready) => {
      const pid = pipe.innerPid()
      if (!ready || pid === undefined) return ready
      // It was born before its parent was taken, or into it.
      options.takeInto(pid)
      yieldProcessor(pid, NICENESS)
      watched = watch.add(pid)
      return ready
    }),
    load: ({ tool: { name, manifest, modules, maps }, limits: { memoryMb }, sessionToken = '' }) => {
      pipe.send(frameLoad({ tool: name, main: manifest.main, modules, maps, memoryMb, sessionToken }))
    },
    run: (call, repeated) =>
      new Promise((resolve) => {
        const { limits } = call
        const id = nextId++
        strays = 0
        const endBusy = watched?.busy({ memory: limits.memoryMb * MEGABYTE, cpuMs: limits.cpuMs })
        const running = clock.start(limits.wallMs, () =>
          breakOff(live, pastDeadline(call.tool.title, limits)),
        )
        const onAbort = () => breakOff(live, cancelled(call.tool.title))
        const live = openLiveCall({
          id,
          call,
          clock: running,
          startedAt: now(),
          repeated,
          resolve,
          onSettled: () => {
            running.stop()
            endBusy?.()
            aborts.remove(call.signal, onAbort)
          },
        })
        calls.set(id, live)
        aborts.add(call.signal, onAbort)
        call.clock?.({ hold: running.hold, release: running.release })
        // Before it is sent: it must not begin.
        if (held) {
          running.hold()
          standStill()
        }
        pipe.send(frameToolCall(live, diesWithBroker), calls.size === 1)
      }),
    calls: () => calls.size,
    hold,
    pids: pipe.pids,
    gone: () => ending || ended !== null,
    ended: () => ended,
    end: (outcomeFor) => {
      ending = true
      pipe.kill()
      for (const live of [...calls.values()]) {
        if (outcomeFor === endedAlongside && live.requests === 0 && !live.repeated) {
          calls.delete(live.id)
          live.repeat()
        } else finish(live, outcomeFor(live.facts.tool), 0)
      }
    },
  }
  return self
}
