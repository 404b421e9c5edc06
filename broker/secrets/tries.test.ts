import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { CREDENTIAL_RULES } from './credential-rules.ts'
import { createCredentialFinder } from './find-credentials.ts'
import { CREDENTIALS, createRandom } from './testing/credential-corpus.ts'

const finder = createCredentialFinder(async () => [])
/** Characters in all that the shapes matched, and how often one was tried. */
const work = { matched: 0, tried: 0 }
beforeAll(() => {
  for (const { shape } of CREDENTIAL_RULES)
    shape.exec = (text) => {
      const match = RegExp.prototype.exec.call(shape, text)
      work.tried++
      work.matched += match?.[0].length ?? 0
      return match
    }
})
afterAll(() => {
  for (const { shape } of CREDENTIAL_RULES) Reflect.deleteProperty(shape, 'exec')
})

function workOn(text: string) {
  work.matched = 0
  work.tried = 0
  finder.find(text)
  return { ...work }
}
const filled = (piece: string, size: number) => piece.repeat(Math.ceil(size / piece.length)).slice(0, size)

describe('a text of nothing but marks is not read again from each', () => {
  const marks = [...new Set(CREDENTIAL_RULES.flatMap((rule) => rule.marks.slice(0, 3)))]
  test.each(['', '-', '_', '='])('with %j between them', (between) => {
    for (const mark of marks) {
      const text = filled(mark + between, 3_000)
      expect(workOn(text).matched, mark).toBeLessThan(24 * text.length)
    }
  })

  test('web tokens: one try for a run of what they are made of', () => {
    for (const piece of ['-eyJ', '_eyJ-', '-eyJhbGciOiJS'])
      expect(workOn(filled(piece, 40_000)).tried, piece).toBeLessThan(4_000)
    expect(workOn(filled('-eyJhbGciOiJSUzI1NiJ9.', 40_000)).tried).toBeGreaterThan(1_000)
  })

  test('keys in base64, one in the other', () => {
    const text = filled('LS0tLS1CRUdJTiUFJJVkFURSBLRV', 40_000)
    expect(workOn(text).matched).toBeLessThan(10 * text.length)
  })
})

test.each([
  ['JSON Web Token', '-eyJ'],
  ['encrypted JSON Web Token', '-eyJhbGciOiJS'],
  ['OpenAI old key', 'sk-'],
  ['OpenAI project key', 'sk-'],
  ['Slack bot token', 'xoxb-'],
  ['RSA private key', 'PuTTY-User-Key-File-2:'],
])('what follows on such a text is found all the same: %s behind %j', (kind, mark) => {
  const value = CREDENTIALS[kind]?.(createRandom(11)) ?? ''
  const text = `${mark.repeat(3000)} ${value} ${mark.repeat(300)}`
  const start = text.indexOf(value)
  const covers = (hit: { start: number; end: number }) =>
    hit.start <= start && hit.end >= start + value.trimEnd().length
  expect(finder.find(text).some(covers)).toBe(true)
})
