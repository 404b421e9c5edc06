/**
 * How values begin by their letters and digits alone, with all other signs left out of the value and of the text: tables
 * that tell of four such letters in a row, wherever they stand and whatever lies between them, whether a value begins so.
 */
import { isInvisible } from './invisible.ts'
import { type KeyLists, makeKeyLists, placeOf, sharedBytes, sharedInts } from './key-lists.ts'
import { letterOf, READ, signKinds, walkKinds } from './letter-signs.ts'
import { type Needle, spellings } from './needle-tables.ts'

/** Letters that are looked at together. */
const TOGETHER = 4
/** Forms between two looks at the clock; and fours. */
const [AT_ONCE, MANY_AT_ONCE] = [256, 4096]
const SEMICOLON = 59

export interface LetterTables {
  /** What each unit of 16 bits means to who looks at it. */
  kinds: Uint8Array
  /** And to the walk. */
  walked: Uint8Array
  /** One for each ASCII character with which a value begins that can't be met by its letters alone. */
  begins: Uint8Array
  /** One for each ASCII sign that stands between the first four letters of another, or stands for nothing there. */
  between: Uint8Array
  /** One for each two letters with which a value begins. */
  twos: Uint8Array
  /** A bit for each three. */
  threes: Uint8Array
  /** A bit for some of all fours: it may be set for another with the same place. */
  fours: Int32Array
  /** Where the bits of `fours` are: so many of 32 are left. */
  shift: number
  /** By four letters those that begin with them. */
  byFour: KeyLists
}

/** Bit by bit. */
export function* makeLetterTables(all: readonly Needle[]): Generator<void, LetterTables> {
  const kinds = signKinds()
  const begins = sharedBytes(128)
  const between = sharedBytes(128)
  for (let code = 0; code < 128; code++) between[code] = isInvisible(code) ? 1 : 0
  const fours: number[] = []
  const owners: number[] = []
  for (let at = 0; at < all.length; at++) {
    if (at % AT_ONCE === AT_ONCE - 1) yield
    const needle = all[at] as Needle
    const span = addFours(needle, at, fours, owners)
    const first = needle.codes[0] as number
    // Met by its letters only where it has enough of them, and begins with one.
    if (span > 0 && letterOf(first) > 0) {
      for (let index = 1; index < span; index++) addBetween(needle, index, between)
      continue
    }
    for (const code of spellings(needle, 0)) {
      kinds[String.fromCodePoint(code).charCodeAt(0)] = READ
      if (code < 128) begins[code] = 1
    }
  }
  const twos = sharedBytes(1 << 12)
  const threes = sharedBytes(1 << 15)
  const size = Math.ceil(Math.log2(fours.length + 1))
  const shift = 32 - Math.min(22, Math.max(15, size + 6))
  const bits = sharedInts(1 << (27 - shift))
  for (let at = 0; at < fours.length; at++) {
    if (at % MANY_AT_ONCE === MANY_AT_ONCE - 1) yield
    const four = fours[at] as number
    twos[four >> 12] = 1
    threes[four >> 9] = (threes[four >> 9] as number) | (1 << ((four >> 6) & 7))
    const place = placeOf(four, shift)
    bits[place >> 5] = (bits[place >> 5] as number) | (1 << (place & 31))
  }
  const byFour = yield* makeKeyLists(fours, owners)
  return { kinds, walked: walkKinds(kinds), begins, between, twos, threes, fours: bits, shift, byFour }
}

function addBetween(needle: Needle, index: number, between: Uint8Array): void {
  for (const code of spellings(needle, index)) if (code < 128) between[code] = 1
  // Between numbers either of two.
  if (needle.kind === 'numbers') between[SEMICOLON] = 1
}

/** In each way to write the letters. @returns the place behind the last of them; 0 when there are fewer. */
function addFours({ codes, kind }: Needle, at: number, fours: number[], owners: number[]): number {
  // From here on a letter may be written small or large.
  const either = kind === 'hex' ? 97 : kind === 'base32' ? 65 : 128
  const words = [0]
  let found = 0
  let index = 0
  for (; index < codes.length && found < TOGETHER; index++) {
    const code = codes[index] as number
    const letter = letterOf(code)
    if (letter === 0) continue
    found++
    const count = words.length
    for (let n = 0; n < count; n++) {
      const word = (words[n] as number) << 6
      words[n] = word | letter
      if (code >= either) words.push(word | letterOf(code ^ 32))
    }
  }
  if (found < TOGETHER) return 0
  for (const word of words) {
    fours.push(word)
    owners.push(at)
  }
  return index
}
