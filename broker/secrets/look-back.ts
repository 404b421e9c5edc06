/**
 * What hides letters, seen from where it ends: the walk stops at few signs, and the beginning of these is among those that
 * are everywhere. The letters before that beginning are handed on.
 */
import { isDigit, isDigitLetter, isHexLetter, LONGEST_TAIL, letterOf } from './letter-signs.ts'

const [NEWLINE, SPACE, QUOTE] = [10, 32, 34]
/** Of a place that is written before a number. */
const [MOST_DIGITS, MOST_SPACES] = [8, 4]

interface Takes {
  /** The letters before a place. */
  handOn(place: number, word: number): void
}

/** The line of a hex dump: two spaces and more behind the bytes, and what they are in letters. */
export function dumpEndsAt(units: Uint16Array, end: number, to: Takes): void {
  const from = Math.max(1, end - LONGEST_TAIL)
  for (let at = end - 1; at >= from && units[at] !== NEWLINE; at--) {
    if (units[at] !== SPACE || units[at - 1] === SPACE) continue
    if (at + 1 < end && units[at + 1] !== SPACE) continue
    const word = wordBefore(units, at)
    if (isHexLetter(word & 63)) to.handOn(at, word)
  }
}

/** `"12": ` in an array of bytes that was written as an object; up to its colon, or as much as there is at the end. */
export function placeEndsAt(units: Uint16Array, end: number, to: Takes): void {
  let at = end - 1
  while (at > 0 && end - at <= MOST_SPACES && isSpace(units[at] as number)) at--
  if (at > 0 && units[at] === QUOTE) at--
  const last = at
  while (at > 0 && last - at < MOST_DIGITS && isDigit(units[at] as number)) at--
  if (at === last || at < 1 || units[at] !== QUOTE) return
  const word = wordBefore(units, at)
  if (isDigitLetter(word & 63)) to.handOn(at, word)
}

/** The last three letters before a place, or as many as there are. */
function wordBefore(units: Uint16Array, place: number): number {
  let word = 0
  for (let at = place - 1, found = 0; at >= 0 && found < 3; at--) {
    const letter = letterOf(units[at] as number)
    if (letter > 0) word |= letter << (6 * found++)
  }
  return word
}

const isSpace = (unit: number) => unit <= SPACE || unit > 127
