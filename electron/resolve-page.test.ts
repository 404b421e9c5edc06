import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { fc, runs } from '../build/properties.ts'
import { answerPage, PAGE_HEADERS } from './answer-page.ts'
import { resolvePage } from './resolve-page.ts'
import { mayLoad } from './session-hardening.ts'

const ROOT = '/app/dist/renderer'

describe("addresses of the app's own protocol", () => {
  it.each([
    ['app://sallyport/', 'index.html'],
    ['app://sallyport/index.html', 'index.html'],
    ['app://sallyport/index.html#/activity?x=1', 'index.html'],
    ['app://sallyport/consent-window/index.html', 'consent-window/index.html'],
    ['app://sallyport/assets/main-B1_x2.js?v=1', 'assets/main-B1_x2.js'],
  ])('%s is a page of ours', (address, file) => {
    expect(resolvePage(ROOT, address)?.file).toBe(path.join(ROOT, file))
  })

  it.each([
    'app://sallyport/../secret.html',
    'app://sallyport/assets/../../../etc/passwd.html',
    'app://sallyport/..%2f..%2fetc%2fpasswd.html',
    'app://sallyport/%2e%2e/secret.html',
    'app://sallyport/assets/%2e%2e%2f%2e%2e/secret.html',
    'app://sallyport/assets\\..\\..\\secret.html',
    'app://sallyport//etc/passwd.html',
    'app://sallyport/./index.html',
    'app://sallyport/.hidden/x.html',
    'app://sallyport/index.html%00.js',
    'app://sallyport/index.html/',
    'app://sallyport/C:/x.html',
    'app://sallyport/x',
    'app://sallyport/x.exe',
    'app://sallyport:80/index.html',
    'app://user@sallyport/index.html',
    'app://other/index.html',
    'app://sallyport.evil.example/index.html',
    'file:///etc/passwd.html',
    'https://sallyport/index.html',
    'not an address',
    '',
  ])('%j is nothing', (address) => {
    expect(resolvePage(ROOT, address)).toBeNull()
  })

  it('never lead out of the folder, whatever they say', () => {
    const piece = fc.oneof(
      fc.constantFrom(
        '..',
        '.',
        '/',
        '\\',
        '%2e',
        '%2f',
        '%5c',
        '%00',
        '//',
        'index.html',
        'a',
        ':',
        '@',
        '?',
        '#',
      ),
      fc.string({ maxLength: 5 }),
    )
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 12 }), (pieces) => {
        const page = resolvePage(ROOT, `app://sallyport/${pieces.join('')}`)
        if (page === null) return
        expect(path.resolve(page.file)).toBe(page.file)
        expect(page.file.startsWith(`${ROOT}/`)).toBe(true)
        expect(page.file).not.toMatch(/(^|\/)\.\.?(\/|$)|\0/)
      }),
      runs(2000),
    )
  })
})

describe('a page that is handed out', () => {
  let folder: string
  beforeAll(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'pages-'))
    await mkdir(path.join(folder, 'consent-window'))
    await writeFile(path.join(folder, 'index.html'), '<p>hello')
  })
  afterAll(() => rm(folder, { recursive: true }))

  it('may load nothing but itself', async () => {
    const answer = await answerPage(folder, { method: 'GET', url: 'app://sallyport/index.html' })
    expect(answer.status).toBe(200)
    expect(await answer.text()).toBe('<p>hello')
    const policy = answer.headers.get('content-security-policy') ?? ''
    expect(policy).toContain("default-src 'none'")
    expect(policy).not.toMatch(/unsafe|https?:|data:|\*/)
    expect(answer.headers.get('x-content-type-options')).toBe('nosniff')
  })

  it('is nothing for a folder, a missing file or another verb, and the policy stands there too', async () => {
    for (const [method, url, status] of [
      ['GET', 'app://sallyport/consent-window', 404],
      ['GET', 'app://sallyport/missing.html', 404],
      ['POST', 'app://sallyport/index.html', 405],
    ] as const) {
      const answer = await answerPage(folder, { method, url })
      expect(answer.status).toBe(status)
      expect(answer.headers.get('content-security-policy')).toBe(PAGE_HEADERS['content-security-policy'])
    }
  })
})

describe('what a page may load', () => {
  it.each([
    ['app://sallyport/assets/x.js', true],
    ['app://sallyport.evil.example/x.js', false],
    ['https://evil.example/x.js', false],
    ['file:///etc/passwd', false],
    ['data:text/html,x', false],
    ['blob:app://sallyport/1', false],
    ['devtools://devtools/x', false],
  ])('%s: %s', (url, allowed) => {
    expect(mayLoad(url, false)).toBe(allowed)
  })
  it('includes the developer tools only when running from source', () => {
    expect(mayLoad('devtools://devtools/x', true)).toBe(true)
  })
})
