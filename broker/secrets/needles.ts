/**
 * Registered values in every usual encoding, searched at once. Tables of the first four letters of every sequence
 * skip what can't match, so that a scan costs little more than reading the text.
 */
import type { LeakHit } from '../ports.ts'
import { encodeSecret } from './encode-secret.ts'
import { createEscapeReads } from './escape-reads.ts'
import { Lists } from './key-lists.ts'
import { type LetterTables, makeLetterTables } from './letter-tables.ts'
import { matchSequence, type Tried } from './match-sequence.ts'
import { createBeginnings, type RunFrom } from './needle-beginnings.ts'
import { makePool, type NeedlePool, needleAt } from './needle-pool.ts'
import {
  BEHIND_SPACE,
  classAt,
  makeTables,
  type Needle,
  type NeedleTables,
  NOTHING,
  OTHER,
  PLAIN,
  readTables,
  THIRD,
} from './needle-tables.ts'
import { NO_PACE, type Pace } from './pace.ts'
import { CUT_ESCAPE, escapeCode, isMark, mayGrow, readEscape, readNested } from './read-escape.ts'
import { SequenceReader } from './read-sequence.ts'
import type { Sequence } from './sequence.ts'
import { TO_READ } from './side-paths.ts'
import { TextUnits } from './text-units.ts'
import { UnseenRuns } from './unseen-runs.ts'
import { LetterWalk } from './walk-letters.ts'

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

/** All that is known of some values before a text comes: arrays that threads can share. */
export interface NeedleData {
  pool: NeedlePool
  tables: NeedleTables
  letters: LetterTables
}

/** With the values that it was made of, in this order. */
export interface ReadyValues {
  values: readonly { what: string; value: string }[]
  data: NeedleData
}

/** Bit by bit; what it returns at its end is whole. */
export function* makeNeedleData(
  values: readonly { value: string }[],
  encode: (value: string) => Sequence[] = encodeSecret,
): Generator<void, NeedleData> {
  const all: Needle[] = []
  const owners: number[] = []
  for (const [at, { value }] of values.entries()) {
    for (const form of encode(value))
      if (form.codes.length >= FEWEST_CODES) {
        all.push({ ...form, what: '' })
        owners.push(at)
      }
    yield
  }
  const pool = yield* makePool(all, owners)
  return { pool, tables: yield* makeTables(all), letters: yield* makeLetterTables(all) }
}

/** Encodes what is new: making a value's forms takes milliseconds, and one value more or less is usual. */
export function encodeNew({ values, data }: ReadyValues): (value: string) => Sequence[] {
  const { pool } = data
  const forms = values.map((): number[] => [])
  for (let at = 0; at < pool.owners.length; at++) forms[pool.owners[at] as number]?.push(at)
  const known = new Map(values.map(({ value }, at) => [value, forms[at] as number[]]))
  const names = values.map(({ what }) => what)
  return (value) => known.get(value)?.map((at) => needleAt(pool, names, at)) ?? encodeSecret(value)
}

/** The same, to be looked for. */
export function* prepareNeedles(
  values: readonly { what: string; value: string }[],
  pace: Pace = NO_PACE,
  encode: (value: string) => Sequence[] = encodeSecret,
): Generator<void, Needles> {
  const data = yield* makeNeedleData(values, encode)
  return createNeedles(
    data,
    values.map(({ what }) => what),
    pace,
  )
}

/** @param names of the values, in the order in which they were given */
export function createNeedles(data: NeedleData, names: readonly string[], pace: Pace): Needles {
  const { pool, letters } = data
  const readNeedle = (at: number) => needleAt(pool, names, at)
  const tables = readTables(data.tables, readNeedle)
  const byFour = new Lists(letters.byFour, readNeedle)
  const reads = createEscapeReads()
  const room = new TextUnits()
  const tried: Tried = { units: room.load(''), reads, reader: new SequenceReader({ reads, pace }) }
  const letterWalk = new LetterWalk(letters)
  const { beginning, third, mayFollow } = createBeginnings(tables, reads)
  const { starts, pairs, byTriple, wideFirst } = tables
  const { third: plainThird } = PLAIN
  const shortest = pool.lengths.reduce((least, length) => Math.min(least, length), Number.POSITIVE_INFINITY)

  /** Calls `at` for each place where a value may begin. `goesOn`: also where there is room for a part of one only. */
  function eachBeginning(text: string, goesOn: boolean, at: At): void {
    reads.begin()
    const units = room.load(text)
    tried.units = units
    let unseen: UnseenRuns | null = null
    const runFrom = (place: number) => {
      unseen ??= new UnseenRuns(text)
      return unseen.from(place)
    }
    try {
      const last = goesOn ? text.length : text.length - shortest
      letterWalk.begin(units, text.length, goesOn)
      for (let stops = letterWalk.next(); stops > 0; stops = letterWalk.next())
        for (let stop = 0; stop < stops; stop++) {
          const place = letterWalk.places[stop] as number
          if (place > last) continue
          const four = letterWalk.fours[stop] as number
          if (four === TO_READ) readPlace(text, units, place, at, runFrom)
          else at(place, byFour.get(four) ?? [])
        }
    } finally {
      room.clear(text)
    }
  }

  /** By its first two or three signs, which are looked up, or read where they tell nothing. */
  function readPlace(text: string, units: Uint16Array, place: number, at: At, runFrom: RunFrom): void {
    const a = classAt(units, place)
    const b = classAt(units, place + 1)
    const start = starts[(a << 7) | b] as number
    if (start === NOTHING) return
    if (start === THIRD) {
      const two = (a << 14) | (b << 7)
      const c = classAt(units, place + 2)
      const list = plainThird[c] === 1 ? byTriple.get(two | c) : third(text, units, two, place + 2)
      if (list === undefined) return
      if (list !== null) {
        at(place, list)
        return
      }
    } else if (start === BEHIND_SPACE) {
      // Alone between two that stand for themselves.
      const c = classAt(units, place + 2)
      if (plainThird[c] === 1 && pairs[(a << 7) | c] === 0) return
    } else if (a === OTHER) {
      if (wideFirst[units[place] as number] === 0) return
    } else if (isMark(b) && !isMark(a)) {
      if (!mayFollow(text, place + 1, a)) return
    }
    pace.step()
    const list = beginning(text, place, units[place] as number, runFrom)
    if (list !== undefined) at(place, list)
  }

  /**
   * Adds the longest of the values that stand here. True when the text ends before one of them does.
   * @param wholeOnly whether nobody asks for those that the text cuts off
   */
  function longest(
    text: string,
    at: number,
    list: readonly Needle[],
    hits: LeakHit[],
    wholeOnly: boolean,
  ): boolean {
    let best = -1
    let found: Needle | null = null
    let cut = false
    const most = text.length - at
    for (const needle of list) {
      // Each of its characters takes one of the text at least.
      if ((wholeOnly || cut) && needle.codes.length > most) continue
      pace.step()
      const { end, open } = matchSequence(text, at, needle, tried)
      cut ||= open
      if (end > best) [best, found] = [end, needle]
    }
    if (found) hits.push({ what: found.what, ...withEdges(text, at, best, found) })
    return cut
  }

  return {
    shortest,
    find(text) {
      const hits: LeakHit[] = []
      eachBeginning(text, false, (at, list) => longest(text, at, list, hits, true))
      return hits
    },
    findOpen(text) {
      const hits: LeakHit[] = []
      let open = text.length
      eachBeginning(text, true, (at, list) => {
        if (longest(text, at, list, hits, at >= open)) open = Math.min(open, at)
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
export function withEdges(text: string, start: number, end: number, { edges }: Needle) {
  return {
    start: edges.before && isBase64(text, start - 1) ? start - 1 : start,
    end: edges.after && isBase64(text, end) ? end + 1 : end,
  }
}

const isBase64 = (text: string, at: number) => /[A-Za-z0-9+/_-]/.test(text.charAt(at))
