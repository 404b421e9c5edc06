/** Words are looked for in a text as it stands; what is found is what cutting it into its words finds. */
import { expect, it } from 'vitest'
import { fc } from '../../build/properties.ts'
import { fold, matches, wordsOf } from './search-text.ts'

/** Letters, digits and marks of one and of two units, halves of such, and what stands between words. */
const pieces = [
  'a',
  'ab',
  'b',
  '1',
  'ä',
  'ß',
  '日',
  '𐐨',
  '𠀀',
  '\ud801',
  '\udc28',
  '\u0301',
  '😀',
  ' ',
  '-',
  '\0',
  '\n',
]
const aText = fc.array(fc.constantFrom(...pieces), { maxLength: 14 }).map((some) => fold(some.join('')))
const fromText = (text: string) => fc.subarray([...new Set(wordsOf(text))])

it('a word is in a text when it is one of its words, and not when it is a part of one', () => {
  let found = 0
  fc.assert(
    fc.property(
      fc.array(aText, { minLength: 2, maxLength: 3 }),
      aText.chain(fromText),
      fc.nat(2),
      (texts, others, n) => {
        const words = [...others, ...wordsOf(texts[n] ?? '').slice(0, 2)]
        const all = new Set(texts.flatMap(wordsOf))
        const [shared = '', ...own] = texts
        const expected = words.every((word) => all.has(word))
        expect(matches({ words, phrases: [], parts: [] }, own, shared)).toBe(expected)
        if (expected && words.length > 1) found++
      },
    ),
    { numRuns: 2_000 },
  )
  expect(found).toBeGreaterThan(50)
})

it('words of a phrase stand in a row, in one text', () => {
  const phrase = { words: [], phrases: [['tax', 'form']], parts: [] }
  expect(matches(phrase, ['the tax-form of may'], '')).toBe(true)
  expect(matches(phrase, ['the tax', 'form of may'], '')).toBe(false)
  expect(matches(phrase, ['form tax'], '')).toBe(false)
  expect(matches(phrase, ['the taxes form tax forms'], '')).toBe(false)
})
