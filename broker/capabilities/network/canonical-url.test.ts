import { describe, expect, test } from 'vitest'
import { fc, runs } from '../../../build/properties.ts'
import { canonicalUrl } from './canonical-url.ts'
import { isPublicAddress } from './public-address.ts'

const url = (text: string, method = 'GET') => {
  const outcome = canonicalUrl(method, text)
  return outcome.kind === 'ok' ? outcome.value.url : outcome.code
}

describe('the one form of an address', () => {
  test.each([
    ['https://EXAMPLE.org', 'https://example.org/'],
    ['https://example.org:443/', 'https://example.org/'],
    ['https://example.org./a', 'https://example.org/a'],
    ['https://example.org/a/../b/./c', 'https://example.org/b/c'],
    ['https://example.org/%2e%2e/a', 'https://example.org/a'],
    ['https://example.org/#frag', 'https://example.org/'],
    ['https://example.org/?', 'https://example.org/'],
    ['https://bücher.example/', 'https://xn--bcher-kva.example/'],
    ['https://ｅxample.org/', 'https://example.org/'],
    ['https://example。org/', 'https://example.org/'],
    ['http://0x7f.1/', 'http://127.0.0.1/'],
    ['http://2130706433/', 'http://127.0.0.1/'],
    ['http://017700000001/', 'http://127.0.0.1/'],
    ['http://127.1:8080/', 'http://127.0.0.1:8080/'],
    ['http://[::FFFF:127.0.0.1]/', 'http://[::ffff:7f00:1]/'],
    ['  https://example.org/\n', 'https://example.org/'],
    ['https:\\\\example.org\\a', 'https://example.org/a'],
    ['https://example.org/a b"c', 'https://example.org/a%20b%22c'],
  ])('%j is %s', (text, form) => {
    expect(url(text)).toBe(form)
  })

  test.each([
    'http://user:pass@example.org/',
    'https://user@example.org/',
    'https://example.org@evil.test/',
    'file:///etc/passwd',
    'ftp://example.org/',
    'javascript:alert(1)',
    'data:text/plain,x',
    '/relative',
    'https://',
    'https://example.org:0/',
    'https://example.org:99999/',
    'https://example..org/',
    'https://example.org../',
    `https://${'a'.repeat(64)}.org/`,
    'https://[fe80::1%25eth0]/',
    `https://example.org/${'a'.repeat(9000)}`,
    'https://example.org/\ud800',
  ])('%j is refused', (text) => {
    expect(url(text)).toBe('invalid-request')
  })

  test('methods are upper case; those that tunnel or repeat headers are refused', () => {
    expect(canonicalUrl('post', 'https://example.org/')).toMatchObject({ value: { method: 'POST' } })
    for (const method of ['CONNECT', 'trace', 'TRACK', 'GE T', ''])
      expect(url('https://example.org/', method)).toBe('invalid-request')
  })

  test('is the same when it is made twice', () => {
    fc.assert(
      fc.property(
        fc.oneof(
          fc.webUrl({ withFragments: true, withQueryParameters: true }),
          fc.string().map((text) => `https://example.org/${text}`),
          fc.string().map((host) => `http://${host}/`),
        ),
        (text) => {
          const once = canonicalUrl('GET', text)
          if (once.kind !== 'ok') return
          const twice = canonicalUrl('GET', once.value.url)
          expect(twice).toEqual(once)
          expect(once.value.host).not.toMatch(/\.$|[A-Z]/)
        },
      ),
      runs(500),
    )
  })

  test('says when the host is not of the public internet', () => {
    const isPrivate = (text: string) => {
      const outcome = canonicalUrl('GET', text)
      return outcome.kind === 'ok' ? outcome.value.privateAddress : outcome
    }
    for (const host of [
      'localhost',
      'a.localhost',
      'LOCALHOST.',
      '127.0.0.1',
      '[::1]',
      '10.1.2.3',
      '169.254.169.254',
      '0',
      '[::ffff:10.0.0.1]',
    ])
      expect(isPrivate(`http://${host}/`), host).toBe(true)
    for (const host of ['example.org', '8.8.8.8', '[2606:4700::1111]', 'localhost.example.org'])
      expect(isPrivate(`https://${host}/`), host).toBe(false)
  })
})

describe('public addresses', () => {
  test.each(
    '0.0.0.0 0.1.2.3 10.0.0.1 100.64.0.1 100.100.100.200 127.0.0.1 127.9.9.9 168.63.129.16 169.254.169.254 172.16.0.1 172.31.255.255 192.0.0.192 192.0.2.1 192.88.99.1 192.168.0.1 198.18.0.1 198.51.100.1 203.0.113.1 224.0.0.1 240.0.0.1 255.255.255.255 :: ::1 ::ffff:8.8.8.8 ::ffff:10.0.0.1 ::8.8.8.8 ::10.0.0.1 64:ff9b::10.0.0.1 64:ff9b::127.0.0.1 64:ff9b::169.254.169.254 64:ff9b:1::8.8.8.8 2002:7f00:1:: 2002:808:808:: 2001::1 2001:db8::1 3fff::1 100::1 fc00::1 fd00:ec2::254 fe80::1 fe80::1%eth0 fec0::1 ff02::1 4000::1 5f00::1 1.2.3 example.org'.split(
      ' ',
    ),
  )('%s is not', (address) => {
    expect(isPublicAddress(address)).toBe(false)
  })

  test.each(
    '1.1.1.1 8.8.8.8 172.15.0.1 172.32.0.1 100.63.0.1 2606:4700::1111 2a00:1450::1 64:ff9b::8.8.8.8'.split(
      ' ',
    ),
  )('%s is', (address) => {
    expect(isPublicAddress(address)).toBe(true)
  })
})
