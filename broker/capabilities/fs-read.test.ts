import { execFileSync } from 'node:child_process'
import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { mintPermit } from '../gate/permit.ts'
import type { PerformContext } from '../ports.ts'
import { createLeakScanner } from '../secrets/leak-scanner.ts'
import { createFileRoom } from './files/file-room.ts'
import { createFsReadCapability } from './fs-read.ts'
import { createWordMatcher } from './search/match-words.ts'
import { type PlayedGate, playGate } from './testing/play-gate.ts'

describe('reading a file', () => {
  let top: string
  let gate: PlayedGate

  beforeEach(() => {
    top = fs.realpathSync(fs.mkdtempSync(path.join(os.tmpdir(), 'sallyport-read-')))
    const files = createFileRoom({ ownPaths: [path.join(top, 'own')], home: top })
    gate = playGate(
      [createFsReadCapability({ files, matcher: createWordMatcher(), leaks: createLeakScanner() })],
      mintPermit,
    )
  })
  afterEach(() => fs.rmSync(top, { recursive: true, force: true }))

  const put = (name: string, data: string | Buffer) => {
    const file = path.join(top, name)
    fs.mkdirSync(path.dirname(file), { recursive: true })
    fs.writeFileSync(file, data)
    return file
  }
  const read = (file: string, more: object = {}) => gate.pass('fs.readFile', { path: file, ...more })
  const openHandles = () => fs.readdirSync('/proc/self/fd').length

  test('gives its text, size and time', async () => {
    const file = put('notes.md', 'Grüße ☀')
    const outcome = await read(file)
    expect(outcome).toMatchObject({
      kind: 'ok',
      value: { value: { path: file, data: 'Grüße ☀', size: 11, bytesRead: 11, more: false }, private: true },
    })
  })

  describe('in parts, of a file that holds a secret’s value', () => {
    const SECRET = 'sk-live-aBcDeFgH12345678'
    const text = `${'first line\n'.repeat(40)}token=${SECRET}\n${'last line\n'.repeat(40)}`
    const begins = text.indexOf(SECRET)
    const watching = () => {
      const leaks = createLeakScanner()
      leaks.watch([{ what: 'secret:one', value: SECRET }])
      const files = createFileRoom({ ownPaths: [], home: top })
      return playGate([createFsReadCapability({ files, matcher: createWordMatcher(), leaks })], mintPermit)
    }

    test.each([1, 2, 3, 5, 7, 16, 23])('shows none of it to who reads %d bytes at a time', async (length) => {
      const file = put('.env', text)
      const reader = watching()
      let all = ''
      for (let offset = 0; offset < text.length; offset += length) {
        const outcome = await reader.pass('fs.readFile', { path: file, offset, length })
        if (outcome.kind !== 'ok') throw new Error(outcome.person)
        all += (outcome.value.value as { data: string }).data
      }
      // A part with all of it in it is cleaned as any other result is.
      expect(all).toBe(text.replace(SECRET, '*'.repeat(SECRET.length)))
    })

    test('shows none of it to who has a stream begin or end in it', async () => {
      const file = put('.env', text)
      for (const [offset, length] of [
        [begins + 5, 10],
        [0, begins + 9],
        [begins + 3, 4000],
      ] as const) {
        const parts: string[] = []
        const outcome = await watching().pass(
          'fs.readStream',
          { path: file, offset, length },
          { parts: sinkInto(parts) },
        )
        expect(outcome.kind).toBe('ok')
        const plain = text.slice(offset, offset + length)
        const hidden = SECRET.slice(Math.max(0, offset - begins), Math.max(0, offset + length - begins))
        expect(parts.join('')).toBe(plain.replace(hidden, '*'.repeat(hidden.length)))
      }
    })
  })

  test('takes a path that starts at home', async () => {
    put('a/b.txt', 'x')
    expect(await read('~/a/b.txt')).toMatchObject({ kind: 'ok', value: { value: { data: 'x' } } })
  })

  test('decides on what a link leads to, in any part of the path', async () => {
    const file = put('real/deep/file.txt', 'x')
    fs.symlinkSync(path.join(top, 'real'), path.join(top, 'link'))
    fs.symlinkSync('real/deep/file.txt', path.join(top, 'direct'))
    for (const way of [
      'link/deep/file.txt',
      'direct',
      'link/../real/./deep//file.txt',
      'real/deep/../deep/file.txt',
    ]) {
      const prepared = await gate.prepare('fs.readFile', { path: `${top}/${way}` })
      expect(prepared, way).toMatchObject({
        kind: 'ok',
        value: { needs: [{ capability: 'fs.read', resource: { kind: 'path', path: file } }] },
      })
      if (prepared.kind === 'ok') prepared.value.dispose()
    }
  })

  test('reads what was held, even if the name leads elsewhere by then', async () => {
    const file = put('in/file.txt', 'allowed')
    const other = put('out/file.txt', 'secret')
    const prepared = await gate.prepare('fs.readFile', { path: file })
    if (prepared.kind !== 'ok') throw new Error('not prepared')
    fs.rmSync(path.join(top, 'in'), { recursive: true })
    fs.symlinkSync(path.dirname(other), path.join(top, 'in'))
    const outcome = await gate.perform(prepared.value)
    prepared.value.dispose()
    // The file was deleted under its handle: what is read is still the one that was decided on.
    expect(outcome.kind === 'ok' ? (outcome.value.value as { data: string }).data : outcome).toBe('allowed')
  })

  test('prepares a missing, a closed and an existing file alike', async () => {
    put('folder/there.txt', 'x')
    for (const name of ['there.txt', 'missing.txt', 'missing/deeper/x.txt', 'there.txt/below']) {
      const prepared = await gate.prepare('fs.readFile', { path: `${top}/folder/${name}` })
      expect(prepared, name).toMatchObject({
        kind: 'ok',
        value: { needs: [{ resource: { path: `${top}/folder/${name}` } }] },
      })
      if (prepared.kind === 'ok') prepared.value.dispose()
    }
    expect(await read(`${top}/folder/missing.txt`)).toMatchObject({ kind: 'failed', code: 'not-found' })
  })

  test('a link that leads nowhere is decided on as what it names', async () => {
    fs.mkdirSync(`${top}/in`)
    fs.symlinkSync(`${top}/elsewhere/secret`, `${top}/in/link`)
    const prepared = await gate.prepare('fs.readFile', { path: `${top}/in/link` })
    expect(prepared).toMatchObject({
      kind: 'ok',
      value: { needs: [{ resource: { path: `${top}/elsewhere/secret` } }] },
    })
  })

  test('what follows a missing folder by .. is decided on as it would be with the folder there', async () => {
    put('in/file.txt', 'x')
    const prepared = await gate.prepare('fs.readFile', { path: `${top}/in/missing/../../other/file.txt` })
    expect(prepared).toMatchObject({
      kind: 'ok',
      value: { needs: [{ resource: { path: `${top}/other/file.txt` } }] },
    })
    expect(await read(`${top}/in/missing/../file.txt`)).toMatchObject({ kind: 'failed', code: 'not-found' })
  })

  test('a circle of links, and a file taken for a folder, are just not found', async () => {
    fs.symlinkSync('b', `${top}/a`)
    fs.symlinkSync('a', `${top}/b`)
    put('plain', 'x')
    expect(await read(`${top}/a`)).toMatchObject({ kind: 'failed', code: 'not-found' })
    expect(await read(`${top}/plain/x`)).toMatchObject({ kind: 'failed', code: 'not-found' })
  })

  test('a path that goes through nothing and back is not said to lead to nothing', async () => {
    const file = put('there.txt', 'x')
    for (const way of ['nope/../there.txt', 'there.txt/../there.txt', 'there.txt/..', 'nope/..']) {
      const outcome = await read(`${top}/${way}`)
      expect([way, outcome]).toMatchObject([way, { kind: 'failed', code: 'not-found' }])
      if (outcome.kind === 'failed') expect(outcome.person).toContain('before a “..”')
    }
    expect(await read(`${top}/nope/../gone.txt`)).toMatchObject({ person: '“gone.txt” does not exist.' })
    expect(await read(`${path.dirname(file)}/nope/../gone/x`)).toMatchObject({
      person: '“x” does not exist.',
    })
  })

  test('does not wait for a FIFO, open a device or look into the kernel', async () => {
    execFileSync('mkfifo', [`${top}/pipe`])
    fs.symlinkSync('/dev/zero', `${top}/zero`)
    expect(await read(`${top}/pipe`)).toMatchObject({ kind: 'failed', code: 'wrong-kind' })
    for (const file of [
      `${top}/zero`,
      '/dev/zero',
      '/proc/self/environ',
      '/proc/self/root/etc/passwd',
      '/sys/kernel/notes',
    ]) {
      expect(await read(file), file).toMatchObject({ kind: 'refused', code: 'invalid-request' })
    }
    expect(await read(top)).toMatchObject({ kind: 'failed', code: 'wrong-kind' })
  })

  test('a link through /proc is seen through', async () => {
    const file = put('x.txt', 'x')
    fs.symlinkSync('/proc/self/root', `${top}/root`)
    const prepared = await gate.prepare('fs.readFile', { path: `${top}/root${file}` })
    expect(prepared).toMatchObject({ kind: 'ok', value: { needs: [{ resource: { path: file } }] } })
  })

  test('a hard link is not read: nobody can say where its other name is', async () => {
    const file = put('outside/secret', 'x')
    fs.mkdirSync(`${top}/in`)
    fs.linkSync(file, `${top}/in/harmless`)
    const outcome = await read(`${top}/in/harmless`)
    expect(outcome).toMatchObject({ kind: 'refused', code: 'invalid-request' })
    expect(JSON.stringify(outcome)).not.toContain('secret')
  })

  test('nor one that had its other name taken away since', async () => {
    const file = put('outside/secret', 'x')
    fs.linkSync(file, `${top}/harmless`)
    const prepared = await gate.prepare('fs.readFile', { path: `${top}/harmless` })
    if (prepared.kind !== 'ok') throw new Error('not prepared')
    fs.rmSync(file)
    expect(await gate.perform(prepared.value)).toMatchObject({ kind: 'refused', code: 'invalid-request' })
    prepared.value.dispose()
  })

  test('Sallyport’s own files are refused, whether they are there or not', async () => {
    put('own/token', 'x')
    fs.symlinkSync(`${top}/own`, `${top}/innocent`)
    for (const file of [`${top}/own/token`, `${top}/own/none`, `${top}/innocent/token`, `${top}/own`]) {
      expect(await read(file), file).toMatchObject({ kind: 'refused', code: 'outside-perimeter' })
    }
  })

  test.each([
    ['a NUL', '/a\0b'],
    ['no start', 'relative/path'],
    ['another’s home', '~root/x'],
    ['a drive', 'C:\\Windows\\win.ini'],
    ['a network path', '\\\\server\\share\\x'],
    ['a long name', `/${'a'.repeat(256)}`],
    ['a long path', `/${'ab/'.repeat(1364)}xyz`],
    ['half a character', '/tmp/\ud800'],
  ])('refuses %s by its spelling', async (_what, text) => {
    expect(await read(text)).toMatchObject({ kind: 'refused', code: 'invalid-request' })
  })

  test('takes names as the disk has them: trailing dots and spaces, other spellings, controls', async () => {
    for (const name of [
      'dot.',
      'space ',
      'é'.normalize('NFC'),
      'é'.normalize('NFD'),
      'line\nbreak',
      '...',
      'Case',
      'cASE',
    ]) {
      put(`names/${name}`, name)
    }
    for (const name of [
      'dot.',
      'space ',
      'é'.normalize('NFC'),
      'é'.normalize('NFD'),
      'line\nbreak',
      '...',
      'Case',
      'cASE',
    ]) {
      expect(await read(`${top}/names/${name}`), JSON.stringify(name)).toMatchObject({
        kind: 'ok',
        value: { value: { data: name } },
      })
    }
    expect(await read(`${top}/names/dot`)).toMatchObject({ kind: 'failed', code: 'not-found' })
  })

  test('gives large files in parts, without cutting a character', async () => {
    const text = '☀é'.repeat(40_000)
    const file = put('large.txt', text)
    let offset = 0
    let all = ''
    for (let parts = 0; parts < 100; parts++) {
      const outcome = await read(file, { offset, length: 10_001 })
      if (outcome.kind !== 'ok') throw new Error(outcome.person)
      const value = outcome.value.value as { data: string; bytesRead: number; more: boolean }
      all += value.data
      offset += value.bytesRead
      if (!value.more) break
    }
    expect(all).toBe(text)
  })

  test('gives bytes as base64 and in other encodings', async () => {
    const bytes = Buffer.from([0, 255, 128, 10])
    const file = put('bytes', bytes)
    expect(await read(file, { encoding: 'base64' })).toMatchObject({
      value: { value: { data: bytes.toString('base64') } },
    })
    expect(await read(file, { encoding: 'latin1' })).toMatchObject({
      value: { value: { data: '\u0000ÿ\u0080\n' } },
    })
  })

  test('says when bytes are no text in the encoding: written back they would be lost', async () => {
    const malformed = async (bytes: Buffer | string, args: Parameters<typeof read>[1]) => {
      const outcome = await read(put('some', bytes), args)
      return outcome.kind === 'ok' ? (outcome.value.value as { malformed: boolean }).malformed : outcome
    }
    const old = Buffer.from('grün', 'latin1')
    expect(await malformed(old, {})).toBe(true)
    expect(await malformed(old, { encoding: 'latin1' })).toBe(false)
    expect(await malformed(old, { encoding: 'base64' })).toBe(false)
    expect(await malformed('grün ☀', {})).toBe(false)
    // Cut in two, but not lost: the rest comes with the next part.
    expect(await malformed('abcdef☀', { length: 8 })).toBe(false)
    expect(await malformed(Buffer.from('☀').subarray(0, 2), {})).toBe(true)
    expect(await malformed(Buffer.from('grün', 'utf16le'), { encoding: 'utf16le' })).toBe(false)
    expect(await malformed(Buffer.from('abc'), { encoding: 'utf16le' })).toBe(true)
    expect(await malformed(Buffer.from([0x3d, 0xd8, 65, 0]), { encoding: 'utf16le' })).toBe(true)
  })

  test('holds nothing open afterwards', async () => {
    const file = put('notes.md', 'x')
    const before = openHandles()
    for (const way of [file, `${top}/none`, `${top}/none/x`, top, '/proc/self/environ', `${top}/own/x`])
      await read(way)
    expect(openHandles()).toBe(before)
  })
})

function sinkInto(parts: string[]): NonNullable<PerformContext['parts']> {
  return {
    open() {},
    async part({ value }) {
      parts.push(Buffer.from((value as { bytes: string }).bytes, 'base64').toString())
      return true
    },
    closed: new AbortController().signal,
  }
}
