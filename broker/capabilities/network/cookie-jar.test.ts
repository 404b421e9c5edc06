import { describe, expect, test } from 'vitest'
import type { UrlResource } from '../../../contract/resource.ts'
import { canonicalUrl } from './canonical-url.ts'
import { createCookieJar } from './cookie-jar.ts'

const at = (text: string) => (canonicalUrl('GET', text) as { value: UrlResource }).value

describe('the jar of an agent', () => {
  test('gives a value back letter by letter, and none to a neighbour, a parent or a plain connection', async () => {
    const jar = createCookieJar(() => 0)
    await jar.store(at('https://a.example.org/x/y?z=/q/'), [
      'sid=a%3D%0d%0a"b c"; Domain=example.org',
      'tls=1; Secure; Path=/',
    ])
    expect(jar.headerFor(at('https://a.example.org/x/'))).toBe('sid=a%3D%0d%0a"b c"; tls=1')
    expect(jar.headerFor(at('http://a.example.org/x'))).toBe('sid=a%3D%0d%0a"b c"')
    expect(jar.headerFor(at('https://a.example.org/xx'))).toBe('tls=1')
    for (const other of ['https://example.org/x', 'https://b.example.org/x', 'https://c.a.example.org/x'])
      expect(jar.headerFor(at(other))).toBe('')
  })

  test('a name that promises how it was set is kept only where that is so, in whatever case', async () => {
    const jar = createCookieJar(() => 0)
    const lines = ['__Host-a=1; Path=/', '__host-b=1; Path=/', '__SECURE-c=1', '__HOST-d=1; Path=/x; Secure']
    await jar.store(at('https://a.example/x/'), [...lines, '__host-e=1; Path=/; Secure'])
    expect(jar.headerFor(at('https://a.example/x/'))).toBe('__host-e=1')
  })

  test('a name that promises one host, or one that is kept for encryption, is not taken from who could be another', async () => {
    const jar = createCookieJar(() => 0)
    await jar.store(at('https://a.example/'), ['__host-f=1; Path=/; Secure; Domain=a.example', '=none'])
    await jar.store(at('http://a.example/'), ['sid=bad; Secure', '__secure-g=1; Secure', 'plain=1'])
    expect(jar.headerFor(at('https://a.example/'))).toBe('plain=1')
  })

  test('ends when it says, and goes where it says', async () => {
    let now = 1_000
    const jar = createCookieJar(() => now)
    const until = (ms: number) => `Expires=${new Date(ms).toUTCString()}`
    await jar.store(at('https://a.example/x/y'), [
      ...['age=1; Max-Age=10; Path=/', `date=1; ${until(20_000)}; Path=/`, `gone=1; ${until(0)}; Path=/`],
      ...[
        `both=1; Max-Age=10; ${until(90_000)}; Path=/`,
        'here=1',

        'below=1; Path=/x/y/z',
      ],
    ])
    const names = (path: string) =>
      jar
        .headerFor(at(`https://a.example${path}`))
        .split('; ')
        .map((pair) => pair.split('=')[0])
        .sort()
    expect(names('/')).toEqual(['age', 'both', 'date'])
    expect(names('/x/q')).toEqual(['age', 'both', 'date', 'here'])
    expect(names('/x/y/z/?q')).toEqual(['age', 'below', 'both', 'date', 'here'])
    now = 11_500
    expect(names('/')).toEqual(['date'])
    now = 30_000
    expect(names('/')).toEqual([''])
  })

  test('is as long as browsers keep, and no longer', async () => {
    const jar = createCookieJar(() => 0)
    const long = (length: number) => `a${length}=`.padEnd(length, 'x')
    await jar.store(at('https://a.example/'), [long(4096), long(4097)])
    expect(jar.headerFor(at('https://a.example/'))).toBe(long(4096))
  })

  test('what was set under encryption is not replaced without', async () => {
    const jar = createCookieJar(() => 0)
    await jar.store(at('https://a.example/'), ['sid=good; Secure'])
    await jar.store(at('http://a.example/'), ['sid=bad', 'sid=gone; Max-Age=0'])
    expect(jar.headerFor(at('https://a.example/'))).toBe('sid=good')
  })

  test('is never so full that a new one finds no room; a host that sets many loses its own', async () => {
    let now = 0
    const jar = createCookieJar(() => now)
    const many = (host: string, more = '') =>
      jar.store(
        at(`https://${host}/`),
        Array.from({ length: 400 }, (_, index) => `c${index}=1${more}`),
      )
    await jar.store(at('https://kept.example/'), ['sid=1'])
    await many('greedy.example')
    expect(jar.headerFor(at('https://kept.example/'))).toBe('sid=1')
    expect(jar.headerFor(at('https://greedy.example/')).split('; ')).toHaveLength(50)
    expect(jar.headerFor(at('https://greedy.example/'))).toContain('c399=1')
    for (let host = 0; host < 20; host++) await many(`h${host}.example`, '; Max-Age=10')
    expect(jar.size()).toBe(300)
    await jar.store(at('https://new.example/'), ['sid=2'])
    expect(jar.headerFor(at('https://new.example/'))).toBe('sid=2')
    now = 20_000
    await jar.store(at('https://last.example/'), ['sid=3'])
    expect(jar.size()).toBeLessThanOrEqual(2 + 50)
  })
})
