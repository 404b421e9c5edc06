import { describe, expect, it } from 'vitest'
import { readBinding, writeBinding } from './binding-text.ts'

describe('a secret’s host', () => {
  it('is read as people write it, https unless said otherwise', () => {
    expect(readBinding('API.example.org/v1')).toEqual({
      scheme: 'https',
      host: 'api.example.org',
      pathPrefix: '/v1',
      place: 'header',
    })
    expect(readBinding('http://127.0.0.1:8080', 'body')).toMatchObject({
      scheme: 'http',
      port: 8080,
      place: 'body',
    })
  })
  it('is never a wildcard and never hides a user name', () => {
    for (const text of ['*', '*.example.org', 'user@evil.example', 'a b', '', 'x.org:0', 'ftp://x.org'])
      expect(readBinding(text), text).toBeNull()
  })
  it('reads back what it writes', () => {
    for (const text of ['https://example.org', 'http://127.0.0.1:8080/v1'])
      expect(
        writeBinding(
          readBinding(text) ??
            (() => {
              throw new Error(text)
            })(),
        ),
      ).toBe(text)
  })
})
