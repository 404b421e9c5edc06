import { expect, it } from 'vitest'
import { wholeLines } from './masked-input.tsx'

it('keeps the lines of a key that is pasted, to its last line end', () => {
  const key = '-----BEGIN PRIVATE KEY-----\nMIIE\n-----END PRIVATE KEY-----\n'
  expect(wholeLines(key)).toBe(key)
  expect(wholeLines(key.replaceAll('\n', '\r\n'))).toBe(key)
})

it('leaves what has one line to the field, which takes the line end off', () => {
  for (const text of ['tok-1', 'tok-1\n', '\r\n tok-1 \r\n', '']) expect(wholeLines(text), text).toBe(null)
  expect(wholeLines(`a\n${'b'.repeat(20_000)}`)).toBe(null)
})
