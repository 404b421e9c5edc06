/**
 * What the index finds is what reading every entry finds, for entries and queries that nobody thought of: across two
 * volumes, merged or not, with outcomes that come late and a tail that is not indexed yet.
 */
import { mkdtempSync, rmSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { times } from '../../build/how-deep.ts'
import { fc } from '../../build/properties.ts'
import { ActivityQuery } from '../../contract/activity.ts'
import { type EntryFields, encodeEntry } from './entry-bytes.ts'
import { createIndexReader, type IndexReader } from './index-reader.ts'
import { createIndexWriter } from './index-writer.ts'
import { marks, oddEntries, START, words } from './odd-entries.ts'
import { type QueryParts, queryRows } from './query-rows.ts'
import { VOLUME_ENTRIES } from './volume.ts'

const folder = mkdtempSync(path.join(os.tmpdir(), 'activity-scan-'))
/** The log begins shortly before a volume ends. */
const FIRST = VOLUME_ENTRIES - 400
const ENTRIES = 900
const INDEXED = FIRST + 800
const { entries, texts, closers } = oddEntries(FIRST, ENTRIES)
const newestFirst = (from: number, to: number) =>
  entries.slice(Math.max(0, to - FIRST), Math.max(0, from + 1 - FIRST)).reverse()

let made = 0
const ends: (() => void)[] = []
/** Terms that so many entries have are mapped in a volume of this test. */
const COMMON = { from: 20, most: 60 }

function makeIndex(indexedTo = INDEXED) {
  const file = path.join(folder, `index-${++made}.db`)
  const db = new DatabaseSync(file)
  const writer = createIndexWriter(db, COMMON)
  const indexed = texts.filter(({ seq }) => seq <= indexedTo)
  for (let n = 0; n < indexed.length; n += 60) writer.add(indexed.slice(n, n + 60))
  const index = createIndexReader(file)
  ends.push(index.close, writer.close)
  return { db, writer, index }
}
afterAll(() => {
  for (const end of ends) end()
  rmSync(folder, { recursive: true, force: true })
})

/** A search can be left after each entry that it reads, with what closed it: so it holds up nothing. */
function stepByStep(parts: QueryParts, query: ActivityQuery) {
  let read = 0
  const counted = (seq: number) => {
    read++
    return parts.read(seq)
  }
  const work = queryRows({ ...parts, read: counted }, query)
  for (;;) {
    const { done, value } = work.next()
    expect(read).toBeLessThanOrEqual(2)
    read = 0
    if (done) return value
  }
}

/** Page by page. */
function found(
  index: IndexReader,
  query: ActivityQuery,
  indexedTo: number,
): { rows: number[]; total: number } {
  const parts = {
    index,
    indexedTo,
    tail: newestFirst(FIRST + ENTRIES, indexedTo + 1),
    down: (from: number, limit: number) => newestFirst(from, FIRST).slice(0, limit),
    read: (seq: number) => entries[seq - FIRST] ?? null,
    ahead() {},
    rowCount: entries.filter(({ kind }) => kind !== 'outcome').length,
  }
  const first = stepByStep(parts, query)
  const all: number[] = []
  for (let { rows } = first; rows.length > 0; ) {
    all.push(...rows.map(({ seq }) => seq))
    rows = stepByStep(parts, { ...query, before: all.at(-1) }).rows
  }
  return { rows: all, total: first.total }
}

// ── the scan, on its own terms ───────────────────────────────────────────────────────────────────────────────

const plain = (text: string) =>
  text.normalize('NFKD').replace(/\p{M}/gu, '').toLowerCase().replaceAll('\0', ' ')
const inWords = (text: string) =>
  ` ${plain(text)
    .replace(/[^\p{L}\p{N}]+/gu, ' ')
    .trim()} `
const leaves = (value: unknown): string[] =>
  typeof value === 'object' && value !== null ? Object.values(value).flatMap(leaves) : [String(value)]

interface Wanted {
  words: string[]
  phrases: string[]
  parts: string[]
  fields: Partial<ActivityQuery>
}
/** Each row with its texts, newest first. */
let rows: { entry: EntryFields; own: string[]; all: string[] }[] = []
beforeAll(() => {
  rows = newestFirst(FIRST + ENTRIES, FIRST)
    .filter(({ kind }) => kind !== 'outcome')
    .map((entry) => {
      const { seq, principal, run, because, kind, capability, decision } = entry
      const both = [entry, closers.get(seq)].filter((each) => each !== undefined)
      const own = both.map((each) => [each.subject, ...leaves(each.details)].join('\n'))
      const shared = [
        kind,
        capability,
        decision,
        principal?.name,
        run?.title,
        ...because.map(({ text }) => text),
      ]
      return { entry, own: own.map(plain), all: [...own, shared.join('\n')].map(inWords) }
    })
})
function scan({ words, phrases, parts, fields }: Wanted): number[] {
  const spaced = [...words, ...phrases].map(inWords).filter((each) => each !== '  ')
  const folded = parts.map(plain)
  const fits = ({ entry, own, all }: (typeof rows)[number]) =>
    spaced.every((each) => all.some((text) => text.includes(each))) &&
    folded.every((part) => own.some((text) => text.includes(part))) &&
    (fields.principalId === undefined || entry.principal?.id === fields.principalId) &&
    (fields.runId === undefined || entry.run?.id === fields.runId) &&
    (fields.capability === undefined || entry.capability === fields.capability) &&
    (fields.kinds === undefined || fields.kinds.includes(entry.kind)) &&
    (fields.since === undefined || entry.at >= fields.since) &&
    (fields.until === undefined || entry.at <= fields.until) &&
    (fields.decision === undefined ||
      entry.decision === fields.decision ||
      (fields.decision === 'ask' && entry.asked))
  return rows.filter(fits).map(({ entry }) => entry.seq)
}

// ── queries ──────────────────────────────────────────────────────────────────────────────────────────────────

const aWord = fc.constantFrom(...words)
const aMark = fc.constantFrom(...marks.filter((mark) => mark !== '"' && mark !== '*'))
const longer = fc.array(fc.tuple(aWord, aMark), { minLength: 1, maxLength: 4 })
const joined = longer.map((pieces) => pieces.flat().join('').trim())
/** A piece out of something that may be there, at least three characters of each way of counting. */
const aPart = fc
  .tuple(joined, fc.nat(6), fc.integer({ min: 3, max: 24 }))
  .map(([text, from, length]) =>
    [...text]
      .slice(from, from + length)
      .join('')
      .trim(),
  )
  // White space at the ends is not looked for, and NUL is white space.
  .filter((part) => plain(part) === plain(part).trim() && [...plain(part)].length >= 3)
const anInstant = fc
  .integer({ min: FIRST - 20, max: FIRST + ENTRIES + 20 })
  .map((seq) => START + seq * 10_000)
const maybe = <T>(arb: fc.Arbitrary<T>) => fc.option(arb, { nil: undefined, freq: 2 })
const wanted: fc.Arbitrary<Wanted> = fc.record({
  words: fc.array(aWord, { maxLength: 3 }),
  phrases: fc.array(joined, { maxLength: 2 }),
  parts: fc.array(aPart, { maxLength: 2 }),
  fields: fc.record({
    principalId: maybe(fc.constantFrom('agent_tidy', 'agent_post', 'agent_none')),
    runId: maybe(fc.constantFrom('run_0', 'run_3')),
    capability: maybe(fc.constantFrom('fs.read' as const, 'net.request' as const)),
    decision: maybe(fc.constantFrom('allow' as const, 'deny' as const, 'ask' as const)),
    kinds: maybe(fc.subarray(['intent' as const, 'decision' as const])),
    since: maybe(anInstant),
    until: maybe(anInstant),
  }),
})

function holds(index: IndexReader, indexedTo = INDEXED) {
  fc.assert(
    fc.property(wanted, fc.integer({ min: 20, max: 300 }), (want, limit) => {
      const { words, phrases, parts, fields } = want
      const quoted = [...phrases.map((each) => `"${each}"`), ...parts.map((each) => `*${each}*`)]
      const text = [...words, ...quoted].join(' ')
      const { rows, total } = found(index, ActivityQuery.parse({ text, limit, ...fields }), indexedTo)
      const expected = scan(want)
      expect(rows).toEqual(expected)
      // Behind the rows that it shows a search with parts or times counts what the index takes to fit.
      const counted = parts.length > 0 || fields.since !== undefined || fields.until !== undefined
      const onlyTimes =
        text === '' &&
        Object.keys(fields).every(
          (key) => fields[key as 'since'] === undefined || key === 'since' || key === 'until',
        )
      if (expected.length < limit || !counted || onlyTimes) expect(total).toBe(expected.length)
      else expect(total).toBeGreaterThanOrEqual(expected.length)
    }),
    { numRuns: times(300) },
  )
}

/** A volume is whole when the log has gone on for a while behind it. */
const LATER = INDEXED + 3_000
const mapped = (db: DatabaseSync, kind: string) =>
  Number(db.prepare('SELECT count(*) AS n FROM common WHERE volume = 0 AND kind = ?').get(kind)?.n)

describe('a search', () => {
  it('finds what a scan finds', () => holds(makeIndex().index))

  it('finds the same when a volume is whole and was merged: one run of each kind', () => {
    const { db, writer, index } = makeIndex()
    const runs = (table: string) =>
      Number(db.prepare(`SELECT count(DISTINCT segid) AS n FROM ${table}_idx`).get()?.n)
    const newer = runs('word_1')
    writer.mergeOne()
    expect(runs('word_0')).toBeGreaterThan(1)
    writer.add([{ seq: LATER, text: encodeEntry({ kind: 'app', subject: 'Later' }, LATER, START) }])
    writer.mergeOne()
    writer.mergeOne()
    expect([runs('word_0'), runs('part_0')]).toEqual([1, 1])
    expect(runs('word_1')).toBe(newer + 1)
    expect(mapped(db, 'word')).toBeGreaterThan(20)
    expect(mapped(db, 'part')).toBeGreaterThan(20)
    holds(index)
  })

  it('finds the same when entries came after their volume was merged', () => {
    const { db, writer, index } = makeIndex(FIRST + 250)
    writer.add([{ seq: LATER, text: encodeEntry({ kind: 'app', subject: 'Later' }, LATER, START) }])
    writer.mergeOne()
    writer.add(texts.filter(({ seq }) => seq > FIRST + 250))
    expect(db.prepare('SELECT count(*) AS n FROM late').get()?.n).toBeGreaterThan(50)
    holds(index, FIRST + ENTRIES - 1)
  })

  it('finds the same when a merged volume was made anew', () => {
    const { db, writer, index } = makeIndex()
    writer.add([{ seq: LATER, text: encodeEntry({ kind: 'app', subject: 'Later' }, LATER, START) }])
    writer.mergeOne()
    writer.rebuild(0, [texts.slice(0, 200), texts.slice(200, 700)])
    expect(db.prepare('SELECT count(DISTINCT segid) AS n FROM word_0_idx').get()?.n).toBe(1)
    expect(mapped(db, 'word')).toBeGreaterThan(20)
    holds(index)
  })
})
