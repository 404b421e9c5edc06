/** What words give and what parts give, held against each other by SQLite or by reading: the same rows, each once. */
import { DatabaseSync } from 'node:sqlite'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { fc } from '../../build/properties.ts'
import { dropVolume, INDEX_SCHEMA, makeVolume } from './index-schema.ts'
import { type Asked, type Candidate, createIndexSearch, type IndexSearch, lend } from './index-search.ts'
import { VOLUME_ENTRIES } from './volume.ts'

const db = new DatabaseSync(':memory:')
const others: DatabaseSync[] = []
let search: IndexSearch
/** Rows over two volumes: which have the word and which have the run. */
const FIRST = VOLUME_ENTRIES - 300
const ROWS = Array.from({ length: 600 }, (_, n) => FIRST + n)
const has = {
  common: (seq: number) => seq % 2 === 0,
  other: (seq: number) => seq % 3 === 0,
  rare: (seq: number) => seq % 97 === 0,
}
type Term = keyof typeof has
const terms = Object.keys(has) as Term[]

function makeIndex(db: DatabaseSync): IndexSearch {
  db.exec(INDEX_SCHEMA)
  for (const seq of ROWS) {
    const volume = Math.floor(seq / VOLUME_ENTRIES)
    makeVolume(db, volume)
    const own = terms.filter((term) => has[term](seq))
    for (const kind of ['word', 'part'])
      db.prepare(`INSERT INTO ${kind}_${volume} (rowid, text) VALUES (?, ?)`).run(seq, own.join(' '))
  }
  return createIndexSearch(db)
}
beforeAll(() => {
  search = makeIndex(db)
})
afterAll(() => {
  for (const each of [db, ...others]) each.close()
})

/** Those that are sure, and those that are left when the others were read. */
function found(asked: Asked, wanted: (seq: number) => boolean, from: number, downTo: number, counts = false) {
  const seqs: number[] = []
  let read = 0
  for (const candidate of search.find(asked, from, downTo, () => counts)) {
    if (typeof candidate === 'number') continue
    if (!candidate.sure) read++
    if (candidate.sure || wanted(candidate.seq)) seqs.push(candidate.seq)
  }
  return { seqs, read }
}

describe('a search in the index', () => {
  it('finds what has both, the newest first, between any two numbers', () => {
    const aNumber = fc.constantFrom(
      0,
      FIRST + 10,
      VOLUME_ENTRIES - 1,
      VOLUME_ENTRIES,
      FIRST + 450,
      FIRST + 900,
    )
    const aTerm = fc.constantFrom(...terms)
    fc.assert(
      fc.property(aTerm, aTerm, aNumber, aNumber, fc.boolean(), (word, run, from, downTo, counts) => {
        const wanted = (seq: number) => has[word](seq) && has[run](seq)
        const asked = { words: [word], runs: [run.slice(0, 3)] }
        const inRange = ROWS.filter((seq) => seq <= from && seq >= downTo && wanted(seq))
        expect(found(asked, wanted, from, downTo, counts).seqs).toEqual(inRange.reverse())
      }),
    )
  })

  it('has entries read where one list holds few numbers, and none where only their number counts', () => {
    const asked = { words: ['rare'], runs: ['com'] }
    const wanted = (seq: number) => has.rare(seq) && has.common(seq)
    expect(found(asked, wanted, ROWS.at(-1) ?? 0, FIRST).read).toBe(ROWS.filter(has.rare).length)
    expect(found(asked, wanted, ROWS.at(-1) ?? 0, FIRST, true).read).toBe(0)
  })

  it('goes on in what is left when a volume is removed while others have their turn', () => {
    const other = new DatabaseSync(':memory:')
    others.push(other)
    const found = makeIndex(other).find({ words: ['common'] }, ROWS.at(-1) ?? 0, FIRST)
    const seqs = [found.next().value as Candidate].map(({ seq }) => seq)
    dropVolume(other, 1)
    for (const candidate of found) if (typeof candidate !== 'number') seqs.push(candidate.seq)
    const wanted = ROWS.filter(has.common).reverse()
    const below = wanted.filter((seq) => seq < VOLUME_ENTRIES)
    expect(seqs.slice(-below.length)).toEqual(below)
    expect(seqs.length).toBeLessThan(wanted.length)
    expect(seqs).toEqual([...wanted.slice(0, seqs.length - below.length), ...below])
  })

  it('fails when the index is damaged', () => {
    const other = new DatabaseSync(':memory:')
    others.push(other)
    const damaged = makeIndex(other)
    other.exec('DROP TABLE word_1')
    expect(() => [...damaged.find({ words: ['common'] }, ROWS.at(-1) ?? 0, FIRST)]).toThrow('word_1')
  })

  it('goes on beside another that asks the same', () => {
    const rows = lend(db)
    const sql = 'SELECT rowid FROM word_1 WHERE word_1 MATCH ? ORDER BY 1 DESC'
    const [one, other] = [rows(sql, '"common"'), rows(sql, '"common"')]
    const pairs = Array.from({ length: 20 }, () => [one.next().value, other.next().value])
    expect(pairs.every(([a, b]) => String(a) === String(b) && a !== undefined)).toBe(true)
    one.return()
    other.return()
  })

  it('knows how far apart the entries with a run lie', () => {
    expect(search.spacing('com', ROWS.at(-1) ?? 0)).toBeCloseTo(2, 0)
    expect(search.spacing('rar', ROWS.at(-1) ?? 0)).toBeGreaterThan(90)
  })
})
