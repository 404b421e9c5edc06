import { describe, expect, it } from 'vitest'
import type { Json } from '../../contract/words.ts'
import { createInputFit } from '../gate/fit-input.ts'
import { schemaFault } from './schema-fault.ts'

type Schema = Record<string, Json>

/** A schema, and an input that it does not let through. */
const NOT_HELD: [Schema, Json][] = [
  [{ properties: { a: { type: 'string' } }, required: ['a'] }, {}],
  [{ type: 'object', required: ['a'] }, {}],
  [{ required: ['a'] }, {}],
  [{ type: 'object', properties: { b: {} }, required: ['a'] }, {}],
  [{ type: 'object', properties: { a: { type: 'string' } }, anyOf: [{ required: ['a'] }] }, {}],
  [{ pattern: '^x' }, 'a'],
  [{ type: 'object', properties: { a: { minLength: 3 } } }, { a: 'x' }],
  [{ type: 'array', items: { minimum: 3 } }, [1]],
  [{ multipleOf: 2 }, 3],
  [{ items: { type: 'string' } }, [1]],
  [{ type: 'array', minItems: 1 }, []],
  [{ allOf: [{ type: 'string' }, { minLength: 3 }] }, 'a'],
  [{ type: 'string', enum: ['a', 1] }, 1],
  [{ type: 'number', enum: [1, 2], minimum: 2 }, 1],
  [{ type: 'string', const: 'a', minLength: 2 }, 'a'],
  [{ $defs: { s: { type: 'string' } }, $ref: '#/$defs/s', minLength: 3 }, 'a'],
  [{ type: 'object', properties: { a: { $ref: '#/$defs/s' } }, $defs: { s: { pattern: '^x' } } }, { a: 'b' }],
]
const HELD: [Schema, Json][] = [
  [{ type: 'object', properties: { a: { type: 'string', minLength: 1 } }, required: ['a'] }, {}],
  [{ type: 'object', properties: { a: { type: 'string' } }, additionalProperties: false }, { b: 1 }],
  [{ type: 'array', items: { type: 'integer', minimum: 1 }, minItems: 1 }, [0]],
  [{ type: ['string', 'null'], minLength: 2 }, 'a'],
  [{ type: 'string', enum: ['a', 'b'], description: 'Which', default: 'a' }, 'c'],
  [{ $defs: { s: { type: 'string' } }, type: 'object', properties: { a: { $ref: '#/$defs/s' } } }, { a: 1 }],
  [{ anyOf: [{ type: 'string', pattern: '^x' }, { type: 'null' }] }, 'a'],
  [{ type: 'object', properties: { type: { type: 'string' } }, required: ['type'] }, { type: 1 }],
]

describe('a schema of a tool’s input', () => {
  it.each(NOT_HELD)('that says more than is checked is told by its place: %j', (schema, input) => {
    expect(schemaFault(schema)).toMatch(/^input\S*: “/)
    // This is why: what it forbids would go through.
    expect(createInputFit(schema).check(input)).toBeNull()
  })

  it.each(HELD)('that is checked whole is taken: %j', (schema, input) => {
    expect(schemaFault(schema)).toBeNull()
    expect(createInputFit(schema).check(input)).not.toBeNull()
  })

  it('names the place and what is missing there', () => {
    expect(
      schemaFault({ type: 'object', properties: { a: { type: 'array', items: { maxLength: 3 } } } }),
    ).toBe('input/properties/a/items: “maxLength” is checked only beside "type": "string"')
    expect(schemaFault({ type: 'object', properties: {}, required: ['constructor'] })).toBe(
      'input: “required” names “constructor”, which “properties” does not describe',
    )
  })
})
