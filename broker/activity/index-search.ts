/**
 * Row numbers that fit a search, newest first, volume by volume. What words give and what parts give lies in two tables;
 * SQLite merges both lists itself, which costs a tenth of what it costs to take their numbers out one by one. Where one
 * of them holds only a few numbers of a volume, reading those entries says it sooner than going through the other.
 */
import type { DatabaseSync, SQLInputValue, StatementSync } from 'node:sqlite'
import { VOLUME_ENTRIES, volumeOf } from './index-schema.ts'
import { quote } from './index-terms.ts'

/** FTS5 expressions, '' for none; not both of them. */
export interface Asked {
  words: string
  parts: string
}
export interface Candidate {
  seq: number
  /** The index says so of all that is asked; else the entry has to be read to know. */
  sure: boolean
}
/** After each volume it gives the number down to which it has come: a place to stop at. */
export type Candidates = Generator<Candidate | number, void>

/** Numbers of one list in one volume that are read, instead of held against the other list. */
const FEW = 24

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

  function* volumes(top: number, downTo: number): Generator<{ id: number; from: number }> {
    for (let from = top; from >= downTo; ) {
      const found = volumeBelow.get(volumeOf(from))?.id
      if (found == null || Number(found) < volumeOf(Math.max(0, downTo))) return
      const id = Number(found)
      yield { id, from }
      from = Math.min(from, id * VOLUME_ENTRIES) - 1
    }
  }
  function* inVolume(
    id: number,
    { words, parts }: Asked,
    [from, downTo]: [number, number],
    counting: () => boolean,
  ): Candidates {
    const lists = [
      ...(words === '' ? [] : [{ select: selectOf(`word_${id}`), expression: words }]),
      ...(parts === '' ? [] : [{ select: selectOf(`part_${id}`), expression: parts }]),
    ]
    if (lists.length > 1 && !counting())
      for (const { select, expression } of lists) {
        const few = [...rows(`${select} ${FALLING} LIMIT ${FEW + 1}`, expression, from, downTo)]
        if (few.length > FEW) continue
        for (const [seq] of few) yield { seq: Number(seq), sure: false }
        return
      }
    const sql = `${lists.map(({ select }) => select).join(' INTERSECT ')} ${FALLING}`
    const values = lists.flatMap(({ expression }) => [expression, from, downTo])
    for (const [seq] of rows(sql, ...values)) yield { seq: Number(seq), sure: true }
  }
  return {
    *find(asked, top, downTo, counting = () => false) {
      for (const { id, from } of volumes(top, downTo)) {
        yield* inVolume(id, asked, [from, downTo], counting)
        yield Math.max(downTo, id * VOLUME_ENTRIES)
      }
    },
    spacing(run, top) {
      let read = 0
      for (const { id, from } of volumes(top, 1))
        for (const [seq] of rows(`${selectOf(`part_${id}`)} ${FALLING}`, quote(run), from, 1))
          if (++read === FIRST) return (top + 1 - Number(seq)) / FIRST
      return top / Math.max(1, read)
    },
  }
}

const selectOf = (table: string) =>
  `SELECT rowid FROM ${table} WHERE ${table} MATCH ? AND rowid <= ? AND rowid >= ?`
const FALLING = 'ORDER BY 1 DESC'

export type Rows = (sql: string, ...values: SQLInputValue[]) => Generator<unknown[], void>

/** Statements are kept, and lent to one reader at a time: one that is begun elsewhere would end here. */
export function lend(db: DatabaseSync): Rows {
  const free = new Map<string, StatementSync[]>()
  return function* (sql, ...values) {
    const statement = free.get(sql)?.pop() ?? db.prepare(sql)
    statement.setReturnArrays(true)
    try {
      yield* statement.iterate(...values) as unknown as Iterable<unknown[]>
    } finally {
      const others = free.get(sql) ?? []
      free.set(sql, others)
      others.push(statement)
    }
  }
}
