/** A call that is running in a sandbox process: what it has used so far, and how it is told its end. */
import { type Failed, failed, type Outcome, type Refused } from '../../contract/outcome.ts'
import type { Json } from '../../contract/words.ts'
import type { ToolCall, ToolCallResult } from '../ports.ts'
import type { RunningClock } from './call-clock.ts'
import type { CallFacts } from './end-call.ts'

/** Refusals remembered, to give the very words back when the tool does not get past one. */
const REFUSALS = 32

export interface LiveCall {
  readonly id: number
  readonly call: ToolCall
  readonly facts: CallFacts
  readonly startedAt: number
  /** It was begun once before, in a process that ended because of another call. */
  readonly repeated: boolean
  /** Its deadline's. */
  readonly clock: Pick<RunningClock, 'hold' | 'release'>
  requests: number
  open: number
  /** It has asked or logged something, so it may not be begun anew. */
  heard(): boolean
  /** Never rejects: a bug on our side is a failure for the tool. */
  ask(operation: string, args: Json, request: number): Promise<Outcome<Json>>
  /** False when there are more of them than the process may write. */
  log(level: string, text: string): boolean
  noteRefusal(request: number, outcome: Refused | Failed): void
  settle(result: ToolCallResult): void
  repeat(): void
}
export interface LiveCallOptions {
  id: number
  call: ToolCall
  startedAt: number
  clock: Pick<RunningClock, 'hold' | 'release'>
  repeated: boolean
  resolve(result: ToolCallResult | 'again'): void
  onSettled(): void
}

export function openLiveCall({
  id,
  call,
  startedAt,
  clock,
  repeated,
  resolve,
  onSettled,
}: LiveCallOptions): LiveCall {
  const refusals = new Map<number, Refused | Failed>()
  let logLines = 0
  let given: AbortController | null = null
  /** Nearly always everything was answered; an abort costs as much as a request. */
  const end = () => {
    onSettled()
    if (live.open > 0) given?.abort()
  }
  const live: LiveCall = {
    id,
    call,
    startedAt,
    clock,
    repeated,
    facts: { tool: call.tool.title, limits: call.limits, refusals },
    requests: 0,
    open: 0,
    heard: () => live.requests > 0 || logLines > 0,
    ask: async (operation, args, request) => {
      given ??= new AbortController()
      try {
        return await call.onRequest(operation, args, given.signal, request)
      } catch {
        return failed('io', 'Sallyport could not handle this request.')
      }
    },
    log: (level, text) => {
      // One more than the limit: the line that says that lines are left out.
      if (logLines++ > call.limits.logLines) return false
      call.onLog(level, text)
      return true
    },
    noteRefusal: (request, outcome) => {
      if (refusals.size >= REFUSALS) refusals.delete(refusals.keys().next().value as number)
      refusals.set(request, outcome)
    },
    settle: (result) => {
      end()
      resolve(result)
    },
    repeat: () => {
      end()
      resolve('again')
    },
  }
  return live
}
