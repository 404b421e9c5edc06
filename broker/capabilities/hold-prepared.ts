/**
 * What a capability keeps of a request between making it exact and doing it: handles, bytes, addresses. Kept where the
 * capability alone can see it, so that nobody on the way can change what is done; an unknown `Prepared` is a bug, and
 * a copy is unknown. It is a private field of the `Prepared`: a weak map costs each request, and each collection, more
 * than all the rest that is made of it.
 */
import type { Prepared } from '../ports.ts'

export interface PreparedHold<T> {
  keep(prepared: Prepared, held: T): Prepared
  of(prepared: Prepared): T
}

export function createPreparedHold<T>(): PreparedHold<T> {
  /** One class for each hold: what another capability prepared is unknown here. */
  class Kept extends Given {
    readonly #held: T

    constructor(prepared: Prepared, held: T) {
      super(prepared)
      this.#held = held
    }

    static of(prepared: Prepared): T {
      if (!(#held in prepared)) throw new Error('This request was not prepared here.')
      return (prepared as Kept).#held
    }
  }
  return {
    keep(prepared, held) {
      new Kept(prepared, held)
      return prepared
    },
    of: (prepared) => Kept.of(prepared),
  }
}

/** A constructor that gives what it is given: what a subclass adds, it adds to that. */
class Given {
  constructor(prepared: Prepared) {
    // biome-ignore lint/correctness/noConstructorReturn: fields are added to the very object
    return prepared
  }
}

/** The parts of a `Prepared` that most requests leave as they are. */
export function plainPrepared(
  parts: Pick<Prepared, 'operation' | 'capability' | 'needs' | 'exact' | 'binding' | 'sentence'> &
    Partial<Prepared>,
): Prepared {
  return { diff: null, bytesOut: 0, destructive: false, dispose() {}, ...parts }
}
