/**
 * Registered values in every usual encoding, searched at once. Tables of the first three characters of every
 * sequence skip what can't match, so that a scan costs little more than reading the text.
 */
import type { LeakHit } from '../ports.ts'
import { encodeSecret, isInvisible, type Sequence } from './encode-secret.ts'
import { CUT_MATCH, matchSequence } from './match-sequence.ts'
import { CUT_ESCAPE, escapeCode, isMark, readEscape } from './read-escape.ts'

export interface Needles {
  empty: boolean
  /** `open`: where a value may begin whose end is still to come; the text's length when there is none. */
  find(text: string): { hits: LeakHit[]; open: number }
}

/** Characters of one escape, escaped over again as often as it is read. */
const LONGEST_ESCAPE = 160

interface Needle extends Sequence {
  what: string
}

/** A form with fewer visible characters would be found by chance in any text. */
const FEWEST_CODES = 6
/** Characters that may stand between the value's own, or mean another: what follows must be read, not looked up. */
const SECOND_READ = '+%=\\&'
const THIRD_READ = `${SECOND_READ}:-,;._|0`

export function createNeedles(secrets: { name: string; value: string }[]): Needles {
  const all = secrets.flatMap(({ name, value }) =>
    encodeSecret(value)
      .filter(({ codes }) => codes.length >= FEWEST_CODES)
      .map((sequence): Needle => ({ ...sequence, what: `secret:${name}` })),
  )
  const byFirst = new Map<number, Needle[]>()
  const byPair = new Map<number, Needle[]>()
  const pairs = new Uint8Array(1 << 16)
  const triples = new Uint8Array(1 << 20)
  const lookedUp = { second: asciiExcept(SECOND_READ), third: asciiExcept(THIRD_READ) }
  for (const needle of all) {
    for (const first of spellings(needle, 0)) {
      append(byFirst, first, needle)
      for (const second of spellings(needle, 1)) {
        append(byPair, pairKey(first, second), needle)
        pairs[pairSlot(first, second)] = 1
        for (const third of spellings(needle, 2)) triples[tripleSlot(first, second, third)] = 1
      }
    }
  }

  /** Nothing begins here, as the next three characters show. True for nearly all places of nearly all texts. */
  function isOutOfQuestion(text: string, at: number, first: number): boolean {
    const second = text.charCodeAt(at + 1)
    if (first > 127 || !(second < 128) || lookedUp.second[second] === 0) return false
    if (pairs[pairSlot(first, second)] === 0) return true
    const third = text.charCodeAt(at + 2)
    return third < 128 && lookedUp.third[third] === 1 && triples[tripleSlot(first, second, third)] === 0
  }

  /** What may begin here, by this character and the next that can be seen. */
  function candidates(text: string, at: number, unit: number): Needle[] | undefined {
    if (isMark(unit)) {
      const read = readEscape(text, at)
      const meant = read < 0 ? undefined : byFirst.get(escapeCode(read))
      const literal = byFirst.get(unit)
      return meant && literal ? [...literal, ...meant] : (meant ?? literal)
    }
    if (unit <= 32 || isOutOfQuestion(text, at, unit)) return undefined
    const code = text.codePointAt(at) as number
    const list = byFirst.get(code)
    if (!list) return undefined
    let next = at + (code > 0xffff ? 2 : 1)
    while (next < text.length && isInvisible(text.charCodeAt(next))) next++
    if (next >= text.length) return list
    const second = text.codePointAt(next) as number
    return isMark(second) || second > 0xd7ff || second === 0x2b ? list : byPair.get(pairKey(code, second))
  }

  return {
    empty: all.length === 0,
    find(text) {
      const hits: LeakHit[] = []
      let open = text.length
      const tail = text.length - LONGEST_ESCAPE
      for (let at = 0; at < text.length; at++) {
        const list = candidates(text, at, text.charCodeAt(at))
        if (at >= tail && open > at && isCutShort(text, at)) open = at
        if (list === undefined) continue
        let best: LeakHit | null = null
        for (const needle of list) {
          const end = matchSequence(text, at, needle)
          if (end === CUT_MATCH) open = Math.min(open, at)
          else if (end > (best?.end ?? at)) best = { what: needle.what, ...withEdges(text, at, end, needle) }
        }
        if (best) hits.push(best)
      }
      return { hits, open }
    },
  }
}

/** The text ends inside an escape, or between the halves of a character: nobody knows yet what begins here. */
function isCutShort(text: string, at: number): boolean {
  const unit = text.charCodeAt(at)
  return isMark(unit) ? readEscape(text, at) === CUT_ESCAPE : unit >> 10 === 0x36 && at + 1 === text.length
}

/** The character at an index as it may stand in a text. */
function spellings({ codes, kind }: Needle, index: number): number[] {
  const code = codes[index]
  if (code === undefined) return []
  if (kind === 'base64' && code === 43) return [43, 45]
  if (kind === 'base64' && code === 47) return [47, 95]
  return kind === 'hex' && code >= 97 ? [code, code - 32] : [code]
}

/** The characters of base64 that hold the value's first or last bits among others are part of the hit. */
function withEdges(text: string, start: number, end: number, { edges }: Needle) {
  return {
    start: edges.before && isBase64(text, start - 1) ? start - 1 : start,
    end: edges.after && isBase64(text, end) ? end + 1 : end,
  }
}

const isBase64 = (text: string, at: number) => /[A-Za-z0-9+/_-]/.test(text.charAt(at))
const pairSlot = (first: number, second: number) => ((first & 0xff) << 8) | (second & 0xff)
const tripleSlot = (first: number, second: number, third: number) =>
  ((first << 14) ^ (second << 7) ^ third) & 0xfffff

/** One for each visible ASCII character but these. */
function asciiExcept(some: string): Uint8Array {
  return Uint8Array.from({ length: 128 }, (_, code) =>
    isInvisible(code) || some.includes(String.fromCharCode(code)) ? 0 : 1,
  )
}
const pairKey = (first: number, second: number) => first * 0x200000 + second

function append(map: Map<number, Needle[]>, key: number, needle: Needle): void {
  const list = map.get(key)
  if (!list) map.set(key, [needle])
  else if (list.at(-1) !== needle) list.push(needle)
}
