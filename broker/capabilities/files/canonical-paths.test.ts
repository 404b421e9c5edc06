import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { fc, runs } from '../../../build/properties.ts'
import type { PathHolder } from './held.ts'
import { createNamedHolder } from './hold-by-name.ts'
import { createLinuxHolder } from './hold-on-linux.ts'
import { parsePathText } from './parse-path.ts'
import { createNameSpelling } from './spell-names.ts'

const spelling = createNameSpelling(() => 0)
const holders: [string, PathHolder][] = [
  ['by handle', createLinuxHolder(spelling)],
  ['by name', createNamedHolder({ spelling, readFlags: fs.constants.O_RDONLY, separator: '/' })],
]

describe.each(holders)('canonical paths, held %s', (_name, holder) => {
  let top: string
  beforeAll(() => {
    top = fs.realpathSync(fs.mkdtempSync(path.join(os.tmpdir(), 'sallyport-canonical-')))
    fs.mkdirSync(`${top}/a/b/c`, { recursive: true })
    fs.mkdirSync(`${top}/d`)
    fs.writeFileSync(`${top}/a/b/file`, '')
    fs.symlinkSync('a/b', `${top}/ab`)
    fs.symlinkSync(`${top}/d`, `${top}/a/d`)
    fs.symlinkSync('..', `${top}/a/up`)
    fs.symlinkSync('nowhere/at/all', `${top}/dangling`)
    fs.symlinkSync('../../d/new', `${top}/a/b/to-new`)
    fs.symlinkSync('loop', `${top}/loop`)
    fs.symlinkSync('loop/../spiral', `${top}/spiral`)
  })
  afterAll(() => fs.rmSync(top, { recursive: true, force: true }))

  const pathOf = (held: { path: string; close(): void }) => {
    held.close()
    return held.path
  }
  const part = fc.constantFrom(
    'a',
    'b',
    'c',
    'd',
    'ab',
    'up',
    'file',
    'dangling',
    'to-new',
    'loop',
    '..',
    '.',
    '',
    'none',
    'new',
    '...',
    ' ',
  )
  const someWay = fc.array(part, { maxLength: 7 }).map((parts) => `${top}/${parts.join('/')}`)

  test('are the same when they are made twice', () => {
    fc.assert(
      fc.property(someWay, (way) => {
        const text = parsePathText(way, { home: top, platform: 'linux' })
        if (text.kind !== 'ok') return
        for (const hold of [holder.holdThing, holder.holdTarget, holder.holdEntry]) {
          const once = pathOf(hold(text.value))
          expect(pathOf(hold(once)), way).toBe(once)
          expect(once).toMatch(/^\/(?!.*\/\/).*$/)
          expect(once.split('/')).not.toContain('..')
          expect(once === '/' || !once.endsWith('/')).toBe(true)
        }
      }),
      runs(1000),
    )
  })

  test('of what exists are what the system says', () => {
    fc.assert(
      fc.property(someWay, (way) => {
        let real: string
        try {
          real = fs.realpathSync.native(way)
        } catch {
          return
        }
        expect(pathOf(holder.holdThing(way))).toBe(real)
      }),
      runs(400),
    )
  })

  test('of links that lead nowhere are where they lead', () => {
    expect(pathOf(holder.holdThing(`${top}/dangling`))).toBe(`${top}/nowhere/at/all`)
    expect(pathOf(holder.holdTarget(`${top}/ab/to-new`))).toBe(`${top}/d/new`)
    expect(pathOf(holder.holdEntry(`${top}/ab/to-new`))).toBe(`${top}/a/b/to-new`)
  })

  test('of circles end', () => {
    for (const way of ['loop', 'spiral', 'spiral/../spiral/x', 'loop/../loop/../dangling']) {
      const began = performance.now()
      expect(pathOf(holder.holdThing(`${top}/${way}`)).startsWith(`${top}/`)).toBe(true)
      expect(performance.now() - began).toBeLessThan(5_000)
    }
    expect(pathOf(holder.holdThing(`${top}/loop/../dangling`))).toBe(`${top}/nowhere/at/all`)
  })

  test('of links that lead on by a thousand names each are soon given up', () => {
    const names = `${'a/../'.repeat(800)}none/..`
    for (let n = 0; n < 300; n++) {
      fs.rmSync(`${top}/long${n}`, { force: true })
      fs.symlinkSync(`${names}/long${n + 1}`, `${top}/long${n}`)
    }
    const began = process.threadCpuUsage()
    expect(holder.holdThing(`${top}/long0`).state).toBe('missing')
    for (const hold of [holder.holdTarget, holder.holdEntry]) {
      const place = hold(`${top}/long0/x`)
      expect('errno' in place && place.errno).toBe('ELOOP')
      place.close()
    }
    const { user, system } = process.threadCpuUsage(began)
    // Followed as far as 400 links lead, each takes seconds.
    expect((user + system) / 1000).toBeLessThan(1_000)
  })

  test('of what is missing don’t tell that it is', () => {
    const thing = holder.holdThing(`${top}/d/secret/deep`)
    expect(thing).toMatchObject({ state: 'missing', path: `${top}/d/secret/deep` })
    fs.mkdirSync(`${top}/d/secret/deep`, { recursive: true })
    expect(pathOf(holder.holdThing(`${top}/d/secret/deep`))).toBe(thing.path)
    fs.rmSync(`${top}/d/secret`, { recursive: true })
  })
})

test.each([
  'linux',
  'win32',
] as const)('a path that turns back without end is refused by its text: %s', (platform) => {
  const parse = (turns: number) => {
    const top = platform === 'linux' ? '' : 'C:'
    return parsePathText(`${top}/${'a/../'.repeat(turns)}b`, { home: '/home/anna', platform })
  }
  expect(parse(100).kind).toBe('ok')
  expect(parse(101)).toMatchObject({ kind: 'refused', code: 'invalid-request' })
})

describe('the text of a Windows path', () => {
  const windows = (text: string) => {
    const outcome = parsePathText(text, { home: 'C:\\Users\\Anna', platform: 'win32' })
    return outcome.kind === 'ok' ? outcome.value : outcome.code
  }

  test.each([
    ['C:\\Users\\Anna\\a.txt', 'C:\\Users\\Anna\\a.txt'],
    ['c:/Users//Anna/./a.txt', 'C:\\Users\\Anna\\a.txt'],
    ['~/notes/a.txt', 'C:\\Users\\Anna\\notes\\a.txt'],
    ['C:\\', 'C:\\'],
    ['C:\\a\\..\\b', 'C:\\a\\..\\b'],
  ])('%s is %s', (text, form) => {
    expect(windows(text)).toBe(form)
  })

  test.each([
    '\\\\server\\share\\a',
    '//server/share/a',
    '\\\\?\\C:\\a',
    '\\\\.\\PhysicalDrive0',
    'C:a.txt',
    '\\a',
    'C:\\a.txt:stream',
    'C:\\a.txt.',
    'C:\\a.txt ',
    'C:\\folder.\\a',
    'C:\\con',
    'C:\\x\\NUL.txt',
    'C:\\com1',
    'C:\\lpt¹.log',
    'C:\\PROGRA~1\\a',
    'C:\\a|b',
    'C:\\a\u0007b',
    'C:\\a*b',
    'relative',
  ])('%s is refused', (text) => {
    expect(windows(text)).toBe('invalid-request')
  })
})
