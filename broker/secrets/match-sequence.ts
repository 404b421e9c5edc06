/**
 * Whether one sequence stands at one place of a text, each character plain or escaped in any way, with wrapped lines,
 * white space and invisible characters between. Pure.
 */
import { isInvisible, type Sequence } from './encode-secret.ts'
import { undress } from './look-alike.ts'
import {
  CUT_ESCAPE,
  escapeCode,
  escapeLength,
  isMark,
  marksItself,
  mayGrow,
  readEscape,
} from './read-escape.ts'

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
/** Where a mark can be read in two ways both are followed, up to so many times. */
const MOST_FORKS = 1000

export function matchSequence(text: string, at: number, sequence: Sequence): Match {
  return isPlainMiss(text, at, sequence) ? NO_MATCH : readSequence(text, at, sequence)
}

/** Characters that stand for themselves, up to one that is wrong: how nearly every try ends. Costs no allocation. */
function isPlainMiss(text: string, at: number, { codes, kind }: Sequence): boolean {
  const readable = kind === 'hex' ? READ_IN_HEX : READ
  for (let i = 0; i < codes.length; i++) {
    const unit = text.charCodeAt(at + i)
    if (!(unit < 128) || readable[unit] === 1) return false
    if (!same(unit, codes[i] as number, kind)) return true
  }
  return false
}

/** One for each ASCII character that may be passed over, or mean another. */
const READ = asciiOf('+%=\\&')
const READ_IN_HEX = asciiOf('+%=\\&:-,;._|0')
function asciiOf(some: string): Uint8Array {
  return Uint8Array.from({ length: 128 }, (_, code) =>
    isInvisible(code) || some.includes(String.fromCharCode(code)) ? 1 : 0,
  )
}

function readSequence(text: string, at: number, sequence: Sequence): Match {
  const { codes, kind } = sequence
  let forks = 0
  let open = false
  const end = follow(0, at, 0)
  return end === NO_END && !open ? NO_MATCH : { end, open }

  function follow(done: number, from: number, skippedBefore: number): number {
    let [index, pos, skipped] = [done, from, skippedBefore]
    let best = NO_END
    while (index < codes.length) {
      if (pos >= text.length) return cutHere(best)
      const wanted = codes[index] as number
      const unit = text.charCodeAt(pos)
      if (isMark(unit)) {
        if (unit === wanted && forks < MOST_FORKS) best = Math.max(best, fork(index + 1, pos))
        const read = readEscape(text, pos)
        if (read === CUT_ESCAPE) return cutHere(best)
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
      const gap = mayPass(index, skipped) ? gapAt(text, pos, code, index, sequence) : 0
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

  function cutHere(best: number): number {
    open = true
    return best
  }
}

function mayPass(index: number, skipped: number, code = 32): boolean {
  return index > 0 && skipped < MOST_BETWEEN && isInvisible(code)
}

function same(code: number, wanted: number, kind: Sequence['kind']): boolean {
  if (code === wanted) return true
  if (code > 127) return undress(code) === wanted
  if (kind === 'base64') return (code === 45 && wanted === 43) || (code === 95 && wanted === 47)
  return kind === 'hex' && code >= 65 && code <= 70 && code + 32 === wanted
}

/** Characters to pass over: what can't be seen, and between the bytes of hex their separators. */
function gapAt(text: string, pos: number, code: number, index: number, sequence: Sequence): number {
  if (isInvisible(code)) return code > 0xffff ? 2 : 1
  if (sequence.spaced && code === 43) return 1
  if (sequence.kind !== 'hex' || index % 2 === 1) return 0
  if (code === 48 && (text.charCodeAt(pos + 1) | 32) === 120) return 2
  return ':-,;._|'.includes(String.fromCharCode(code)) ? 1 : 0
}

const isHalf = (unit: number) => unit >= 0xd800 && unit < 0xdc00
