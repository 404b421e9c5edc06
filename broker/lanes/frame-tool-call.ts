/** A call as its process reads it: what was answered ahead first, so that it finds it there when it asks. */
import { frameAhead, frameCall } from '../../contract/sandbox-frames.ts'
import type { LiveCall } from './live-call.ts'

/** Requests that were answered ahead are numbered from here on. */
const AHEAD_REQUEST = 2 ** 52
/** Beyond the limits that are kept here: only for a process whose broker has gone. */
const TURN_MARGIN_MS = 2_000

/** @param diesWithBroker it needs no clock of its own. */
export function frameToolCall(live: LiveCall, diesWithBroker: boolean): string {
  const { id, call } = live
  const { limits } = call
  const { outputBytes, logLines } = limits
  const capabilityCalls = limits.capabilityCalls - (call.ahead?.length ?? 0)
  const turnMs = diesWithBroker ? 0 : Math.min(limits.wallMs, limits.cpuMs) + TURN_MARGIN_MS
  let text = ''
  let request = AHEAD_REQUEST
  for (const { operation, args, outcome } of call.ahead ?? []) {
    if (outcome.kind !== 'ok') live.noteRefusal(request, outcome)
    text += frameAhead({ id, request, operation, args, outcome: JSON.stringify(outcome) })
    request++
  }
  text += frameCall(
    { id, fn: call.fn, scope: call.runId ?? '', outputBytes, capabilityCalls, logLines, turnMs },
    JSON.stringify(call.input),
  )
  return text
}
