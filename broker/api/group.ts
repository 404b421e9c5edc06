/** Shared shape of the Api's groups: each file serves the methods of one feature and knows only the rooms it needs. */
import { type Api, ApiError, type MethodName } from '../../contract/broker-api.ts'
import type { Outcome } from '../../contract/outcome.ts'

export type ApiGroup<M extends MethodName> = Pick<Api, M>

/** An outcome's value, or its words as a fault for the caller. */
export function orFault<T>(outcome: Outcome<T>): T {
  if (outcome.kind === 'ok') return outcome.value
  throw new ApiError(outcome.code, outcome.person)
}

/** A thing that must be there. */
export function orMissing<T>(value: T | null | undefined, words: string): T {
  if (value === null || value === undefined) throw new ApiError('not-found', words)
  return value
}

/** For what lets something go on that was held: anyone at the keyboard may stop, only an unlocked session may resume. */
export function whenUnlocked(session: { locked(): boolean }, then: string): void {
  if (session.locked()) throw new ApiError('not-allowed', `The screen is locked. Unlock it, then ${then}.`)
}
