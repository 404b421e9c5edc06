import { expect, test } from 'vitest'
import { cleanHeaders } from './request-headers.ts'

test.each([
  'Host',
  'Proxy-Authorization',
  'Forwarded',
  'X-Forwarded-Host',
  'X-Forwarded-Prefix',
  'X-Original-URL',
  'X-Rewrite-URL',
  'X-HTTP-Method-Override',
  'X-Method-Override',
])('a tool can’t have a server look at another place, or do another thing, than was decided: %s', (name) => {
  expect(cleanHeaders([[name, '/admin']])).toMatchObject({ kind: 'refused', code: 'invalid-request' })
})

test('a header of the tool’s own is sent as it is', () => {
  expect(cleanHeaders([['X-Api-Key', ' a b ']])).toEqual({ kind: 'ok', value: [['x-api-key', 'a b']] })
})
