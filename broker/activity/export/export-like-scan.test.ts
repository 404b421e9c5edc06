/**
 * An export with words or filters holds what reading every entry would give, in the same order: across two volumes, merged
 * or not, page by page, with ends that come much later, ends of what was removed, and a tail that is not indexed yet.
 */
import { mkdtempSync, rmSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { afterAll, describe, expect, it } from 'vitest'
import { fc } from '../../../build/properties.ts'
import { closes } from '../activity-row.ts'
import { encodeEntry } from '../entry-bytes.ts'
import type { EntryReader } from '../entry-reader.ts'
import { atOnce } from '../in-turns.ts'
import { createIndexReader } from '../index-reader.ts'
import { createIndexWriter } from '../index-writer.ts'
import { fitsFilters, fitsText } from '../match-query.ts'
import { oddEntries, START, words } from '../odd-entries.ts'
import { parseSearch } from '../search-text.ts'
import { VOLUME_ENTRIES } from '../volume.ts'
import { type ExportParts, type ExportRequest, exportPage, timesBetween } from './export-page.ts'

const folder = mkdtempSync(path.join(os.tmpdir(), 'activity-export-'))
const MADE_FROM = VOLUME_ENTRIES - 400
/** What lies before was removed; effects that began there end behind it. */
const FIRST = MADE_FROM + 60
const LAST = MADE_FROM + 899
const INDEXED = MADE_FROM + 800
const made = oddEntries(MADE_FROM, 900)
const entries = made.entries.slice(60)
const texts = made.texts.slice(60)
const entryOf = (seq: number | null) => (seq === null ? undefined : entries[seq - FIRST])

let read = 0
const reader = {
  text: (seq) => texts[seq - FIRST]?.text ?? null,
  entry: () => null,
  up(from, limit) {
    const start = Math.max(0, from - FIRST)
    const found = texts.slice(start, start + limit)
    read += found.length
    return found
  },
} satisfies Partial<EntryReader> as unknown as EntryReader

const ends: (() => void)[] = []
function makeIndex(merge: boolean) {
  const file = path.join(folder, `index-${merge}.db`)
  const writer = createIndexWriter(new DatabaseSync(file), { from: 20, most: 60 })
  const indexed = texts.filter(({ seq }) => seq <= INDEXED)
  for (let n = 0; n < indexed.length; n += 60) writer.add(indexed.slice(n, n + 60))
  if (merge) {
    const later = INDEXED + 3_000
    writer.add([{ seq: later, text: encodeEntry({ kind: 'app', subject: 'Later' }, later, START) }])
    writer.mergeOne()
  }
  const index = createIndexReader(file)
  ends.push(index.close, writer.close)
  return index
}
afterAll(() => {
  for (const end of ends) end()
  rmSync(folder, { recursive: true, force: true })
})

/** Numbers of what an export holds, page by page. */
function exported(
  index: ReturnType<typeof makeIndex>,
  request: Omit<ExportRequest, 'format' | 'after'>,
): number[] {
  const tail = entries.filter(({ seq }) => seq > INDEXED).reverse()
  const inTail = new Map(tail.filter(closes).map(({ ref, seq }) => [ref, seq]))
  const parts: ExportParts = {
    reader,
    closerOf: (seq) => inTail.get(seq) ?? index.closerOf(seq),
    lastSeq: LAST,
    between: timesBetween(index, INDEXED, request),
    source: { productVersion: '1', hostname: 'here' },
    index,
    tail,
  }
  const seqs: number[] = []
  for (let after: number | null = 0; after !== null; ) {
    const page: ReturnType<typeof atOnce<{ text: string; next: number | null }>> = atOnce(
      exportPage(parts, { ...request, format: 'jsonl', after }),
    )
    seqs.push(
      ...page.text
        .split('\n')
        .filter(Boolean)
        .map((line) => JSON.parse(line).seq as number),
    )
    after = page.next
  }
  return seqs
}

function scanned({
  text = '',
  since = 0,
  until = Number.MAX_SAFE_INTEGER,
  ...filter
}: Partial<ExportRequest>) {
  const terms = parseSearch(text)
  const closers = new Map(entries.filter(closes).map((entry) => [entry.ref, entry]))
  return entries
    .filter((entry) => {
      const row = (closes(entry) && entryOf(entry.ref)) || entry
      const closer = row !== entry ? entry : entry.kind === 'intent' ? closers.get(entry.seq) : null
      if (entry.at < since || entry.at > until) return false
      return fitsFilters(filter, row) && fitsText(terms, row, closer ?? null)
    })
    .map(({ seq }) => seq)
}

const aWord = fc.constantFrom(...words)
const aPart = fc.constantFrom('*voic*', '*nvoi*', '*nster*', '*fox*', '*план*', '*oice/*')
const maybe = <T>(arb: fc.Arbitrary<T>) => fc.option(arb, { nil: undefined, freq: 1 })
const anInstant = fc.integer({ min: FIRST - 20, max: LAST + 20 }).map((seq) => START + seq * 10_000)
const wanted = fc.record({
  text: fc.array(fc.oneof(aWord, aPart), { maxLength: 3 }).map((each) => each.join(' ')),
  principalId: maybe(fc.constantFrom('agent_tidy', 'agent_none')),
  runId: maybe(fc.constantFrom('run_0', 'run_3')),
  decision: maybe(fc.constantFrom('allow' as const, 'deny' as const, 'ask' as const)),
  kinds: maybe(fc.subarray(['intent' as const, 'decision' as const, 'outcome' as const])),
  since: maybe(anInstant),
  until: maybe(anInstant),
  limit: fc.integer({ min: 60, max: 400 }),
})

describe('an export', () => {
  it.each([false, true])('holds what a scan finds, in its order; merged: %s', (merge) => {
    const index = makeIndex(merge)
    fc.assert(
      fc.property(wanted, (request) => {
        expect(exported(index, request)).toEqual(scanned(request))
      }),
      { numRuns: 50 },
    )
  })

  it('reads of what is indexed only what may fit', () => {
    const index = makeIndex(true)
    const few = scanned({ text: '*oice/* 7 77', runId: 'run_0' })
    read = 0
    expect(exported(index, { text: '*oice/* 7 77', runId: 'run_0', limit: 5_000 })).toEqual(few)
    expect(few.length).toBeGreaterThan(0)
    expect(read).toBeLessThan(LAST - INDEXED + 20 * few.length)
  })
})
