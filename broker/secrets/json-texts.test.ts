import { expect, test } from 'vitest'
import { fc } from '../../build/properties.ts'
import type { Json } from '../../contract/words.ts'
import { createTextWalk, mapTexts } from './json-texts.ts'

const json = fc.jsonValue({ maxDepth: 6 }) as fc.Arbitrary<Json>

test('bit by bit the same texts are met as in one go, in the same order', () => {
  fc.assert(
    fc.property(
      json,
      fc.integer({ min: 1, max: 9 }),
      fc.integer({ min: 0, max: 6 }),
      (value, values, least) => {
        const inOne: string[] = []
        mapTexts(value, (text) => {
          if (text.length >= least) inOne.push(text)
          return text
        })
        const walk = createTextWalk(value, least)
        const bit = []
        for (
          let some = walk.next({ characters: 20, values });
          some;
          some = walk.next({ characters: 20, values })
        )
          bit.push(...some)
        expect(bit).toEqual(inOne)
      },
    ),
  )
})

test('what does not change is the very same value, what changes is a copy', () => {
  fc.assert(
    fc.property(json, (value) => {
      const before = JSON.stringify(value)
      expect(mapTexts(value, (text) => text)).toBe(value)
      mapTexts(value, (text) => `${text}!`)
      expect(JSON.stringify(value)).toBe(before)
    }),
  )
})

test('keys, strings and long numbers are texts, at any depth', () => {
  const mapped = mapTexts({ key: ['value', { 1234567: 7654321 }], n: 12 }, (text) => `<${text}>`)
  expect(mapped).toEqual({ '<key>': ['<value>', { '<1234567>': '<7654321>' }], '<n>': 12 })
})
