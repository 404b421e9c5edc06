/**
 * Registered values in every usual encoding, searched at once. Tables of the first three characters of every sequence
 * skip what can't match, so that a scan costs little more than reading the text.
 */
import type { LeakHit } from '../ports.ts'
import { encodeSecret } from './encode-secret.ts'
import { createEscapeReads } from './escape-reads.ts'
import { matchSequence, type Tried } from './match-sequence.ts'
import { createBeginnings } from './needle-beginnings.ts'
import {
  BEHIND_SPACE,
  classAt,
  fourKey,
  makeTables,
  type Needle,
  type NeedleTables,
  NOTHING,
  OTHER,
  PLAIN,
  THIRD,
} from './needle-tables.ts'
import { NO_PACE, type Pace } from './pace.ts'
import { CUT_ESCAPE, escapeCode, isMark, mayGrow, readEscape, readNested } from './read-escape.ts'
import { SequenceReader } from './read-sequence.ts'
import type { Sequence } from './sequence.ts'
import { TextUnits } from './text-units.ts'
import { UnseenRuns } from './unseen-runs.ts'

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

type At = (place: number, list: readonly Needle[]) => void
/** A form with fewer visible characters would be found by chance in any text. */
const FEWEST_CODES = 6

/** Bit by bit; what it returns at its end is whole. */
export function* prepareNeedles(
  values: readonly { what: string; value: string }[],
  pace: Pace = NO_PACE,
  encode: (value: string) => Sequence[] = encodeSecret,
): Generator<void, Needles> {
  const all: Needle[] = []
  for (const { what, value } of values) {
    for (const sequence of encode(value))
      if (sequence.codes.length >= FEWEST_CODES) all.push({ ...sequence, what })
    yield
  }
  return createNeedles(all, yield* makeTables(all), pace)
}

function createNeedles(all: readonly Needle[], tables: NeedleTables, pace: Pace): Needles {
  const reads = createEscapeReads()
  const room = new TextUnits()
  const tried: Tried = { units: room.load(''), reads, reader: new SequenceReader({ reads, pace }) }
  const { beginning, third } = createBeginnings(tables, reads)
  const { starts, pairs, triples, fours, byTriple, wideFirst } = tables
  const { third: plainThird, fourth: plainFourth, second: plainSecond, marks } = PLAIN

  /** Calls `at` for each place where a value may begin. */
  function eachBeginning(text: string, at: At): void {
    reads.begin()
    tried.units = room.load(text)
    try {
      walk(text, tried.units, at)
    } finally {
      room.clear(text)
    }
  }

  /** The loop that every character of every text goes through. */
  function walk(text: string, units: Uint16Array, at: At): void {
    let unseen: UnseenRuns | null = null
    const runFrom = (place: number) => {
      unseen ??= new UnseenRuns(text)
      return unseen.from(place)
    }
    let b = classAt(units, 0)
    for (let place = 0; place < text.length; place++) {
      const a = b
      b = classAt(units, place + 1)
      const start = starts[(a << 7) | b] as number
      if (start === NOTHING) continue
      if (start === THIRD) {
        const two = (a << 14) | (b << 7)
        const c = classAt(units, place + 2)
        if (plainThird[c] === 1) {
          if (!isTriple(two | c)) continue
          const d = classAt(units, place + 3)
          if (plainFourth[d] === 1 && !mayBeFour(two | c, d)) continue
          at(place, byTriple.get(two | c) as Needle[])
          continue
        }
        const list = third(text, units, two, place + 2)
        if (list === undefined) continue
        if (list !== null) {
          at(place, list)
          continue
        }
      } else if (start === BEHIND_SPACE) {
        // Alone between two that stand for themselves.
        const c = classAt(units, place + 2)
        if (plainSecond[c] === 1 && pairs[(a << 7) | c] === 0) continue
      } else if (a === OTHER) {
        if (wideFirst[units[place] as number] === 0) continue
      } else if (pairs[(a << 7) | b] === 0 && marks[(b << 7) | classAt(units, place + 2)] === 1 && !isMark(a))
        continue
      pace.step()
      const list = beginning(text, place, units[place] as number, runFrom)
      if (list !== undefined) at(place, list)
    }
  }

  function isTriple(key: number): boolean {
    return ((triples[key >> 3] as number) & (1 << (key & 7))) !== 0
  }
  function mayBeFour(triple: number, fourth: number): boolean {
    const key = fourKey(triple, fourth)
    return ((fours[key >> 3] as number) & (1 << (key & 7))) !== 0
  }

  /** Adds the longest of the values that stand here. True when the text ends before one of them does. */
  function longest(text: string, at: number, list: readonly Needle[], hits: LeakHit[]): boolean {
    let best = -1
    let found: Needle | null = null
    let cut = false
    for (const needle of list) {
      pace.step()
      const { end, open } = matchSequence(text, at, needle, tried)
      cut ||= open
      if (end > best) [best, found] = [end, needle]
    }
    if (found) hits.push({ what: found.what, ...withEdges(text, at, best, found) })
    return cut
  }

  return {
    shortest: all.reduce((least, { codes }) => Math.min(least, codes.length), Number.POSITIVE_INFINITY),
    find(text) {
      const hits: LeakHit[] = []
      eachBeginning(text, (at, list) => longest(text, at, list, hits))
      return hits
    },
    findOpen(text) {
      const hits: LeakHit[] = []
      let open = text.length
      eachBeginning(text, (at, list) => {
        if (longest(text, at, list, hits)) open = Math.min(open, at)
      })
      for (let at = Math.max(0, text.length - LONGEST_ESCAPE); at < open; at++)
        if (isCutShort(text, at)) open = at
      return { hits, open }
    },
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

/** The characters of base64 that hold the value's first or last bits among others are part of the hit. */
function withEdges(text: string, start: number, end: number, { edges }: Needle) {
  return {
    start: edges.before && isBase64(text, start - 1) ? start - 1 : start,
    end: edges.after && isBase64(text, end) ? end + 1 : end,
  }
}

const isBase64 = (text: string, at: number) => /[A-Za-z0-9+/_-]/.test(text.charAt(at))
