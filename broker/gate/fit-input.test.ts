// The schema of an input comes with the tool, which may be hostile: it can't keep the gate's thread.
import { describe, expect, it } from 'vitest'
import type { Json } from '../../contract/words.ts'
import { createInputFit } from './fit-input.ts'

const fits = (schema: Record<string, Json>, input: Json) => createInputFit(schema).check(input) === null
const names = { type: 'object', properties: { name: { type: 'string', pattern: '^[a-z]+$' } } }

/** Each choice is two of the next. */
function choices(deep: number): Record<string, Json> {
  const $defs: Record<string, Json> = { [`d${deep}`]: { type: 'string' } }
  for (let n = 0; n < deep; n++)
    $defs[`d${n}`] = { anyOf: [{ $ref: `#/$defs/d${n + 1}` }, { $ref: `#/$defs/d${n + 1}` }] }
  return { $defs, $ref: '#/$defs/d0' }
}

describe('a schema that takes for ever', () => {
  it.each([
    ['an expression', { type: 'string', pattern: '^(a+)+$' }, `${'a'.repeat(60)}!`],
    [
      'an expression for keys',
      { type: 'object', patternProperties: { '^(a+)+$': {} } },
      { [`${'a'.repeat(60)}!`]: 1 },
    ],
    [
      'an expression below others',
      {
        type: 'object',
        properties: { list: { type: 'array', items: { type: 'string', pattern: '^(a|a)*$' } } },
      },
      { list: ['b', `${'a'.repeat(60)}!`] },
    ],
    ['choices of choices', choices(40), 1],
  ] as [string, Record<string, Json>, Json][])('ends, and nothing fits it: %s', (_, schema, input) => {
    // Without an end of its own each of these would take longer than the universe has.
    const found = createInputFit(schema).check(input)
    expect(found).toEqual({ path: '', text: expect.stringContaining('can’t be checked') })
  })
  it('ends when it names itself', () => {
    expect(fits({ $ref: '#' }, 1)).toBe(false)
  })
})

describe('any other schema', () => {
  it('is checked as it is written, again and again', () => {
    for (let n = 0; n < 50; n++) {
      expect(fits(names, { name: 'ada' })).toBe(true)
      expect(createInputFit(names).check({ name: 'A1' })).toMatchObject({ path: 'name' })
    }
    expect(fits(choices(3), 'text')).toBe(true)
    expect(fits({ type: 'object', properties: { a: { type: 'string' } }, required: ['a'] }, {})).toBe(false)
    expect(fits({ type: 'array', items: { enum: [1, 2] } }, [1, 2, 3])).toBe(false)
  })
})
