/** What a sandbox process says of a call's end, and what its own end says of a call. */
import type { Outcome } from '../../contract/outcome.ts'
import type { FromSandbox } from '../../contract/sandbox-wire.ts'
import type { Json } from '../../contract/words.ts'
import { outcomeOfError } from './end-call.ts'
import type { LiveCall } from './live-call.ts'
import { KILLED, type SandboxEnd } from './sandbox-process.ts'

/** A process that has ended may look alive for so long, while the broker has other things to do. */
const UNSEEN_MS = 1_000

/**
 * Killed from outside about when the call came: most likely nobody was there to begin it. Having asked for nothing it
 * has done nothing either, so a new process may begin it.
 */
export function wasGoneBefore(end: SandboxEnd, live: LiveCall): boolean {
  const killed = end.signal === 'SIGKILL' || end.code === KILLED
  return (
    killed &&
    !end.killed &&
    !end.fault &&
    !live.repeated &&
    !live.heard() &&
    end.at - live.startedAt < UNSEEN_MS
  )
}

export function outcomeOfResult(message: FromSandbox & { t: 'result' }, live: LiveCall): Outcome<Json> {
  if (message.ok) return { kind: 'ok', value: (message.value ?? null) as Json }
  const error = message.error ?? { kind: 'tool', message: 'no reason was given' }
  if (error.stack) live.log('error', error.stack)
  return outcomeOfError(error, live.facts)
}
