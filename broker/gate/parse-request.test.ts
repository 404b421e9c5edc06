import { describe, expect, test } from 'vitest'
import { fc, runs } from '../../build/properties.ts'
import { OPERATIONS, plainReadArgs } from '../../contract/request.ts'
import { LIMITS } from '../../contract/words.ts'
import { parseRequest } from './parse-request.ts'

const read = OPERATIONS['fs.readFile'].args

const path = fc.oneof(
  fc.constantFrom('', '/a', 'é', '\0', '\ud800'),
  fc.integer({ min: LIMITS.path - 1, max: LIMITS.path + 1 }).map((length) => 'p'.repeat(length)),
)
const number = fc.oneof(
  fc.constantFrom(-1, -0, 0, 0.5, 1, 4 * 1024 * 1024, 4 * 1024 * 1024 + 1, 2 ** 53 - 1, 2 ** 53, 1e300),
  fc.constantFrom(Number.NaN, Number.POSITIVE_INFINITY),
)
const odd = fc.constantFrom(undefined, null, true, '1', [], {}, ['/a'])
const known = {
  path: fc.oneof({ weight: 9, arbitrary: path }, odd),
  encoding: fc.oneof(
    { weight: 9, arbitrary: fc.constantFrom('utf8', 'utf16le', 'latin1', 'base64') },
    fc.constantFrom('UTF8', ''),
    odd,
  ),
  offset: fc.oneof({ weight: 9, arbitrary: number }, odd),
  length: fc.oneof({ weight: 9, arbitrary: number }, odd),
}
const args = fc.oneof(
  odd,
  { weight: 9, arbitrary: fc.record(known, { requiredKeys: [] }) },
  fc.record({ ...known, more: odd, ['__proto__']: odd }, { requiredKeys: [] }),
)

describe('a request to read a file', () => {
  test('is taken at a glance only as its schema takes it, with what it leaves out filled in alike', () => {
    let taken = 0
    fc.assert(
      fc.property(args, (given) => {
        const glance = plainReadArgs(given as never)
        if (!glance) return
        taken++
        const judged = read.safeParse(given)
        expect(judged.success).toBe(true)
        expect(judged.data).toStrictEqual(glance)
        expect(Object.keys(judged.data ?? {})).toEqual(Object.keys(glance))
      }),
      runs(20_000),
    )
    expect(taken).toBeGreaterThan(200)
  })

  test('is taken at a glance wherever its schema takes it', () => {
    fc.assert(
      fc.property(args, (given) => {
        if (read.safeParse(given).success) expect(plainReadArgs(given as never)).not.toBe(null)
      }),
      runs(20_000),
    )
  })

  test('that does not fit is refused with the place', () => {
    expect(parseRequest('fs.readFile', { path: '/a', offset: -1 })).toMatchObject({
      kind: 'refused',
      code: 'invalid-request',
      person: expect.stringContaining('“offset”'),
    })
    expect(parseRequest('fs.readFile', { path: '/a', more: 1 })).toMatchObject({ kind: 'refused' })
  })

  test('holds nothing of what it was given but the values', () => {
    const given = { path: '/a' }
    const parsed = parseRequest('fs.readFile', given)
    expect(parsed.kind === 'ok' && parsed.value.args).not.toBe(given)
  })
})

test.each([
  ['very many members', Object.fromEntries(Array.from({ length: 50_000 }, (_, n) => [`key${n}`, 1]))],
  ['a member of a very long name', { path: '/a', ['x'.repeat(1e6)]: 1 }],
  [
    'many members further in',
    { moves: [Object.fromEntries(Array.from({ length: 5_000 }, (_, n) => [`k${n}`, 1]))] },
  ],
  [
    'some in each of many members',
    {
      moves: Array.from({ length: 400 }, () => ({ from: 'a', to: 'b', a: 1, b: 2, c: 3, d: 4, e: 5, f: 6 })),
    },
  ],
])('a request that does not fit for %s is refused in few words', (_what, given) => {
  for (const operation of ['fs.stat', 'fs.readFile', 'fs.move']) {
    const outcome = parseRequest(operation, given)
    expect(outcome).toMatchObject({ kind: 'refused', code: 'invalid-request' })
    expect(JSON.stringify(outcome).length).toBeLessThan(2_000)
  }
})

test('the largest request of each kind is none too large', () => {
  const many = (length: number) => Array.from({ length }, (_, n) => `a${n}`)
  const secrets = Object.fromEntries(many(64).map((name) => [name.toUpperCase(), name]))
  const requests = {
    'command.run': { argv: many(1024), cwd: '/', secrets },
    'fs.move': { moves: many(500).map((from) => ({ from, to: from })) },
    'fs.trash': { paths: many(500) },
    'net.fetch': { url: 'https://a.example', headers: many(64).map((name) => [name, 'x']) },
  }
  for (const [operation, args] of Object.entries(requests))
    expect(parseRequest(operation, args)).toMatchObject({ kind: 'ok' })
})
