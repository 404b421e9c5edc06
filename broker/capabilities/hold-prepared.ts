/**
 * What a capability keeps of a request between making it exact and doing it: handles, bytes, addresses. Kept beside
 * the `Prepared`, not in it, so that nobody on the way can change what is done; an unknown `Prepared` is a bug.
 */
import type { Prepared } from '../ports.ts'

export interface PreparedHold<T> {
  keep(prepared: Prepared, held: T): Prepared
  of(prepared: Prepared): T
}

export function createPreparedHold<T>(): PreparedHold<T> {
  const held = new WeakMap<Prepared, T>()
  return {
    keep(prepared, value) {
      held.set(prepared, value)
      return prepared
    },
    of(prepared) {
      const value = held.get(prepared)
      if (value === undefined) throw new Error('This request was not prepared here.')
      return value
    },
  }
}

/** The parts of a `Prepared` that most requests leave as they are. */
export function plainPrepared(
  parts: Pick<Prepared, 'operation' | 'capability' | 'needs' | 'exact' | 'binding' | 'sentence'> &
    Partial<Prepared>,
): Prepared {
  return { diff: null, bytesOut: 0, destructive: false, dispose() {}, ...parts }
}
