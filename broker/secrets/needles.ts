/**
 * Registered values in every usual encoding, searched at once. Tables of the first three characters of every sequence
 * skip what can't match, so that a scan costs little more than reading the text.
 */
import type { LeakHit } from '../ports.ts'
import { encodeSecret } from './encode-secret.ts'
import { createEscapeReads } from './escape-reads.ts'
import { isInvisible } from './invisible.ts'
import { isFramedLine } from './line-breaks.ts'
import { dressesOf, undress } from './look-alike.ts'
import { MOST_BETWEEN, matchSequence, type Tried } from './match-sequence.ts'
import { NO_PACE, type Pace } from './pace.ts'
import {
  CUT_ESCAPE,
  escapeCode,
  escapeLength,
  isMark,
  mayGrow,
  readEscape,
  readNested,
} from './read-escape.ts'
import type { Sequence } from './sequence.ts'
import { type UnseenRun, UnseenRuns } from './unseen-runs.ts'

export interface Needles {
  /** Characters of the shortest form; a shorter text holds none. Infinite when there is nothing to look for. */
  shortest: number
  /** Hits in the order of the text; those of one value may overlap those of another. */
  find(text: string): LeakHit[]
  /** `open`: where a value may begin whose end is still to come; the text's length when there is none. */
  findOpen(text: string): { hits: LeakHit[]; open: number }
}

/** Characters of one escape, escaped over again as often as it is read. */
const LONGEST_ESCAPE = 160

interface Needle extends Sequence {
  what: string
}

type RunFrom = (place: number) => UnseenRun
/** So many characters that can't be seen are read one by one, before the whole run is looked at. */
const READ_SINGLY = 4
/** A form with fewer visible characters would be found by chance in any text. */
const FEWEST_CODES = 6
/** Characters that may stand between the value's own, or mean another: what follows must be read, not looked up. */
const SECOND_READ = '+%=\\&'
const THIRD_READ = `${SECOND_READ}:-,;._|0`
const FOURTH_READ = `${THIRD_READ}"'\``
const SEPARATES = ' :-,;._|'
/** What an ASCII character may be at the beginning of a value. */
const [BEGINS, MARK] = [1, 2]
const [SPACE, PLUS, COMMA, UNDERSCORE, ESC] = [32, 43, 44, 95, 27]
const isLineEnd = (unit: number) => unit === 10 || unit === 13

export function createNeedles(
  values: readonly { what: string; value: string }[],
  pace: Pace = NO_PACE,
  encode: (value: string) => Sequence[] = encodeSecret,
): Needles {
  const all = values.flatMap(({ what, value }) =>
    encode(value)
      .filter(({ codes }) => codes.length >= FEWEST_CODES)
      .map((sequence): Needle => ({ ...sequence, what })),
  )
  const tables = makeTables(all)
  const tried: Tried = { reads: createEscapeReads(), pace }
  const { reads } = tried
  const { first, pairs, triples, fours, byTriple, wideFirst } = tables
  const { second: plainSecond, third: plainThird, fourth: plainFourth, separates } = PLAIN

  /** Calls `at` for each place where a value may begin. The loop that every character of every text goes through. */
  function eachBeginning(text: string, at: (place: number, list: readonly Needle[]) => void): void {
    reads.begin()
    let unseen: UnseenRuns | null = null
    const runFrom = (place: number) => {
      unseen ??= new UnseenRuns(text)
      return unseen.from(place)
    }
    for (let place = 0; place < text.length; place++) {
      const a = text.charCodeAt(place)
      if (a < 128) {
        const role = first[a] as number
        if (role === 0) continue
        if (role === BEGINS) {
          const b = text.charCodeAt(place + 1)
          if (b < 128 && plainSecond[b] === 1) {
            if (pairs[(a << 7) | b] === 0) continue
            const c = text.charCodeAt(place + 2)
            if (c < 128 && plainThird[c] === 1) {
              const key = (a << 14) | (b << 7) | c
              if (((triples[key >> 3] as number) & (1 << (key & 7))) === 0) continue
              const d = text.charCodeAt(place + 3)
              if (d < 128 && plainFourth[d] === 1 && !mayBeFour(key, d)) continue
              at(place, byTriple.get(key) as Needle[])
              continue
            }
            if (c < 128 && separates[c] === 1 && isMiss(a, b, c, text.charCodeAt(place + 3))) continue
          } else if (b === SPACE) {
            // Alone between two that stand for themselves.
            const c = text.charCodeAt(place + 2)
            if (c < 128 && plainSecond[c] === 1 && pairs[(a << 7) | c] === 0) continue
          }
        }
      } else if (wideFirst[a] === 0) continue
      pace.step()
      const list = candidates(text, place, a, runFrom)
      if (list !== undefined) at(place, list)
    }
  }

  /** The third character separates, or is the value's own; the fourth stands for itself. */
  function isMiss(a: number, b: number, c: number, d: number): boolean {
    if (!(d < 128) || plainThird[d] === 0) return false
    const two = (a << 14) | (b << 7)
    return !isTriple(two | c) && !isTriple(two | d) && !(c === SPACE && isTriple(two | COMMA))
  }
  function isTriple(key: number): boolean {
    return ((triples[key >> 3] as number) & (1 << (key & 7))) !== 0
  }
  function mayBeFour(triple: number, fourth: number): boolean {
    const key = fourKey(triple, fourth)
    return ((fours[key >> 3] as number) & (1 << (key & 7))) !== 0
  }

  /** What may begin here, by this character and the next that can be seen. */
  function candidates(
    text: string,
    at: number,
    unit: number,
    runFrom: RunFrom,
  ): readonly Needle[] | undefined {
    if (!isMark(unit)) {
      const code = text.codePointAt(at) as number
      return narrowed(text, code, at + (code > 0xffff ? 2 : 1), runFrom)
    }
    const read = reads.read(text, at)
    const meant = read < 0 ? undefined : narrowed(text, escapeCode(read), at + escapeLength(read), runFrom)
    // The mark may stand for itself, escaped over and over or not; or its own signs are escaped in another way.
    const inner = read >= 0 && isMark(escapeCode(read)) ? nested(text, at, read, runFrom) : undefined
    return joined(joined(tables.byFirst.get(unit), meant), inner)
  }

  function nested(text: string, at: number, read: number, runFrom: RunFrom): readonly Needle[] | undefined {
    const said = reads.nested(text, at, read)
    return said < 0 ? undefined : narrowed(text, escapeCode(said), at + escapeLength(said), runFrom)
  }

  /** By the next character that can be seen, plain or escaped. */
  function narrowed(
    text: string,
    met: number,
    after: number,
    runFrom: RunFrom,
  ): readonly Needle[] | undefined {
    const code = met > 127 && !tables.byFirst.has(met) ? undress(met) : met
    const list = tables.byFirst.get(code)
    if (!list) return undefined
    const begins = (second: number) => tables.byPair.has(pairKey(code, second))
    /** By the tags that were passed over, each of which may be the next character as well. */
    let byTags: readonly Needle[] | undefined
    const tags: number[] = []
    for (let next = after, passed = 0; next < text.length; passed++) {
      if (passed === READ_SINGLY) {
        const run = runFrom(next)
        if ([...run.marks].some((mark) => begins(mark.charCodeAt(0)))) return list
        next = run.end
        passed += run.count
      }
      // The matcher does not pass over more than that either.
      if (passed > MOST_BETWEEN) return byTags
      if (next === text.length) break
      const unit = text.charCodeAt(next)
      if (isMark(unit)) {
        const read = reads.read(text, next)
        if (read === CUT_ESCAPE || mayGrow(text, next, read)) return list
        if (read >= 0 && isMark(escapeCode(read))) {
          const said = markSays(text, next, read, code)
          return said === null ? list : joined(byTags, said)
        }
        if (read < 0) return joined(byTags, tables.byPair.get(pairKey(code, unit)))
        if (undress(escapeCode(read)) !== escapeCode(read)) return list
        if (!isInvisible(escapeCode(read))) return joined(byTags, either(code, escapeCode(read), unit))
        // White space, or the value has a backslash and an n in it.
        if (begins(unit)) return list
        next += escapeLength(read)
      } else if (isInvisible(unit)) {
        if (unit === ESC || (isLineEnd(unit) && isFramedLine(text, next))) return list
        next++
      } else if ((unit === PLUS || unit === UNDERSCORE) && tables.spaced) return list
      else if (unit < 0x80) return joined(byTags, tables.byPair.get(pairKey(code, unit)))
      else {
        const other = text.codePointAt(next) as number
        const sign = undress(other)
        if (sign === other)
          return unit > 0xd7ff ? list : joined(byTags, tables.byPair.get(pairKey(code, unit)))
        // A tag stands for a sign and can't be seen either.
        if (!isInvisible(other)) return joined(byTags, either(code, sign, other))
        if (!tags.includes(sign)) byTags = joined(byTags, tables.byPair.get(pairKey(code, sign)))
        tags.push(sign)
        next += other > 0xffff ? 2 : 1
      }
    }
    return list
  }

  /** A mark that is escaped may stand for itself, or begin an escape; null where what follows must be read to know. */
  function markSays(
    text: string,
    at: number,
    read: number,
    code: number,
  ): readonly Needle[] | undefined | null {
    const mark = either(code, escapeCode(read), text.charCodeAt(at))
    const said = reads.nested(text, at, read)
    if (said === CUT_ESCAPE) return null
    if (said < 0) return mark
    const meant = escapeCode(said)
    if (isInvisible(meant) || undress(meant) !== meant) return null
    return joined(mark, tables.byPair.get(pairKey(code, meant)))
  }

  /** A mark may mean what its escape says, or itself. */
  function either(code: number, meant: number, mark: number): readonly Needle[] | undefined {
    const first = tables.byPair.get(pairKey(code, meant))
    const other = meant === mark ? undefined : tables.byPair.get(pairKey(code, mark))
    return first && other ? [...first, ...other] : (first ?? other)
  }

  return {
    shortest: all.reduce((least, { codes }) => Math.min(least, codes.length), Number.POSITIVE_INFINITY),
    find(text) {
      const hits: LeakHit[] = []
      eachBeginning(text, (at, list) => longest(text, at, list, hits, tried))
      return hits
    },
    findOpen(text) {
      const hits: LeakHit[] = []
      let open = text.length
      eachBeginning(text, (at, list) => {
        if (longest(text, at, list, hits, tried)) open = Math.min(open, at)
      })
      for (let at = Math.max(0, text.length - LONGEST_ESCAPE); at < open; at++)
        if (isCutShort(text, at)) open = at
      return { hits, open }
    },
  }
}

function joined(
  one: readonly Needle[] | undefined,
  other: readonly Needle[] | undefined,
): readonly Needle[] | undefined {
  return one && other ? [...one, ...other] : (one ?? other)
}

/** Adds the longest of the values that stand here. True when the text ends before one of them does. */
function longest(text: string, at: number, list: readonly Needle[], hits: LeakHit[], tried: Tried): boolean {
  let best = -1
  let found: Needle | null = null
  let cut = false
  for (const needle of list) {
    tried.pace.step()
    const { end, open } = matchSequence(text, at, needle, tried)
    cut ||= open
    if (end > best) [best, found] = [end, needle]
  }
  if (found) hits.push({ what: found.what, ...withEdges(text, at, best, found) })
  return cut
}

interface Tables {
  byFirst: Map<number, Needle[]>
  byPair: Map<number, Needle[]>
  /** The role of each ASCII character. */
  first: Uint8Array
  /** One for each pair of ASCII characters with which a value begins. */
  pairs: Uint8Array
  /** A bit for each three. */
  triples: Uint8Array
  /** A bit for some of all fours: it may be set for another with the same key. */
  fours: Uint8Array
  byTriple: Map<number, Needle[]>
  /** One for each 16 bits of another character that begin a value. */
  wideFirst: Uint8Array
  /** A value has a space in it, which a plus may stand for. */
  spaced: boolean
}

function makeTables(all: readonly Needle[]): Tables {
  const tables: Tables = {
    byFirst: new Map(),
    byPair: new Map(),
    first: new Uint8Array(128),
    pairs: new Uint8Array(1 << 14),
    triples: new Uint8Array(all.length === 0 ? 0 : 1 << 18),
    fours: new Uint8Array(all.length === 0 ? 0 : 1 << 17),
    byTriple: new Map(),
    wideFirst: new Uint8Array(all.length === 0 ? 0 : 1 << 16),
    spaced: all.some(({ spaced }) => spaced),
  }
  for (const needle of all)
    for (const first of spellings(needle, 0)) {
      append(tables.byFirst, first, needle)
      if (first < 128) tables.first[first] = BEGINS
      // A character beyond 16 bits is met by its first half.
      for (const wide of first < 128 ? dressesOf(first) : [first])
        tables.wideFirst[String.fromCodePoint(wide).charCodeAt(0)] = 1
      for (const second of spellings(needle, 1)) addSecond(tables, needle, first, second)
    }
  if (all.length > 0) for (const mark of '%=\\&') tables.first[mark.charCodeAt(0)] = MARK
  return tables
}

function addSecond(tables: Tables, needle: Needle, first: number, second: number): void {
  append(tables.byPair, pairKey(first, second), needle)
  if (first > 127 || second > 127) return
  tables.pairs[(first << 7) | second] = 1
  for (const third of spellings(needle, 2)) {
    if (third > 127) continue
    const key = (first << 14) | (second << 7) | third
    tables.triples[key >> 3] = (tables.triples[key >> 3] as number) | (1 << (key & 7))
    append(tables.byTriple, key, needle)
    for (const fourth of spellings(needle, 3)) {
      if (fourth > 127) continue
      const four = fourKey(key, fourth)
      tables.fours[four >> 3] = (tables.fours[four >> 3] as number) | (1 << (four & 7))
    }
  }
}

/** The text ends inside an escape, or between the halves of a character: nobody knows yet what begins here. */
function isCutShort(text: string, at: number): boolean {
  const unit = text.charCodeAt(at)
  if (!isMark(unit)) return unit >> 10 === 0x36 && at + 1 === text.length
  const read = readEscape(text, at)
  if (read === CUT_ESCAPE || mayGrow(text, at, read)) return true
  return read >= 0 && isMark(escapeCode(read)) && readNested(text, at, read) === CUT_ESCAPE
}

/** The character at an index as it may stand in a text. */
function spellings({ codes, kind }: Needle, index: number): number[] {
  const code = codes[index]
  if (code === undefined) return []
  if (kind === 'base64' && code === 43) return [43, 45]
  if (kind === 'base64' && code === 47) return [47, 95]
  if (kind === 'base32' && code >= 65) return [code, code + 32]
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

/** One for each visible ASCII character that stands for itself and separates nothing. */
const PLAIN = {
  second: asciiExcept(SECOND_READ),
  third: asciiExcept(THIRD_READ),
  fourth: asciiExcept(FOURTH_READ),
  /** What stands alone between two characters, or is one itself. */
  separates: Uint8Array.from({ length: 128 }, (_, code) =>
    SEPARATES.includes(String.fromCharCode(code)) ? 1 : 0,
  ),
}
function asciiExcept(some: string): Uint8Array {
  return Uint8Array.from({ length: 128 }, (_, code) =>
    isInvisible(code) || some.includes(String.fromCharCode(code)) ? 0 : 1,
  )
}
/** 20 bits of 28, well mixed. */
const fourKey = (triple: number, fourth: number) => Math.imul((triple << 7) | fourth, 0x9e3779b1) >>> 12
const pairKey = (first: number, second: number) => first * 0x200000 + second

function append(map: Map<number, Needle[]>, key: number, needle: Needle): void {
  const list = map.get(key)
  if (!list) map.set(key, [needle])
  else if (list.at(-1) !== needle) list.push(needle)
}
