/** The texts that the index is given, against what an entry's words and runs of three characters are. */
import { describe, expect, it } from 'vitest'
import { fc } from '../../build/properties.ts'
import type { Json } from '../../contract/words.ts'
import { type EntryFields, encodeEntry, readEntry } from './entry-bytes.ts'
import { marker } from './index-terms.ts'
import { createTextMaker } from './index-texts.ts'
import { ownText, sharedText, wordsOf } from './search-text.ts'
import { readIntent } from './test-log.ts'

const text = fc.oneof(
  fc.string(),
  fc.string({ unit: 'binary' }),
  fc.constantFrom(
    'Read note.txt in ~/work',
    'ÉCOLE Straße',
    'a',
    '',
    '\u{1f600}\u{1f600}x',
    'x\u{1f600}',
    '. /',
    'AB\nΣΑΣ',
  ),
)
const value: fc.Arbitrary<Json> = fc.oneof(
  text,
  fc.integer(),
  fc.double({ noNaN: true, noDefaultInfinity: true }),
  fc.boolean(),
  fc.array(fc.oneof(text, fc.nat()), { maxLength: 3 }),
  fc.dictionary(fc.constantFrom('path', 'size', '7'), fc.oneof(text, fc.nat())),
)
const details = fc.dictionary(fc.constantFrom('a', 'b', '1', 'questionId', 'grant'), value)
const entryOf = (subject: string, own: Record<string, Json>, callId: string | null): EntryFields =>
  readEntry(encodeEntry(readIntent(1, { subject, details: own, callId }), 1, 0))

const tokensOf = (terms: string) => new Set(terms.split(' ').filter((term) => term !== ''))
const wordsAndPairs = (folded: string) => {
  const words = wordsOf(folded)
  return [...words, ...words.slice(1).map((word, n) => marker.pair(words[n] as string, word))]
}
const runsOf = (folded: string) => {
  const chars = [...folded]
  return chars.slice(2).map((_, n) => chars.slice(n, n + 3).join(''))
}
/** Those of fields have a letter of their own in front; a pair of words does not. */
const isWord = (term: string) => !term.startsWith('\ue000')

describe('what the index is given of an entry', () => {
  const given = fc.record({
    subject: text,
    own: details,
    callId: fc.option(fc.constantFrom('call_1', 'call_2')),
  })

  it('is its words, each two in a row, and its text', () => {
    const maker = createTextMaker()
    fc.assert(
      fc.property(given, ({ subject, own, callId }) => {
        const entry = entryOf(subject, own, callId)
        const texts = maker.row(entry)
        const expected = [...wordsAndPairs(ownText(entry)), ...wordsAndPairs(sharedText(entry))]
        expect(new Set([...tokensOf(texts.terms)].filter(isWord))).toEqual(new Set(expected))
        expect(texts.own).toBe(ownText(entry))
        if (callId !== null) expect(tokensOf(texts.terms)).toContain(marker.call(callId))
      }),
    )
  })

  it('is, of what an outcome adds, nothing less where its subject is its intent’s', () => {
    const maker = createTextMaker()
    fc.assert(
      fc.property(given, details, ({ subject, own, callId }, ends) => {
        const row = maker.row(entryOf(subject, own, callId))
        const end = entryOf(subject, ends, callId)
        const added = maker.closer(end, subject)
        const terms = tokensOf(`${row.terms} ${added.terms}`)
        for (const term of wordsAndPairs(ownText(end))) expect(terms).toContain(term)
        const runs = new Set([...runsOf(row.own), ...runsOf(added.own)])
        for (const run of runsOf(ownText(end))) expect(runs).toContain(run)
        const alone = maker.closer(end, null)
        expect(alone.own).toBe(ownText(end))
        for (const term of tokensOf(added.terms)) expect(tokensOf(alone.terms)).toContain(term)
      }),
    )
  })
})
