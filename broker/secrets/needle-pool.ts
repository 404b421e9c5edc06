/**
 * All forms of all values in a few arrays, one form behind the other: hundreds of megabytes would else lie there once for
 * each thread that looks for them. A form is taken out when a text has a place where it may begin.
 */
import { sharedBytes, sharedInts } from './key-lists.ts'
import type { Needle } from './needle-tables.ts'
import { type Codes, KINDS, readableOf, type Sequence } from './sequence.ts'

/** Forms between two looks at the clock. */
const AT_ONCE = 64
const [BEFORE, AFTER, WIDE, SPACED] = [8, 16, 32, 64]

export interface NeedlePool {
  codes: Uint8Array
  /** Of each form: where its codes begin, and how many they are. */
  starts: Int32Array
  lengths: Int32Array
  /** Its kind, and a bit for all that is true of it. */
  traits: Uint8Array
  /** The number of its value. */
  owners: Int32Array
}

/** Bit by bit. @param owners of each form the number of its value */
export function* makePool(all: readonly Sequence[], owners: readonly number[]): Generator<void, NeedlePool> {
  const starts = sharedInts(all.length)
  let size = 0
  all.forEach(({ codes }, at) => {
    // Codes of four bytes stand where one can read them so.
    const start = codes instanceof Uint8Array ? size : Math.ceil(size / 4) * 4
    starts[at] = start
    size = start + codes.byteLength
  })
  const pool: NeedlePool = {
    codes: sharedBytes(size),
    starts,
    lengths: sharedInts(all.length),
    traits: sharedBytes(all.length),
    owners: sharedInts(all.length),
  }
  for (let at = 0; at < all.length; at++) {
    if (at % AT_ONCE === AT_ONCE - 1) yield
    const form = all[at] as Sequence
    const { codes } = form
    pool.codes.set(bytesOf(codes), starts[at])
    pool.lengths[at] = codes.length
    pool.traits[at] = traitsOf(form)
    pool.owners[at] = owners[at] as number
  }
  return pool
}

/** @param names of the values */
export function needleAt(pool: NeedlePool, names: readonly string[], at: number): Needle {
  const traits = pool.traits[at] as number
  const kind = KINDS[traits & 7] as Sequence['kind']
  const spaced = (traits & SPACED) !== 0
  return {
    what: names[pool.owners[at] as number] as string,
    codes: codesAt(pool, at, (traits & WIDE) !== 0),
    kind,
    edges: { before: (traits & BEFORE) !== 0, after: (traits & AFTER) !== 0 },
    readable: readableOf(kind, spaced),
    spaced,
  }
}

function codesAt({ codes, starts, lengths }: NeedlePool, at: number, wide: boolean): Codes {
  const [start, length] = [starts[at] as number, lengths[at] as number]
  return wide ? new Uint32Array(codes.buffer, start, length) : codes.subarray(start, start + length)
}

function traitsOf({ kind, edges, codes, spaced }: Sequence): number {
  return (
    KINDS.indexOf(kind) |
    (edges.before ? BEFORE : 0) |
    (edges.after ? AFTER : 0) |
    (codes instanceof Uint8Array ? 0 : WIDE) |
    (spaced ? SPACED : 0)
  )
}

const bytesOf = ({ buffer, byteOffset, byteLength }: Codes) => new Uint8Array(buffer, byteOffset, byteLength)
