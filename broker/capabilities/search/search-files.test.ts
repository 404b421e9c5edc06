import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { mintPermit } from '../../gate/permit.ts'
import { killBubblewrap } from '../../lanes/kill-bubblewrap.ts'
import type { PerformContext } from '../../ports.ts'
import { createLeakScanner } from '../../secrets/leak-scanner.ts'
import { createFileRoom } from '../files/file-room.ts'
import { createFsReadCapability } from '../fs-read.ts'
import { playGate } from '../testing/play-gate.ts'
import type { LineMatcher } from './match-lines.ts'
import { createRipgrepMatcher } from './match-with-ripgrep.ts'
import { createWordMatcher } from './match-words.ts'

const PATH = '/usr/local/bin:/usr/bin:/bin'
const ripgrep = createRipgrepMatcher(PATH, killBubblewrap)
const matchers: [string, LineMatcher][] = [['our own', createWordMatcher()]]
if (ripgrep) matchers.push(['ripgrep', ripgrep])

let top: string
beforeEach(() => {
  top = fs.realpathSync(fs.mkdtempSync(path.join(os.tmpdir(), 'sallyport-search-')))
})
afterEach(() => fs.rmSync(top, { recursive: true, force: true }))

const put = (name: string, data: string | Buffer) => {
  fs.mkdirSync(path.dirname(path.join(top, name)), { recursive: true })
  fs.writeFileSync(path.join(top, name), data)
}
const searchWith = async (
  matcher: LineMatcher,
  args: object,
  context: Partial<PerformContext> = {},
  leaks = createLeakScanner(),
) => {
  const files = createFileRoom({ ownPaths: [], home: top })
  const gate = playGate([createFsReadCapability({ files, matcher, leaks })], mintPermit)
  const outcome = await gate.pass('fs.search', { path: top, ...args }, context)
  if (outcome.kind !== 'ok') return outcome
  const { matches, truncated } = outcome.value.value as {
    matches: { path: string; line: number; text: string }[]
    truncated: boolean
  }
  return {
    found: matches.map((one) => `${one.path.slice(top.length + 1)}:${one.line} ${one.text}`),
    truncated,
  }
}

describe.each(matchers)('searching with %s', (_name, matcher) => {
  const search = (args: object, context: Partial<PerformContext> = {}) => searchWith(matcher, args, context)

  describe('in a file that holds a secret’s value', () => {
    const SECRET = 'sk-live-aBcDeFgH12345678'
    const ask = async (args: object) => {
      const leaks = createLeakScanner()
      leaks.watch([{ what: 'secret:one', value: SECRET }])
      return searchWith(matcher, args, {}, leaks)
    }

    test('tells nobody who guesses whether a guess is right', async () => {
      put('.env', `A=1\nTOKEN=${SECRET}\nB=sk-live\n`)
      for (const guess of ['TOKEN=s', 'sk-live-a', 'aBcD', SECRET, SECRET.slice(-3)])
        expect(await ask({ pattern: guess }), guess).toEqual({ found: [], truncated: false })
      expect(await ask({ pattern: 'token', ignoreCase: true })).toEqual({
        found: ['.env:2 TOKEN=[secret:one removed]'],
        truncated: false,
      })
      expect(await ask({ pattern: 'sk-live' })).toEqual({ found: ['.env:3 B=sk-live'], truncated: false })
    })

    test('tells each line by itself, whichever of them are found without it', async () => {
      put('.env', `B=sk-live\nA=${SECRET}\nsk-live ${SECRET}\n${SECRET} sk-live\n`)
      expect(await ask({ pattern: 'sk-live' })).toEqual({
        found: [
          '.env:1 B=sk-live',
          '.env:3 sk-live [secret:one removed]',
          '.env:4 [secret:one removed] sk-live',
        ],
        truncated: false,
      })
    })

    test('shows no beginning of it at the end of a line that is cut', async () => {
      const before = `key ${'x'.repeat(480)} `
      put('one-line.json', `${before}${SECRET} ${'y'.repeat(100)}`)
      expect(await ask({ pattern: 'key' })).toEqual({
        found: [`one-line.json:1 ${before}`],
        truncated: false,
      })
    })
  })

  test('finds lines with their file and number, whatever ends the file', async () => {
    put('a.txt', 'one\ntwo needle\nthree')
    put('b/c.txt', 'needle at the start\r\nlast needle\n')
    put('b/d.txt', 'nothing')
    put('empty', '')
    put('e.txt', 'needle ☀')
    expect(await search({ pattern: 'needle' })).toEqual({
      found: [
        'a.txt:2 two needle',
        'b/c.txt:1 needle at the start',
        'b/c.txt:2 last needle',
        'e.txt:1 needle ☀',
      ],
      truncated: false,
    })
  })

  test('is not blinded by a text that is none further on, or begins as another encoding does', async () => {
    put('0', Buffer.concat([Buffer.of(0xff, 0xfe), Buffer.from('needle of no encoding\n')]))
    put('1', `needle\n${'hay\n'.repeat(3_000)}\0\nneedle behind a zero`)
    put('2', 'needle')
    expect(await search({ pattern: 'needle' })).toMatchObject({
      found: [
        '0:1 \ufffd\ufffdneedle of no encoding',
        '1:1 needle',
        '1:3003 needle behind a zero',
        '2:1 needle',
      ],
    })
  })

  test('takes no word for an option', async () => {
    const words = ['--files', '-v', '--pre=/bin/sh', '--', '-f/etc/passwd', '-e']
    put('a', `${words.join('!\n')}!\nnothing`)
    for (const [at, word] of words.entries())
      expect(await search({ pattern: `${word}!` }), word).toMatchObject({ found: [`a:${at + 1} ${word}!`] })
    for (const word of ['--files', '-f/etc/passwd'])
      expect(await search({ pattern: word }), word).toMatchObject({ found: [expect.stringContaining(word)] })
  })

  test('takes the pattern as words, ignores case when asked, filters names', async () => {
    put('a.md', 'a.c [x] (Needle)')
    put('a.txt', 'abc needle')
    expect(await search({ pattern: 'a.c' })).toMatchObject({ found: ['a.md:1 a.c [x] (Needle)'] })
    expect(await search({ pattern: '(needle)', ignoreCase: true })).toMatchObject({
      found: ['a.md:1 a.c [x] (Needle)'],
    })
    expect(await search({ pattern: 'needle', ignoreCase: true, glob: '*.txt' })).toMatchObject({
      found: ['a.txt:1 abc needle'],
    })
    expect(await search({ pattern: '-e' })).toMatchObject({ found: [] })
    for (const regex of [false, true])
      for (const [pattern, why] of [
        ['a\0b', 'NUL'],
        ['a\nb', 'line break'],
      ])
        expect(await search({ pattern, regex })).toMatchObject({
          kind: 'refused',
          code: 'invalid-request',
          person: expect.stringContaining(why as string),
        })
  })

  test('says of a very large text that only its beginning was looked through, whole lines of it', async () => {
    put('large.txt', `first needle\n${'a line of no use\n'.repeat(600_000)}last needle\n`)
    put('one-line.txt', `needle${'x'.repeat(9_000_000)}`)
    put('small.txt', 'a needle')
    put('film.bin', Buffer.alloc(9_000_000))
    const found = ['large.txt:1 first needle', 'small.txt:1 a needle']
    expect(await search({ pattern: 'needle' })).toEqual({ found, truncated: true })
    expect(await search({ pattern: 'needle', path: `${top}/large.txt` })).toEqual({
      found: found.slice(0, 1),
      truncated: true,
    })
    fs.rmSync(`${top}/large.txt`)
    fs.rmSync(`${top}/one-line.txt`)
    expect(await search({ pattern: 'needle' })).toEqual({ found: found.slice(1), truncated: false })
  })

  test('leaves out binaries, hard links, links to elsewhere, and what a stricter rule covers', async () => {
    put('binary', Buffer.from('needle\0'))
    put('twice', 'needle')
    fs.linkSync(`${top}/twice`, `${top}/twin`)
    fs.symlinkSync('/etc', `${top}/link`)
    put('closed/a', 'needle')
    put('open/a', 'needle')
    const wouldDecide = (need: { resource: unknown }) =>
      (need.resource as { path: string }).path.includes('closed') ? ('deny' as const) : ('allow' as const)
    expect(await search({ pattern: 'needle' }, { wouldDecide })).toMatchObject({ found: ['open/a:1 needle'] })
  })

  test('says that folders which lie deeper than it goes were not looked through', async () => {
    const deep = Array(32).fill('d').join('/')
    put(`${deep.slice(2)}/found`, 'needle')
    expect(await search({ pattern: 'needle' })).toMatchObject({ truncated: false })
    put(`${deep}/not-found`, 'needle')
    expect(await search({ pattern: 'needle' })).toEqual({
      found: [`${deep.slice(2)}/found:1 needle`],
      truncated: true,
    })
  })

  test('stops at the limit, and says that there is more', async () => {
    for (let i = 0; i < 50; i++) put(`f${String(i).padStart(2, '0')}`, 'needle\n'.repeat(50))
    const result = await search({ pattern: 'needle', limit: 60 })
    expect(result).toMatchObject({ truncated: true })
    expect('found' in result ? result.found.length : 0).toBe(60)
    expect('found' in result ? result.found.at(-1) : '').toBe('f01:10 needle')
  })

  test('searches one file', async () => {
    put('a.txt', 'x\nneedle')
    expect(await search({ pattern: 'needle', path: `${top}/a.txt` })).toMatchObject({
      found: ['a.txt:2 needle'],
    })
    expect(await search({ pattern: 'needle', path: `${top}/none` })).toMatchObject({
      kind: 'failed',
      code: 'not-found',
    })
  })
})

describe('regular expressions', () => {
  test('are refused where only JavaScript’s could be used', async () => {
    put('a', 'x')
    expect(await searchWith(createWordMatcher(), { pattern: 'x', regex: true })).toMatchObject({
      kind: 'refused',
      code: 'unavailable',
    })
  })

  test.skipIf(!ripgrep)('work, say when they are wrong, and can’t be made to run for ever', async () => {
    put('a', `aaa 123\n${'a'.repeat(100_000)}!\n`)
    const matcher = ripgrep as LineMatcher
    expect(await searchWith(matcher, { pattern: '^a+ \\d{3}$', regex: true })).toMatchObject({
      found: ['a:1 aaa 123'],
    })
    expect(await searchWith(matcher, { pattern: '(unclosed', regex: true })).toMatchObject({
      kind: 'refused',
      code: 'invalid-request',
      person: expect.stringContaining('unclosed'),
    })
    const began = performance.now()
    await searchWith(matcher, { pattern: '^(a+)+$', regex: true })
    expect(performance.now() - began).toBeLessThan(5000)
  })

  test.skipIf(!ripgrep)('that take longer than a search may say that there is more', async () => {
    const matcher = createRipgrepMatcher(PATH, killBubblewrap, 300) as LineMatcher
    async function* endless() {
      yield Buffer.from('needle')
      for (;;) {
        await new Promise((resolve) => setImmediate(resolve))
        yield Buffer.from('hay\n')
      }
    }
    const query = { pattern: 'ne+dle', regex: true, ignoreCase: false, limit: 10 }
    expect(await matcher.match(query, endless(), new AbortController().signal)).toMatchObject({
      value: { cut: true, matches: [{ index: 0, line: 1, text: 'needle' }] },
    })
  })

  test.skipIf(!ripgrep)(
    'whose search breaks off are a failure, not a search that found nothing',
    async () => {
      put('a', 'needle')
      const bin = fs.mkdtempSync(path.join(os.tmpdir(), 'sallyport-bin-'))
      for (const end of ['kill -9 $$', 'exit 134']) {
        fs.writeFileSync(path.join(bin, 'bwrap'), `#!/bin/sh\ncat >/dev/null\n${end}\n`, { mode: 0o755 })
        const matcher = createRipgrepMatcher(`${bin}:${PATH}`, killBubblewrap) as LineMatcher
        expect(await searchWith(matcher, { pattern: 'needle' }), end).toMatchObject({
          kind: 'failed',
          code: 'io',
        })
      }
      fs.rmSync(bin, { recursive: true })
    },
  )

  test.skipIf(!ripgrep)('many large files leave no listeners behind on what reads them', async () => {
    for (let n = 0; n < 30; n++) put(`${n}.txt`, `${'x'.repeat(79)}\n`.repeat(3_000))
    const warnings: string[] = []
    const note = (warning: Error) => void warnings.push(warning.name)
    process.on('warning', note)
    await searchWith(ripgrep as LineMatcher, { pattern: 'needle' })
    await new Promise((resolve) => setImmediate(resolve))
    process.off('warning', note)
    expect(warnings).toEqual([])
  })

  test.skipIf(!ripgrep)(
    'a line with a million matches costs no more than any other, and is told as it begins',
    async () => {
      put('long', `${'x'.repeat(4_000_000)}\nab\rc x\r\nü x`)
      const before = process.threadCpuUsage()
      expect(await searchWith(ripgrep as LineMatcher, { pattern: 'x' })).toMatchObject({
        found: [`long:1 ${'x'.repeat(500)}`, 'long:2 ab\rc x', 'long:3 ü x'],
      })
      const { user, system } = process.threadCpuUsage(before)
      // Of the processor, so whatever else this computer does; each match by itself cost seconds.
      expect((user + system) / 1000).toBeLessThan(500)
    },
  )
  test.skipIf(!ripgrep)('a cancelled run ends the search', async () => {
    for (let i = 0; i < 20; i++) put(`f${i}`, 'x'.repeat(1_000_000))
    const control = new AbortController()
    setTimeout(() => control.abort(), 20)
    expect(
      await searchWith(ripgrep as LineMatcher, { pattern: 'needle' }, { signal: control.signal }),
    ).toMatchObject({ kind: 'refused', code: 'cancelled' })
  })
})
