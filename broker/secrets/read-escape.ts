/**
 * One escaped character of a text: percent, quoted-printable, `\x`, `\u`, `%u`, octal, HTML entity, a backslash before a
 * sign; also escaped over again (`%2541`, `\\u0041`, `&amp;#65;`). Pure and without allocation: the leak scan asks at each mark.
 */
import { entityCode, LONGEST_NAME, OPEN_NAMES } from './entity-names.ts'

/** How often a mark may be escaped over again. */
const DEPTH = 8
const [PERCENT, EQUALS, BACKSLASH, AMPERSAND] = [37, 61, 92, 38]

/** No escape begins here. */
export const NO_ESCAPE = -1
/** The text ends inside what may be one. */
export const CUT_ESCAPE = -2
const CUT_INNER = -3
/** All of it stays below 31 bits, so that it is a number of the cheapest kind. */
const SPAN = 1024
/** For what is no character, and no sign of any value. */
const NO_CODE = 0x110000

/** @returns code point × 1024 + length of the escape, or one of the two above */
export function readEscape(text: string, at: number): number {
  const mark = text.charCodeAt(at)
  if (mark === PERCENT && text[at + 1] === 'u') return readUnits(text, at, at + 2, percentUnit)
  if (mark === PERCENT || mark === EQUALS) return readBytes(text, at, mark)
  if (mark === BACKSLASH) return readBackslash(text, at)
  if (mark === AMPERSAND) return readEntity(text, at)
  return NO_ESCAPE
}
export const isMark = (code: number) =>
  code === PERCENT || code === EQUALS || code === BACKSLASH || code === AMPERSAND
/** Of what was read, at least 0. */
export const escapeCode = (read: number) => read >> 10
export const escapeLength = (read: number) => read & (SPAN - 1)

/** So many characters, read once, are looked at for an escape inside of an escape; more where few don't tell. */
const [INNER, LONG_INNER] = [6, 24]

/**
 * What an escape says whose own signs are escaped in another way: `%5Cu0041`, `&#92;&#34;`, `%26%2365%3B`.
 * @param read what stands at this place, read once: a mark
 */
export function readNested(text: string, at: number, read: number): number {
  const next = text.charCodeAt(at + escapeLength(read))
  if (next > 0 && !isMark(next) && !mayFollow(escapeCode(read), next)) return NO_ESCAPE
  const said = readInner(text, at, read, INNER)
  return said === CUT_INNER ? readInner(text, at, read, LONG_INNER) : said
}

/** Length of a mark that is escaped once more by itself, all of it escaped in another way: `%5C%5C`, `&#37;25`; 0 when it isn't. */
export function nestedMark(text: string, at: number, read: number): number {
  const mark = escapeCode(read)
  const again = mark === PERCENT ? '25' : mark === AMPERSAND ? 'amp;' : mark === BACKSLASH ? '\\' : ''
  if (again === '') return 0
  const { inner, ends } = readOnce(text, at, read, again.length + 1)
  return inner.startsWith(again, 1) ? (ends[again.length] as number) - at : 0
}

function readInner(text: string, at: number, read: number, most: number): number {
  const { inner, ends, cut } = readOnce(text, at, read, most)
  const said = readEscape(inner, 0)
  if (said === CUT_ESCAPE || mayGrow(inner, 0, said))
    return cut ? CUT_ESCAPE : most === LONG_INNER || inner.length < most ? NO_ESCAPE : CUT_INNER
  if (said < 0) return said
  const length = (ends[escapeLength(said) - 1] as number) - at
  return length < SPAN ? escapeCode(said) * SPAN + length : NO_ESCAPE
}

/** The next characters, each read once, with where it ends. */
function readOnce(text: string, at: number, read: number, most: number) {
  let inner = ''
  const ends: number[] = []
  let place = at
  for (let next = read; inner.length < most; next = readEscape(text, place)) {
    if (next === CUT_ESCAPE || place >= text.length || (place > at && mayGrow(text, place, next)))
      return { inner, ends, cut: true }
    const code = next < 0 ? text.charCodeAt(place) : escapeCode(next)
    // Nearly every mark is followed by what makes no escape of it.
    if (inner.length === 1 && !mayFollow(escapeCode(read), code)) {
      inner += 'z'
      break
    }
    place += next < 0 ? 1 : escapeLength(next)
    const sign = code > 0x10ffff ? ' ' : String.fromCodePoint(code)
    inner += sign
    for (let unit = 0; unit < sign.length; unit++) ends.push(place)
  }
  return { inner, ends, cut: false }
}

/** Whether what stands behind a mark may make an escape of the two. */
export function mayFollow(mark: number, code: number): boolean {
  if (mark === BACKSLASH)
    return !isWordCode(code) || isOctal(code) || 'xuUntr'.includes(String.fromCharCode(code))
  if (mark === AMPERSAND) return code === 35 || isNameCode(code)
  return isHex(code) || code === 117 || (mark === EQUALS && (code === 10 || code === 13))
}

/** It reads as a mark that is escaped, or as a number; with more of the text it may be another character. */
export function mayGrow(text: string, at: number, read: number): boolean {
  if (read < 0) return false
  const mark = text.charCodeAt(at)
  const end = at + escapeLength(read)
  if (end === text.length && mark === AMPERSAND && text[end - 1] !== ';') return true
  if (end === text.length && mark === BACKSLASH && /\\[0-7]{1,2}$/.test(text.slice(Math.max(at, end - 3))))
    return true
  if (escapeCode(read) !== mark) return false
  if (mark === PERCENT) return end === text.length
  return mark === AMPERSAND && text.length - end < 7 && /^[a-z]*$/.test(text.slice(end))
}

/** Lengths under which a mark may stand for itself: plain, and escaped once or over and over. */
export function marksItself(text: string, at: number): number[] {
  const mark = text.charCodeAt(at)
  const again = mark === PERCENT ? '25' : mark === AMPERSAND ? 'amp;' : mark === BACKSLASH ? '\\' : ''
  const lengths = [1]
  while (again !== '' && lengths.length <= DEPTH && text.startsWith(again, at + (lengths.at(-1) ?? 1)))
    lengths.push((lengths.at(-1) ?? 1) + again.length)
  return lengths
}

/** A character of one to four bytes, each escaped; a byte that begins no UTF-8 is a character itself. */
function readBytes(text: string, at: number, mark: number): number {
  const first = readByte(text, at, mark)
  if (first < 0) return first
  const lead = escapeCode(first)
  const more = lead >= 0xf0 && lead < 0xf5 ? 3 : lead >= 0xe0 ? 2 : lead >= 0xc2 ? 1 : 0
  if (more === 0 || lead >= 0xf5) return first
  let code = lead & (0x3f >> more)
  let length = escapeLength(first)
  for (let i = 0; i < more; i++) {
    if (mark === EQUALS) length += softBreak(text, at + length)
    const next = readByte(text, at + length, mark)
    if (next === CUT_ESCAPE || mayGrow(text, at + length, next)) return CUT_ESCAPE
    if (next < 0 || escapeCode(next) >> 6 !== 2) return first
    code = (code << 6) | (escapeCode(next) & 0x3f)
    length += escapeLength(next)
  }
  return code * SPAN + length
}

/** Length of the end of a line that quoted-printable puts between the bytes of one character. */
function softBreak(text: string, at: number): number {
  if (text.startsWith('=\n', at)) return 2
  if (text.startsWith('=\r\n', at)) return 3
  // Cut short: the text ends before the byte either way.
  return at + 2 === text.length && text.startsWith('=\r', at) ? 2 : 0
}

function readByte(text: string, at: number, mark: number): number {
  if (at >= text.length) return CUT_ESCAPE
  if (mark === BACKSLASH) return readHexByte(text, at)
  if (text.charCodeAt(at) !== mark) return NO_ESCAPE
  let from = at + 1
  if (mark === PERCENT)
    for (let i = 0; i < DEPTH && text.startsWith('25', from) && isHexAt(text, from + 2); i++) from += 2
  if (mark === EQUALS && (text[from] === '\n' || text[from] === '\r'))
    return 10 * SPAN + (text.startsWith('\r\n', from) ? 3 : 2)
  return readDigits(text, at, from, 2)
}

/** `\x41` or `\101`, for the bytes after the first. */
function readHexByte(text: string, at: number): number {
  const from = skipBackslashes(text, at)
  if (from >= text.length) return CUT_ESCAPE
  if (from === at) return NO_ESCAPE
  return text[from] === 'x' ? readDigits(text, at, from + 1, 2) : readOctal(text, at, from)
}

/** One to three digits. */
function readOctal(text: string, at: number, from: number): number {
  let code = 0
  let end = from
  for (; end < from + 3 && isOctal(text.charCodeAt(end)); end++)
    code = code * 8 + text.charCodeAt(end) - DIGIT_ZERO
  return end === from || code > 255 ? NO_ESCAPE : code * SPAN + (end - at)
}

function readBackslash(text: string, at: number): number {
  const from = skipBackslashes(text, at)
  const sign = text.charCodeAt(from)
  if (Number.isNaN(sign)) return CUT_ESCAPE
  if (sign === 120 || isOctal(sign)) return readBytes(text, at, BACKSLASH)
  if (sign === 117) return readUnits(text, at, from + 1, backslashUnit)
  if (sign === 85) return readDigits(text, at, from + 1, 8)
  if (sign === 110 || sign === 116 || sign === 114) return 10 * SPAN + (from + 1 - at)
  // A sign after a backslash stands for itself; so does the second of two backslashes.
  if (from - at > 1 && isWordCode(sign)) return BACKSLASH * SPAN + (from - at)
  return isWordCode(sign) ? NO_ESCAPE : sign * SPAN + (from + 1 - at)
}

/** `\u0041`, `\u{41}`, `%u0041`, and a pair of surrogates as one. `second`: where the digits of the second one begin. */
function readUnits(
  text: string,
  at: number,
  from: number,
  second: (text: string, at: number) => number,
): number {
  if (text[from] === '{') {
    let end = from + 1
    while (end - from < 9 && isHex(text.charCodeAt(end))) end++
    if (text[end] === '}') return readNumber(text.slice(from + 1, end), 16, end + 1 - at)
    return end === text.length ? CUT_ESCAPE : NO_ESCAPE
  }
  const high = readDigits(text, at, from, 4)
  if (high < 0 || escapeCode(high) >> 10 !== 0x36) return high
  const next = at + escapeLength(high)
  const digits = second(text, next)
  if (digits < 0) return digits === CUT_ESCAPE ? CUT_ESCAPE : high
  const low = readDigits(text, next, digits, 4)
  if (low === CUT_ESCAPE) return CUT_ESCAPE
  if (low < 0 || escapeCode(low) >> 10 !== 0x37) return high
  const code = 0x10000 + ((escapeCode(high) & 0x3ff) << 10) + (escapeCode(low) & 0x3ff)
  return code * SPAN + escapeLength(high) + escapeLength(low)
}

function backslashUnit(text: string, at: number): number {
  const from = skipBackslashes(text, at)
  if (from >= text.length) return CUT_ESCAPE
  return from > at && text[from] === 'u' ? from + 1 : NO_ESCAPE
}

function percentUnit(text: string, at: number): number {
  if (text.startsWith('%u', at)) return at + 2
  return '%u'.startsWith(text.slice(at)) ? CUT_ESCAPE : NO_ESCAPE
}

function readEntity(text: string, at: number): number {
  let from = at + 1
  for (let i = 0; i < DEPTH && text.startsWith('amp;', from) && startsEntity(text, from + 4); i++) from += 4
  if (text[from] === '#') return readNumbered(text, at, from + 1)
  let end = from
  while (end - from <= LONGEST_NAME && isNameCode(text.charCodeAt(end))) end++
  if (end === text.length && end - from <= LONGEST_NAME) return CUT_ESCAPE
  const name = text.slice(from, end)
  if (text[end] === ';') {
    const code = entityCode(name)
    return code === undefined ? NO_ESCAPE : code * SPAN + (end + 1 - at)
  }
  const open = OPEN_NAMES.find((start) => name.startsWith(start))
  return open === undefined ? NO_ESCAPE : (entityCode(open) as number) * SPAN + (from + open.length - at)
}

/** `&#65;` and `&#x41;`; a browser reads them without the semicolon too. */
function readNumbered(text: string, at: number, from: number): number {
  const base = text[from] === 'x' || text[from] === 'X' ? 16 : 10
  const begin = base === 16 ? from + 1 : from
  let end = begin
  while (end - begin < 10 && isDigit(text.charCodeAt(end), base)) end++
  if (end === begin) return end >= text.length ? CUT_ESCAPE : NO_ESCAPE
  return readNumber(text.slice(begin, end), base, end - at + (text[end] === ';' ? 1 : 0))
}

const startsEntity = (text: string, at: number) => /^(?:#|[a-z]{2,6};)/.test(text.slice(at, at + 7))

function readNumber(digits: string, base: 10 | 16, length: number): number {
  const fits = base === 16 ? /^[0-9a-fA-F]{1,8}$/.test(digits) : /^\d{1,9}$/.test(digits)
  const code = fits ? Number.parseInt(digits, base) : -1
  return code < 0 || code > 0x10ffff ? NO_ESCAPE : code * SPAN + length
}

function readDigits(text: string, at: number, from: number, count: number): number {
  let code = 0
  for (let i = 0; i < count; i++) {
    const digit = text.charCodeAt(from + i)
    if (Number.isNaN(digit)) return CUT_ESCAPE
    if (!isHex(digit)) return NO_ESCAPE
    code = code * 16 + (digit < 58 ? digit - DIGIT_ZERO : (digit | 32) - 87)
  }
  return Math.min(code, NO_CODE) * SPAN + (from + count - at)
}

function skipBackslashes(text: string, at: number): number {
  let from = at
  while (from - at < DEPTH && text.charCodeAt(from) === BACKSLASH) from++
  return from
}

const isNameCode = (code: number) =>
  (code >= 48 && code <= 57) || (code >= 65 && code <= 90) || (code >= 97 && code <= 122)
const DIGIT_ZERO = 48
const isOctal = (code: number) => code >= 48 && code <= 55
const isDigit = (code: number, base: 10 | 16) => (base === 16 ? isHex(code) : code >= 48 && code <= 57)
const isHex = (code: number) =>
  (code >= 48 && code <= 57) || (code >= 65 && code <= 70) || (code >= 97 && code <= 102)
/** Whether two hex digits stand here; at the text's end nobody knows, which counts as yes. */
const isHexAt = (text: string, at: number) =>
  isHex(text.charCodeAt(at)) && (at + 1 >= text.length || isHex(text.charCodeAt(at + 1)))
const isWordCode = (code: number) =>
  (code >= 48 && code <= 57) || (code >= 65 && code <= 90) || (code >= 97 && code <= 122) || code > 127
