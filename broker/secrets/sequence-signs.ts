/** What a sign of a text may be in the middle of a value: the value's own in other dress, or nothing, to be passed over. Pure. */
import { isInvisible } from './invisible.ts'
import { placeAt } from './line-breaks.ts'
import { undress } from './look-alike.ts'
import { CUT_ESCAPE } from './read-escape.ts'
import type { Sequence } from './sequence.ts'

/** Invisible characters between two of the value: more than that is no usual way to write it. */
export const MOST_BETWEEN = 48
/** The end of a line with what frames the next one counts as so many of them. */
export const JUMP = 16
const [ESC, COMMA, SEMICOLON] = [27, 44, 59]
const [QUOTE, APOSTROPHE, BACKSLASH, GRAVE] = [34, 39, 92, 96]

/** What may end a text in source code that goes on in another. */
export const mayJoin = (unit: number) =>
  unit === QUOTE || unit === APOSTROPHE || unit === GRAVE || unit === BACKSLASH

export function mayPass(index: number, skipped: number, code = 32): boolean {
  return index > 0 && skipped < MOST_BETWEEN && isInvisible(code)
}

export function same(code: number, wanted: number, kind: Sequence['kind']): boolean {
  if (code === wanted) return true
  if (code > 127) return undress(code) === wanted
  if (kind === 'base64') return (code === 45 && wanted === 43) || (code === 95 && wanted === 47)
  if (kind === 'base32') return code >= 97 && code <= 122 && code - 32 === wanted
  if (kind === 'numbers') return code === SEMICOLON && wanted === COMMA
  return kind === 'hex' && code >= 65 && code <= 70 && code + 32 === wanted
}

/** Characters to pass over: what can't be seen, and between the bytes of hex their separators. */
export function gapAt(text: string, pos: number, code: number, index: number, sequence: Sequence): number {
  if (code === ESC) return colorAt(text, pos)
  if (isInvisible(code)) return code > 0xffff ? 2 : 1
  if (sequence.spaced && (code === 43 || code === 95)) return 1
  if (sequence.kind === 'base32') return code === 45 || code === 46 ? 1 : 0
  if (sequence.kind === 'numbers')
    return sequence.codes[index - 1] === COMMA ? beforeNumber(text, pos, code) : 0
  if (sequence.kind !== 'hex' || index % 2 === 1) return 0
  if (code === 48 && (text.charCodeAt(pos + 1) | 32) === 120) return 2
  return ':-,;._|'.includes(String.fromCharCode(code)) ? 1 : 0
}

function beforeNumber(text: string, pos: number, code: number): number {
  if (code !== QUOTE) return code === COMMA ? 1 : 0
  const { length, cut } = placeAt(text, pos)
  return cut ? CUT_ESCAPE : length
}

/** What colors a terminal's text, or moves in it. */
export function colorAt(text: string, pos: number): number {
  if (pos + 1 < text.length && text[pos + 1] !== '[') return 1
  COLOR.lastIndex = pos
  const [code] = COLOR.exec(text) ?? ['']
  if (code === '') return 1
  return pos + code.length === text.length && !/[@-~]$/.test(code.slice(2)) ? CUT_ESCAPE : code.length
}
// biome-ignore lint/suspicious/noControlCharactersInRegex: that is what it looks for
const COLOR = /\x1b(?:\[[0-9;?]{0,24}(?:[@-~]|$)|$)/y
