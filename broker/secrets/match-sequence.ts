/**
 * Whether one sequence stands at one place of a text, each character plain or escaped in any way, with wrapped lines,
 * white space and invisible characters between. Pure.
 */
import type { EscapeReads } from './escape-reads.ts'
import { isInvisible } from './invisible.ts'
import { jointAt, jumpAt, mayBreak, placeAt } from './line-breaks.ts'
import { undress } from './look-alike.ts'
import type { Pace } from './pace.ts'
import {
  CUT_ESCAPE,
  escapeCode,
  escapeLength,
  isMark,
  marksItself,
  mayGrow,
  NO_ESCAPE,
  nestedMark,
} from './read-escape.ts'
import type { Sequence } from './sequence.ts'

const NO_END = -1
export interface Match {
  /** -1: it doesn't stand here. */
  end: number
  /** The text ends before the sequence does, in one way to read it: with more of the text it may stand here, or go on. */
  open: boolean
}
const NO_MATCH: Match = Object.freeze({ end: NO_END, open: false })
/** Invisible characters between two of the value: more than that is no usual way to write it. */
export const MOST_BETWEEN = 48
/** The end of a line with what frames the next one counts as so many of them. */
const JUMP = 16
/** Where a mark can be read in two ways both are followed, up to so many times. */
const MOST_FORKS = 1000

/** What all tries in one text share. */
export interface Tried {
  reads: EscapeReads
  pace: Pace
}

export function matchSequence(text: string, at: number, sequence: Sequence, tried: Tried): Match {
  return isPlainMiss(text, at, sequence, tried.reads) ? NO_MATCH : readSequence(text, at, sequence, tried)
}

/** Characters that can be read in one way only, up to one that is wrong: how nearly every try ends. Costs no allocation. */
function isPlainMiss(text: string, at: number, sequence: Sequence, reads: EscapeReads): boolean {
  const { codes, kind, readable } = sequence
  for (let index = 0, pos = at; index < codes.length; ) {
    const unit = text.charCodeAt(pos)
    if (!(unit < 128)) return false
    const wanted = codes[index] as number
    if (isMark(unit) && index > 0) {
      const said = unit === wanted ? CUT_ESCAPE : saysOnly(text, pos, wanted, sequence, reads)
      if (said < 0) return said === NO_ESCAPE
      index++
      pos += escapeLength(said)
      continue
    }
    if (readable[unit] === 1) {
      // A space alone, with what stands for itself behind it, is passed over and can be nothing else.
      const next = text.charCodeAt(pos + 1)
      if (unit !== SPACE || index === 0 || kind === 'numbers' || !(next < 128) || readable[next] === 1)
        return false
    } else if (same(unit, wanted, kind)) index++
    else return true
    pos++
  }
  return false
}

/** What an escape says, where nothing else can be meant; `NO_ESCAPE` where that is not the sign wanted; else `CUT_ESCAPE`. */
function saysOnly(text: string, pos: number, wanted: number, { kind }: Sequence, reads: EscapeReads): number {
  if (text.charCodeAt(pos) === BACKSLASH && mayGoOn(text.charCodeAt(pos + 1))) return CUT_ESCAPE
  const read = reads.read(text, pos)
  if (read === CUT_ESCAPE || mayGrow(text, pos, read)) return CUT_ESCAPE
  if (read < 0) return NO_ESCAPE
  const code = escapeCode(read)
  if (isInvisible(code)) return CUT_ESCAPE
  if (!isMark(code)) return same(code, wanted, kind) ? read : NO_ESCAPE
  const said = code === wanted ? CUT_ESCAPE : reads.nested(text, pos, read)
  if (said < 0) return said
  const meant = escapeCode(said)
  return same(meant, wanted, kind) || isInvisible(meant) ? CUT_ESCAPE : NO_ESCAPE
}

/** What may follow a backslash that ends a text in source code. */
const mayGoOn = (unit: number) => !(unit > 0) || mayJoin(unit)

function readSequence(text: string, at: number, sequence: Sequence, { reads, pace }: Tried): Match {
  const { codes, kind } = sequence
  let forks = 0
  let open = false
  const end = follow(0, at, 0)
  return end === NO_END && !open ? NO_MATCH : { end, open }

  function follow(done: number, from: number, skippedBefore: number): number {
    pace.step()
    let [index, pos, skipped] = [done, from, skippedBefore]
    let best = NO_END
    while (index < codes.length) {
      if (pos >= text.length) return cutHere(best)
      const wanted = codes[index] as number
      const unit = text.charCodeAt(pos)
      if (index > 0 && mayJoin(unit)) best = Math.max(best, join(index, pos, skipped))
      if (isMark(unit)) {
        if (unit === wanted && forks < MOST_FORKS) best = Math.max(best, fork(index + 1, pos))
        const read = reads.read(text, pos)
        if (read === CUT_ESCAPE) return cutHere(best)
        if (read >= 0 && isMark(escapeCode(read))) best = Math.max(best, within(index, pos, read, skipped))
        const taken = read >= 0 && same(escapeCode(read), wanted, kind)
        if (mayGrow(text, pos, read)) {
          if (!taken) return cutHere(best)
          open = true
        }
        if (taken || (read >= 0 && mayPass(index, skipped, escapeCode(read)))) {
          pos += escapeLength(read)
          if (taken) index++
          skipped = taken ? 0 : skipped + 1
          continue
        }
      }
      if (index > 0 && mayBreak(unit, kind)) best = Math.max(best, jump(index, pos, skipped))
      const code = isHalf(unit) ? (text.codePointAt(pos) as number) : unit
      const prefix = kind === 'hex' && index % 2 === 0 && index > 0 && code === 48
      if (prefix && pos + 1 === text.length && wanted !== code) return cutHere(best)
      if (same(code, wanted, kind) && !(prefix && (text.charCodeAt(pos + 1) | 32) === 120)) {
        index++
        pos += code > 0xffff ? 2 : 1
        skipped = 0
        continue
      }
      if (isHalf(unit) && pos + 1 === text.length) return cutHere(best)
      // Between numbers white space separates as well as a comma does.
      if (kind === 'numbers' && wanted === COMMA && isInvisible(code)) {
        index++
        pos++
        continue
      }
      const gap = mayPass(index, skipped) ? gapAt(text, pos, code, index, sequence) : 0
      if (gap === CUT_ESCAPE) return cutHere(best)
      if (gap === 0) return best
      pos += gap
      skipped++
    }
    return Math.max(best, pos)
  }

  function fork(index: number, pos: number): number {
    let best = NO_END
    for (const length of marksItself(text, pos)) {
      forks++
      best = Math.max(best, follow(index, pos + length, 0))
    }
    return best
  }

  /** An escape whose own signs are escaped in another way. */
  function within(index: number, pos: number, read: number, skipped: number): number {
    if (forks >= MOST_FORKS) return NO_END
    forks++
    const wanted = codes[index] as number
    const twice = escapeCode(read) === wanted ? nestedMark(text, pos, read) : 0
    if (twice > 0) return Math.max(follow(index + 1, pos + twice, 0), inner(index, pos, read, skipped))
    return inner(index, pos, read, skipped)
  }

  function inner(index: number, pos: number, read: number, skipped: number): number {
    const said = reads.nested(text, pos, read)
    if (said === CUT_ESCAPE) open = true
    if (said < 0) return NO_END
    const after = pos + escapeLength(said)
    if (same(escapeCode(said), codes[index] as number, kind)) return follow(index + 1, after, 0)
    return mayPass(index, skipped, escapeCode(said)) ? follow(index, after, skipped + 1) : NO_END
  }

  /** Over the end of a line and what a program writes before the next. */
  function jump(index: number, pos: number, skipped: number): number {
    const isNumber = kind === 'numbers'
    if (forks >= MOST_FORKS || skipped + JUMP > MOST_BETWEEN) return NO_END
    if (isNumber ? codes[index] !== COMMA : kind === 'hex' && index % 2 === 1) return NO_END
    forks++
    const { length, cut } = jumpAt(text, pos, kind)
    open ||= cut
    return length === 0 ? NO_END : follow(isNumber ? index + 1 : index, pos + length, skipped + JUMP)
  }

  /** Over the end of a text in source code to the next one. */
  function join(index: number, pos: number, skipped: number): number {
    if (kind === 'numbers' || forks >= MOST_FORKS || skipped + JUMP > MOST_BETWEEN) return NO_END
    forks++
    const { length, cut } = jointAt(text, pos)
    open ||= cut
    return length === 0 ? NO_END : follow(index, pos + length, skipped + JUMP)
  }

  function cutHere(best: number): number {
    open = true
    return best
  }
}

const mayJoin = (unit: number) =>
  unit === QUOTE || unit === APOSTROPHE || unit === GRAVE || unit === BACKSLASH

function mayPass(index: number, skipped: number, code = 32): boolean {
  return index > 0 && skipped < MOST_BETWEEN && isInvisible(code)
}

function same(code: number, wanted: number, kind: Sequence['kind']): boolean {
  if (code === wanted) return true
  if (code > 127) return undress(code) === wanted
  if (kind === 'base64') return (code === 45 && wanted === 43) || (code === 95 && wanted === 47)
  if (kind === 'base32') return code >= 97 && code <= 122 && code - 32 === wanted
  if (kind === 'numbers') return code === SEMICOLON && wanted === COMMA
  return kind === 'hex' && code >= 65 && code <= 70 && code + 32 === wanted
}

/** Characters to pass over: what can't be seen, and between the bytes of hex their separators. */
function gapAt(text: string, pos: number, code: number, index: number, sequence: Sequence): number {
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
function colorAt(text: string, pos: number): number {
  if (pos + 1 < text.length && text[pos + 1] !== '[') return 1
  COLOR.lastIndex = pos
  const [code] = COLOR.exec(text) ?? ['']
  if (code === '') return 1
  return pos + code.length === text.length && !/[@-~]$/.test(code.slice(2)) ? CUT_ESCAPE : code.length
}
// biome-ignore lint/suspicious/noControlCharactersInRegex: that is what it looks for
const COLOR = /\x1b(?:\[[0-9;?]{0,24}(?:[@-~]|$)|$)/y

const [ESC, SPACE, COMMA, SEMICOLON] = [27, 32, 44, 59]
const [QUOTE, APOSTROPHE, BACKSLASH, GRAVE] = [34, 39, 92, 96]
const isHalf = (unit: number) => unit >= 0xd800 && unit < 0xdc00
