/**
 * Ends of lines inside of a value, with what programs write around them: the letters beside a hex dump and the number
 * before its next line, the sign of a quoted or changed line; and the end of a text in source code that goes on in
 * another. Pure.
 */
import type { Sequence } from './sequence.ts'

const [NEWLINE, RETURN, SPACE] = [10, 13, 32]
/** `  |sk-live-aBcDeFgH|` to the end of the line, and `00000010  ` before the next. */
const DUMP = /(?: {2,60}[^\n]{0,40})?\r?\n[ \t]{0,8}(?:0x)?[0-9a-fA-F]{4,16}:?[ \t]{1,4}/y
const CUT_DUMP =
  /(?: {2,60}[^\n]{0,40}| (?![\s\S]))?(?:\r|\r?\n[ \t]{0,8}(?:0x?)?[0-9a-fA-F]{0,16}:?[ \t]{0,4})?(?![\s\S])/y
/** `> `, `+`, `# `, `12: `, and the place that `od -c` writes. */
const LINE = /\r?\n[ \t]{0,24}(?:(?:[>#*|+-]|\/\/|\d{1,6}[:|\t]|[0-9a-f]{7,8} )[ \t]{0,4}){1,4}/y
const CUT_LINE =
  /\r?(?:\n[ \t]{0,24}(?:(?:[>#*|+-]|\/\/|\d{1,6}[:|\t]|[0-9a-f]{7,8} )[ \t]{0,4}){0,4}(?:\/|[0-9a-f]{0,8}))?(?![\s\S])/y
/** `" + "`, `' . '`, `",\n  "`, `\" + \"`. */
const JOINT = /\\{0,3}["'`]\s{0,24}(?:(?:\+|\.{1,2}|,|&|\|\||\\)\s{0,24})?\\{0,3}["'`]/y
const CUT_JOINT = /\\{0,3}(?:["'`]\s{0,24}(?:(?:\+|\.{1,2}|,|&|\|{1,2}|\\)\s{0,24})?\\{0,3})?(?![\s\S])/y
/** `"12": `, before a number in an array of bytes that was written as an object. */
const PLACE = /"\d{1,7}"\s{0,4}:/y
const CUT_PLACE = /"\d{0,7}(?:"\s{0,4})?(?![\s\S])/y
/** Longer than any of these. */
const LONGEST = 150

export interface Jump {
  /** 0: nothing of the kind. */
  length: number
  /** The text ends in it: with more of it, it may be one, or a longer one. */
  cut: boolean
}

export function mayBreak(unit: number, kind: Sequence['kind']): boolean {
  return unit === NEWLINE || unit === RETURN || (unit === SPACE && (kind === 'hex' || kind === 'numbers'))
}

export function jumpAt(text: string, at: number, kind: Sequence['kind']): Jump {
  const isDump = kind === 'hex' || kind === 'numbers'
  const cut = text.length - at < LONGEST && lengthOf(isDump ? CUT_DUMP : CUT_LINE, text, at) > 0
  return { length: lengthOf(isDump ? DUMP : LINE, text, at), cut }
}

export function jointAt(text: string, at: number): Jump {
  const cut = text.length - at < LONGEST && lengthOf(CUT_JOINT, text, at) > 0
  return { length: lengthOf(JOINT, text, at), cut }
}

export function placeAt(text: string, at: number): Jump {
  const cut = text.length - at < LONGEST && lengthOf(CUT_PLACE, text, at) > 0
  return { length: lengthOf(PLACE, text, at), cut }
}

/** Whether a new line begins here with what frames it, or may. */
export function isFramedLine(text: string, at: number): boolean {
  return lengthOf(LINE, text, at) > 0 || (text.length - at < LONGEST && lengthOf(CUT_LINE, text, at) > 0)
}

function lengthOf(shape: RegExp, text: string, at: number): number {
  shape.lastIndex = at
  return shape.test(text) ? shape.lastIndex - at : 0
}
