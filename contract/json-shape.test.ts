import { describe, expect, it } from 'vitest'
import { fc } from '../build/properties.ts'
import { shapeFault } from './json-shape.ts'

const depthOf = (value: unknown): number =>
  typeof value === 'object' && value !== null ? 1 + Math.max(0, ...Object.values(value).map(depthOf)) : 0

const mostKeys = (value: unknown): number =>
  typeof value !== 'object' || value === null
    ? 0
    : Math.max(Array.isArray(value) ? 0 : Object.keys(value).length, ...Object.values(value).map(mostKeys))

describe('the shape of a JSON text', () => {
  it('is as deep as its value, whatever stands in its strings', () => {
    fc.assert(
      fc.property(
        fc.json({ maxDepth: 6, stringUnit: fc.constantFrom('[', '{', '"', '\\', ',', 'a') }),
        (text) => {
          const depth = depthOf(JSON.parse(text))
          expect(shapeFault(text, { depth, values: 1e6, keys: 1e6 })).toBe('')
          if (depth > 0)
            expect(shapeFault(text, { depth: depth - 1, values: 1e6, keys: 1e6 })).toContain('deeper')
        },
      ),
    )
  })

  it('is bounded in values, but not in the length of strings', () => {
    expect(shapeFault(JSON.stringify({ text: '[{,:'.repeat(1e6) }))).toBe('')
    expect(shapeFault(JSON.stringify(new Array(500_000).fill(0)))).toContain('values')
    expect(shapeFault('['.repeat(1000))).toContain('deeper')
  })

  it('is bounded in the keys of each object, whatever stands around it or in its strings', () => {
    fc.assert(
      fc.property(
        fc.json({ maxDepth: 4, stringUnit: fc.constantFrom('[', '{', '"', '\\', ',', ':', 'a') }),
        (text) => {
          const most = mostKeys(JSON.parse(text))
          const bounds = { depth: 64, values: 1e6 }
          expect(shapeFault(text, { ...bounds, keys: most })).toBe('')
          if (most > 0) expect(shapeFault(text, { ...bounds, keys: most - 1 })).toContain('keys')
        },
      ),
    )
  })

  // Steps that grow with the square of the length would take this past any limit of a test.
  it('is found in a large text in one go, broken or not', () => {
    const texts = [
      `"${'\\"'.repeat(4e6)}"`,
      '"'.repeat(8e6),
      `"${'\\'.repeat(8e6)}`,
      `[${'"a",'.repeat(2e6)}`,
    ]
    expect(texts.map((text) => shapeFault(text) === '')).toEqual([true, true, true, false])
  })
})
