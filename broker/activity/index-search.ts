/**
 * Row numbers that fit a search, newest first, volume by volume. Terms that many entries have are maps of bits where a
 * volume is whole; the other lists of words and of parts lie in two tables. SQLite merges these itself, which costs a
 * tenth of what it costs to take their numbers out one by one. Where one of them holds only a few numbers of a volume,
 * reading those entries says it sooner than going through the other.
 */
import type { DatabaseSync, SQLInputValue, StatementSync } from 'node:sqlite'
import { inOneReading } from './archive.ts'
import { type CommonTerm, fallingBits, hasBit, readCommonTerms, type TermKind } from './common-terms.ts'
import { quote } from './index-terms.ts'
import { VOLUME_ENTRIES, volumeOf } from './volume.ts'

/** What a row must have, all of it. */
export interface Asked {
  /** Of the index of words. */
  words?: string[]
  /** One of each group, of the index of words. */
  anyOf?: string[][]
  /** Beginnings of terms of the index of words. */
  beginnings?: string[]
  /** Of three characters. */
  runs?: string[]
  /** Runs that nearly every entry has: they are asked for only where that costs nothing. */
  dullRuns?: string[]
}
export interface Candidate {
  seq: number
  /** The index says so of all that is asked; else the entry has to be read to know. */
  sure: boolean
}
/** After each volume it gives the number down to which it has come: a place to stop at. */
export type Candidates = Generator<Candidate | number, void>

/** Numbers of one list in one volume that are read, instead of being held against the others. */
const FEW = 24
/** Entries that are read in the time that it takes to unpack a map. */
const READ_AS_SOON = 3

interface List {
  select: string
  expression: string
}
type Range = [from: number, downTo: number]

export interface IndexSearch {
  /** From `from` down to `downTo`. Once numbers are only `counting`, none are read that need not be. */
  find(asked: Asked, from: number, downTo: number, counting?: () => boolean): Candidates
  /** How many entries lie from one with this run of three characters to the next: by the newest ones up to `from`. */
  spacing(run: string, from: number): number
}

/** Numbers by which a run's density is known. */
const FIRST = 32

export function createIndexSearch(db: DatabaseSync): IndexSearch {
  const volumeBelow = db.prepare('SELECT max(id) AS id FROM volume WHERE id <= ?')
  const rows = lend(db)
  const common = readCommonTerms(db)

  function* volumes(top: number, downTo: number): Generator<{ id: number; from: number }> {
    for (let from = top; from >= downTo; ) {
      const found = volumeBelow.get(volumeOf(from))?.id
      if (found == null || Number(found) < volumeOf(Math.max(0, downTo))) return
      const id = Number(found)
      yield { id, from }
      from = Math.min(from, id * VOLUME_ENTRIES) - 1
    }
  }
  /** What of it is common in a volume, of each group one, and the lists of the rest. */
  function split(id: number, { words = [], anyOf = [], beginnings = [], runs = [], dullRuns = [] }: Asked) {
    const mapped: CommonTerm[][] = []
    const isMapped = (kind: TermKind, terms: string[]): boolean => {
      if (!terms.every((term) => common.has(id, kind, term))) return false
      mapped.push(terms.map((term) => ({ kind, term })))
      return true
    }
    const ofWords = [
      ...words.filter((term) => !isMapped('word', [term])).map(quote),
      ...anyOf
        .filter((group) => !isMapped('word', group))
        .map((group) => `(${group.map(quote).join(' OR ')})`),
      ...beginnings.map((beginning) => `${quote(beginning)} *`),
    ]
    const ofParts = runs.filter((run) => !isMapped('part', [run])).map(quote)
    const lists: List[] = []
    if (ofWords.length > 0) lists.push({ select: selectOf(`word_${id}`), expression: ofWords.join(' AND ') })
    if (ofParts.length > 0) lists.push({ select: selectOf(`part_${id}`), expression: ofParts.join(' AND ') })
    // Beside a list that is not long they cost more than reading what they would spare.
    if (lists.length === 0) for (const run of dullRuns) isMapped('part', [run])
    return { mapped, lists }
  }
  /**
   * What is gone through in a volume. In one transaction: it is seen as it is at one moment, and to begin and end one for
   * each look would take as long as the looks.
   */
  function* inVolume(id: number, asked: Asked, [from, downTo]: Range, counting: () => boolean): Candidates {
    const { seqs, map, sure, late } = inOneReading(db, () => {
      const { mapped, lists } = split(id, asked)
      const late = mapped.length > 0 ? common.lateOf(id) : []
      const map = () => (mapped.length === 0 ? null : common.mapOf(id, mapped, late))
      if (lists.length + mapped.length > 1 && !counting())
        for (const { select, expression } of lists) {
          const few = numbers(select, FEW + 1, expression, from, downTo)
          if (few.length > FEW) continue
          const areFewer = few.length <= mapped.length * READ_AS_SOON
          return { seqs: few, map: areFewer ? null : map(), sure: false, late }
        }
      const all = map()
      if (lists.length > 0) return { seqs: listed(lists, from, downTo), map: all, sure: true, late }
      return { seqs: all === null ? [] : fallingBits(all, id, from, downTo), map: null, sure: true, late }
    })
    const isLate = new Set(late)
    for (const seq of seqs)
      if (map === null || hasBit(map, seq)) yield { seq, sure: sure && !isLate.has(seq) }
  }
  /** Numbers that all lists have, falling. */
  function* listed(lists: List[], from: number, downTo: number): Generator<number> {
    const select = lists.map(({ select }) => select).join(' INTERSECT ')
    let top = from
    for (let size = PIECE; ; size = Math.min(4 * size, LARGEST)) {
      const piece = numbers(select, size, ...lists.flatMap(({ expression }) => [expression, top, downTo]))
      yield* piece
      if (piece.length < size) return
      top = (piece.at(-1) ?? 0) - 1
    }
  }
  /** The first of them, falling. One by one they would take three times as long. */
  const numbers = (select: string, most: number, ...values: SQLInputValue[]): number[] =>
    rows.all(`${select} ${FALLING} LIMIT ${most}`, ...values).map(([seq]) => Number(seq))
  return {
    *find(asked, top, downTo, counting = () => false) {
      if (asked.anyOf?.some((group) => group.length === 0)) return
      for (const { id, from } of volumes(top, downTo)) {
        try {
          yield* inVolume(id, asked, [from, downTo], counting)
        } catch (error) {
          // What was removed while others had their turn has nothing left to be found.
          if (volumeBelow.get(from)?.id === id) throw error
        }
        yield Math.max(downTo, id * VOLUME_ENTRIES)
      }
    },
    spacing(run, top) {
      let read = 0
      for (const { id, from } of volumes(top, 1))
        for (const seq of numbers(selectOf(`part_${id}`), FIRST, quote(run), from, 1))
          if (++read === FIRST) return (top + 1 - seq) / FIRST
      return top / Math.max(1, read)
    },
  }
}

/** Numbers of the first piece of a list, and of the largest: a few milliseconds. */
const PIECE = 64
const LARGEST = 4_096
const selectOf = (table: string) =>
  `SELECT rowid FROM ${table} WHERE ${table} MATCH ? AND rowid <= ? AND rowid >= ?`
const FALLING = 'ORDER BY 1 DESC'

export interface Rows {
  (sql: string, ...values: SQLInputValue[]): Generator<unknown[], void>
  all(sql: string, ...values: SQLInputValue[]): unknown[][]
}

/** Statements are kept, and lent to one reader at a time: one that is begun elsewhere would end here. */
export function lend(db: DatabaseSync): Rows {
  const free = new Map<string, StatementSync[]>()
  const borrow = (sql: string) => {
    const statement = free.get(sql)?.pop() ?? db.prepare(sql)
    statement.setReturnArrays(true)
    return statement
  }
  const giveBack = (sql: string, statement: StatementSync) => {
    const others = free.get(sql) ?? []
    free.set(sql, others)
    others.push(statement)
  }
  function* each(sql: string, ...values: SQLInputValue[]): Generator<unknown[], void> {
    const statement = borrow(sql)
    try {
      yield* statement.iterate(...values) as unknown as Iterable<unknown[]>
    } finally {
      giveBack(sql, statement)
    }
  }
  return Object.assign(each, {
    all(sql: string, ...values: SQLInputValue[]) {
      const statement = borrow(sql)
      try {
        return statement.all(...values) as unknown as unknown[][]
      } finally {
        giveBack(sql, statement)
      }
    },
  })
}
