/**
 * What an escape says, told from a few units of the text where that is simple: one character, which can't be the
 * beginning of another escape. It is most of what stands in honest texts, and asking `readEscape` costs ten times as much.
 */
import { entityCode } from './entity-names.ts'
import { letterOf } from './letter-signs.ts'
import { isMark, mayFollow } from './read-escape.ts'

/** No escape begins here: the mark stands for itself. */
export const LITERAL = -1
/** It can't be told so simply. */
export const UNSURE = -2

const [PERCENT, EQUALS, BACKSLASH, AMPERSAND] = [37, 61, 92, 38]
const [NEWLINE, RETURN, HASH, SEMICOLON, NBSP] = [10, 13, 35, 59, 0xa0]
/** So far ahead a text may not end: what is cut off could be read in another way. */
const AHEAD = 32
const MOST_BACKSLASHES = 8
const [LONGEST_NAME, MOST_DIGITS] = [16, 6]

/** Names that are met all the time, by their letters. */
const NAMES = new Map(
  ['amp', 'lt', 'gt', 'quot', 'apos', 'nbsp'].map((name) => [
    [...name].reduce((word, char) => (word << 6) | letterOf(char.charCodeAt(0)), 0),
    entityCode(name) as number,
  ]),
)

/** As `readEscape`: the code × 1024 and the length of the escape; or one of the two above. */
export function readMark(units: Uint16Array, at: number, length: number): number {
  if (at + AHEAD > length) return UNSURE
  const mark = units[at] as number
  const read =
    mark === BACKSLASH
      ? readBackslash(units, at)
      : mark === AMPERSAND
        ? readEntity(units, at)
        : readByte(units, at, mark)
  if (read < 0) return read
  const code = read >> 10
  if (code > 127) return code === NBSP ? read : UNSURE
  if (!isMark(code)) return read
  const next = units[at + (read & 1023)] as number
  return next > 127 || isMark(next) || mayFollow(code, next) ? UNSURE : read
}

/** Whether an escape that is no letter is a sign of the text itself, with marks before it and nothing else. */
export function isBare(units: Uint16Array, at: number, read: number): boolean {
  const last = units[at + (read & 1023) - 1]
  return units[at] !== AMPERSAND && last === read >> 10
}

function readByte(units: Uint16Array, at: number, mark: number): number {
  const next = units[at + 1] as number
  if (mark === PERCENT && next === 117) return UNSURE
  if (mark === EQUALS && next === NEWLINE) return said(NEWLINE, 2)
  if (mark === EQUALS && next === RETURN) return said(NEWLINE, units[at + 2] === NEWLINE ? 3 : 2)
  const code = readHex(units, at + 1, 2)
  return code < 0 ? LITERAL : said(code, 3)
}

function readBackslash(units: Uint16Array, at: number): number {
  let from = at + 1
  while (from - at < MOST_BACKSLASHES && units[from] === BACKSLASH) from++
  const sign = units[from] as number
  const run = from - at
  if (sign === BACKSLASH) return UNSURE
  if (sign > 127) return run > 1 ? UNSURE : LITERAL
  if (letterOf(sign) === 0) return said(sign, run + 1)
  // n, r, t
  if (sign === 110 || sign === 114 || sign === 116) return said(NEWLINE, run + 1)
  if (isOctal(sign)) return readOctal(units, at, from)
  // x, u, U
  if (sign === 120) return readNumber(units, at, from + 1, 2)
  if (sign === 117) return readNumber(units, at, from + 1, 4)
  if (sign === 85) return UNSURE
  return run > 1 ? said(BACKSLASH, run) : LITERAL
}

function readNumber(units: Uint16Array, at: number, from: number, digits: number): number {
  const code = readHex(units, from, digits)
  if (code < 0) return units[from] === 123 ? UNSURE : LITERAL
  return said(code, from + digits - at)
}

function readOctal(units: Uint16Array, at: number, from: number): number {
  let code = 0
  let end = from
  for (; end < from + 3 && isOctal(units[end] as number); end++) code = code * 8 + (units[end] as number) - 48
  return said(code, end - at)
}

function readEntity(units: Uint16Array, at: number): number {
  const from = at + 1
  if (units[from] === HASH) return readNumbered(units, at)
  let end = from
  let name = 0
  for (; end - from <= LONGEST_NAME; end++) {
    const letter = letterOf(units[end] as number)
    if (letter === 0) break
    name = end - from < 5 ? (name << 6) | letter : 0
  }
  if (units[end] !== SEMICOLON) return mayBeOpen(units, from) ? UNSURE : LITERAL
  const code = NAMES.get(name)
  return code === undefined ? UNSURE : said(code, end + 1 - at)
}

/** Whether a name begins here that may end without a semicolon, or may not. */
function mayBeOpen(units: Uint16Array, from: number): boolean {
  const [a, b] = [units[from] as number, units[from + 1] as number]
  return (a === 97 && b === 109) || ((a === 108 || a === 103) && b === 116) || (a === 113 && b === 117)
}

function readNumbered(units: Uint16Array, at: number): number {
  const isHex = ((units[at + 2] as number) | 32) === 120
  const from = at + (isHex ? 3 : 2)
  let code = 0
  let end = from
  for (; end - from <= MOST_DIGITS; end++) {
    const digit = isHex ? readHex(units, end, 1) : decimalOf(units[end] as number)
    if (digit < 0) break
    code = code * (isHex ? 16 : 10) + digit
  }
  if (end - from > MOST_DIGITS) return UNSURE
  if (end === from) return LITERAL
  return code > 127 ? UNSURE : said(code, end - at + (units[end] === SEMICOLON ? 1 : 0))
}

/** -1 where these are no digits. */
function readHex(units: Uint16Array, from: number, count: number): number {
  let code = 0
  for (let at = from; at < from + count; at++) {
    const letter = letterOf(units[at] as number)
    // The letters' six bits: digits from 1, capitals from 11, small ones from 37.
    const digit = letter > 0 && letter < 17 ? letter - 1 : letter > 36 && letter < 43 ? letter - 27 : -1
    if (digit < 0) return -1
    code = code * 16 + digit
  }
  return code
}

const said = (code: number, length: number) => (code << 10) | length
const isOctal = (unit: number) => unit >= 48 && unit < 56
const decimalOf = (unit: number) => (unit >= 48 && unit < 58 ? unit - 48 : -1)
