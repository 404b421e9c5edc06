import { describe, expect, it } from 'vitest'
import { readBinding, withTyped, writeBinding } from './binding-text.ts'

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
    for (const text of [
      '*',
      '*.example.org',
      'user@evil.example',
      'a b',
      '',
      'x.org:0',
      'ftp://x.org',
      'x.org/a?b',
    ])
      expect(readBinding(text), text).toBeNull()
  })
  it('of other letters is bound as it is asked for', () => {
    expect(readBinding('Bücher.example')?.host).toBe('xn--bcher-kva.example')
  })
  it('that was typed and not added counts as well, once', () => {
    const one = readBinding('api.example.org') as NonNullable<ReturnType<typeof readBinding>>
    expect(withTyped([], ' https://api.example.org ')).toEqual([one])
    expect(withTyped([one], 'api.example.org')).toEqual([one])
    expect(withTyped([one], 'api.example.org', 'body')).toHaveLength(2)
    expect(withTyped([one], '  ')).toEqual([one])
    expect(withTyped([one], 'https://api example')).toBeNull()
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
