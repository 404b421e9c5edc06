/**
 * What each sign of a text means to a look at its letters and digits alone: it is one, or may be passed over, or the
 * signs around it must be read to know what letters there are (an escape, a letter in other dress, what frames a line).
 */
import { sharedBytes } from './key-lists.ts'
import { wearsDress } from './look-alike.ts'
import { isMark } from './read-escape.ts'
import { NO_UNIT } from './text-units.ts'

/** Six bits each; 0 for all other. */
const LETTERS = Uint8Array.from({ length: 128 }, (_, code) => {
  if (code >= 48 && code <= 57) return code - 47
  if (code >= 65 && code <= 90) return code - 54
  return code >= 97 && code <= 122 ? code - 60 : 0
})
export const letterOf = (unit: number): number => (unit < 128 ? (LETTERS[unit] as number) : 0)

/** To be passed over. From `LOOK` on: may hide letters; from `READ` on: whether a value begins with it must be read. All between is a letter or digit. */
export const [PASSED, LOOK, READ] = [0, 64, 128]
const [NEWLINE, SPACE, ESC, QUOTE, ZERO, COLON, TAB, X] = [10, 32, 27, 34, 48, 58, 9, 120]
/** Where so much of a text or less is left that goes on, what it ends in may be anything. */
export const NEAR_END = 160
const LONGEST_INDENT = 24
/** Two of them may be one frame, and there may be four. */
const MOST_SIGNS = 8
/** Spaces that may be passed over, and those and the letters of a dump. */
export const LONGEST_TAIL = 48 + 60 + 40 + 2
const LAST_DIGIT = 10

/** One for each unit of 16 bits, before it is known which of them begin a value. */
const KINDS = Uint8Array.from({ length: 1 << 16 }, (_, unit) => {
  if (isMark(unit) || wearsDress(unit)) return READ
  return '\n \x1b"0'.includes(String.fromCharCode(unit)) ? LOOK : letterOf(unit)
})
export const signKinds = (): Uint8Array => copyOf(KINDS)

function copyOf(kinds: Uint8Array): Uint8Array {
  const copy = sharedBytes(kinds.length)
  copy.set(kinds)
  return copy
}

/**
 * The same for the walk over all of a text, which should stop seldom: spaces, zeros and quotes are everywhere, so what
 * they may be part of is seen from where it ends.
 */
export function walkKinds(kinds: Uint8Array): Uint8Array {
  const seldom = copyOf(kinds)
  for (const unit of [SPACE, QUOTE, ZERO]) if (seldom[unit] === LOOK) seldom[unit] = letterOf(unit)
  for (const unit of [COLON, X, X - 32]) if (seldom[unit] !== READ) seldom[unit] = LOOK
  return seldom
}

/**
 * Whether what stands here, and is no mark, may be, hide or frame letters of a value that began before: they can't be
 * counted on. `nearEnd`: where so much of the text or less is left, the end of a line does.
 */
export function hidesLetters(
  units: Uint16Array,
  at: number,
  length: number,
  last: number,
  nearEnd: number,
): boolean {
  const unit = units[at] as number
  const next = units[at + 1] as number
  if (unit === SPACE)
    return (
      next === SPACE && units[at - 1] !== SPACE && isHexLetter(last) && isDumpEnd(units, at, length, nearEnd)
    )
  if (unit === NEWLINE) return length - at < nearEnd || isFrame(units, at + 1)
  if (unit === ZERO) return (next | 32) === 120 || next === NO_UNIT
  if (unit === QUOTE) return last <= LAST_DIGIT && isPlace(units, at + 1)
  return unit === ESC || unit > 127
}

/** Spaces, what a dump shows beside its bytes, the end of the line, and what frames the next. */
function isDumpEnd(units: Uint16Array, from: number, length: number, nearEnd: number): boolean {
  for (let at = from; at < from + LONGEST_TAIL; at++) {
    if (at >= length) return true
    if (units[at] === NEWLINE) return length - at < nearEnd || isFrame(units, at + 1)
  }
  return false
}

/** The place before a number in an array of bytes, which is in quotes. */
function isPlace(units: Uint16Array, from: number): boolean {
  let at = from
  while (at - from < 8 && isDigit(units[at] as number)) at++
  return units[at] === NO_UNIT || (at > from && units[at] === QUOTE)
}

/** The number of a line or of a byte before what the line holds, behind signs or none. */
function isFrame(units: Uint16Array, from: number): boolean {
  let at = from
  while (at - from <= LONGEST_INDENT && (units[at] === SPACE || units[at] === TAB)) at++
  // Signs hide nothing themselves; a number may stand behind them.
  for (let signs = 0; signs < MOST_SIGNS && isFrameSign(units[at] as number); signs++) {
    at++
    for (let spaces = 0; spaces < 4 && (units[at] === SPACE || units[at] === TAB); spaces++) at++
  }
  const first = units[at] as number
  let digits = 0
  while (isDigit(units[at + digits] as number) && digits < 7) digits++
  const behind = units[at + digits] as number
  if (digits > 0 && (behind === COLON || behind === TAB || behind === 124)) return true
  if (first === ZERO && (behind | 32) === 120) return true
  let hex = digits
  while (hex < 4 && isHexLetter(letterOf(units[at + hex] as number))) hex++
  return hex >= 4
}

const FRAME_SIGNS = Uint8Array.from({ length: 128 }, (_, code) =>
  '>#*|+-/'.includes(String.fromCharCode(code)) ? 1 : 0,
)
const isFrameSign = (unit: number) => unit < 128 && FRAME_SIGNS[unit] === 1
export const isDigit = (unit: number) => unit >= 48 && unit <= 57
/** These two by its six bits. */
export const isHexLetter = (letter: number) => (letter > 0 && letter <= 16) || (letter >= 37 && letter <= 42)
export const isDigitLetter = (letter: number) => letter > 0 && letter <= LAST_DIGIT
