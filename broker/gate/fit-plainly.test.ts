import { describe, expect, test } from 'vitest'
import { z } from 'zod'
import { fc, runs } from '../../build/properties.ts'
import type { Json } from '../../contract/words.ts'
import { createPlainFit } from './fit-plainly.ts'

const NAMES = ['path', 'limit', 'a', '__proto__', 'constructor']
const name = fc.constantFrom(...NAMES)
const small = fc.integer({ min: -2, max: 5 })
const asJson = (value: unknown) => JSON.parse(JSON.stringify(value)) as Json

const leaf = fc.oneof(
  fc.record(
    {
      type: fc.constant('string'),
      minLength: small,
      maxLength: small,
      enum: fc.array(fc.oneof(fc.string({ maxLength: 2 }), small), { minLength: 1, maxLength: 3 }),
      description: fc.string(),
    },
    { requiredKeys: ['type'] },
  ),
  fc.record(
    { type: fc.constantFrom('number', 'integer'), minimum: small, maximum: small, exclusiveMinimum: small },
    { requiredKeys: ['type'] },
  ),
  fc.record(
    { type: fc.constantFrom('boolean', 'null', 'string'), default: fc.constantFrom(true, null, 'a') },
    { requiredKeys: ['type'] },
  ),
)
const { schema: anySchema } = fc.letrec((tie) => ({
  schema: fc.oneof({ depthSize: 'small' }, leaf, tie('array'), tie('object')),
  array: fc.record(
    { type: fc.constant('array'), items: tie('schema'), minItems: small, maxItems: small },
    { requiredKeys: ['type'] },
  ),
  object: fc.record(
    {
      type: fc.constant('object'),
      properties: fc.dictionary(name, tie('schema'), { maxKeys: 3 }),
      required: fc.array(name, { maxLength: 2 }),
      additionalProperties: fc.oneof(fc.boolean(), tie('schema')),
    },
    { requiredKeys: ['type'] },
  ),
}))
const { value: anyValue } = fc.letrec((tie) => ({
  value: fc.oneof(
    { depthSize: 'small' },
    fc.string({ maxLength: 5 }),
    fc.constantFrom(null, true, false, '💚💚', 1.5, -0, 1e300, 2 ** 53),
    small,
    fc.array(tie('value'), { maxLength: 3 }),
    fc.dictionary(name, tie('value'), { maxKeys: 3 }),
  ),
}))

describe('the quick yes to an input', () => {
  test('is given to nothing that the full check would refuse', () => {
    let [judged, yes] = [0, 0]
    fc.assert(
      fc.property(anySchema, fc.array(anyValue, { minLength: 1, maxLength: 12 }), (given, values) => {
        const schema = asJson(given)
        const fits = createPlainFit(schema)
        if (!fits) return
        const full = z.fromJSONSchema(schema as Parameters<typeof z.fromJSONSchema>[0])
        for (const value of values.map(asJson)) {
          judged++
          if (!fits(value)) continue
          yes++
          expect(full.safeParse(value).success, JSON.stringify({ schema, value })).toBe(true)
        }
      }),
      runs(3000),
    )
    // It was asked, and answered both ways.
    expect(yes).toBeGreaterThan(200)
    expect(judged - yes).toBeGreaterThan(200)
  })

  const read = {
    type: 'object',
    properties: {
      path: { type: 'string', description: 'Which file.', maxLength: 4 },
      lines: { type: 'integer', minimum: 1 },
      as: { type: 'string', enum: ['text', 'bytes'] },
      tags: { type: 'array', items: { type: 'string' } },
    },
    required: ['path'],
    additionalProperties: false,
  }

  test('is given to what most functions take', () => {
    const fits = createPlainFit(read)
    const fitting: Json[] = [{ path: '/a' }, { path: '/a', lines: 2, as: 'text', tags: ['b'] }]
    const others: Json[] = [{}, { path: '/a/bc' }, { path: 1 }, { path: '/a', more: 1 }, [], null]
    for (const input of fitting) expect(fits?.(input)).toBe(true)
    for (const input of [...others, { path: '/a', lines: 0.5 }]) expect(fits?.(input)).toBe(false)
  })

  test.each([
    'pattern',
    'format',
    'const',
    'anyOf',
    '$ref',
    'not',
    'if',
  ])('is given to nothing under a schema with %s', (key) => {
    expect(createPlainFit({ ...read, [key]: 'x' })).toBe(null)
    expect(createPlainFit({ ...read, properties: { path: { type: 'string', [key]: 'x' } } })).toBe(null)
  })
})
