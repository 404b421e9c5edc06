import { execFileSync } from 'node:child_process'
import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { ok } from '../../contract/outcome.ts'
import { mintPermit } from '../gate/permit.ts'
import { createFileRoom } from './files/file-room.ts'
import { createFsDeleteCapability } from './fs-delete.ts'
import { createFsListCapability } from './fs-list.ts'
import { createFsWriteCapability } from './fs-write.ts'
import { noUndo, type PlayedGate, playGate } from './testing/play-gate.ts'
import { createLinuxTrash } from './trash/linux-trash.ts'

let top: string
let gate: PlayedGate

beforeEach(() => {
  top = fs.realpathSync(fs.mkdtempSync(path.join(os.tmpdir(), 'sallyport-write-')))
  const files = createFileRoom({ ownPaths: [path.join(top, 'own')], home: top })
  const trash = createLinuxTrash({
    holder: files.holder,
    home: top,
    uid: process.getuid?.() ?? 0,
    clock: () => 1_800_000_000_000,
  })
  const undo = noUndo()
  gate = playGate(
    [
      createFsWriteCapability({ files, undo }),
      createFsDeleteCapability({ files, undo, trash }),
      createFsListCapability({ files }),
    ],
    mintPermit,
  )
})
afterEach(() => fs.rmSync(top, { recursive: true, force: true }))

const put = (name: string, data = name) => {
  fs.mkdirSync(path.dirname(path.join(top, name)), { recursive: true })
  fs.writeFileSync(path.join(top, name), data)
  return path.join(top, name)
}
const text = (name: string) => fs.readFileSync(path.join(top, name), 'utf8')
const write = (file: string, data: string, more: object = {}) =>
  gate.pass('fs.writeFile', { path: `${top}/${file}`, data, ...more })
const needsOf = async (...args: Parameters<PlayedGate['prepare']>) => {
  const prepared = await gate.prepare(...args)
  if (prepared.kind !== 'ok') throw new Error(prepared.person)
  prepared.value.dispose()
  return prepared.value.needs.map(
    ({ capability, resource }) =>
      `${capability} ${resource.kind === 'path' ? resource.path.slice(top.length) : resource.kind}`,
  )
}
const names = (folder = '') => fs.readdirSync(path.join(top, folder)).sort()

describe('writing a file', () => {
  test('creates, replaces, appends', async () => {
    expect(await write('a.txt', 'one')).toMatchObject({
      kind: 'ok',
      value: { value: { created: true, size: 3 } },
    })
    expect(await write('a.txt', 'two')).toMatchObject({ kind: 'ok', value: { value: { created: false } } })
    expect(await write('a.txt', ' three', { mode: 'append' })).toMatchObject({
      kind: 'ok',
      value: { value: { size: 9 } },
    })
    expect(text('a.txt')).toBe('two three')
    expect(await write('b.txt', 'new', { mode: 'append' })).toMatchObject({
      kind: 'ok',
      value: { value: { created: true } },
    })
    expect(names()).toEqual(['a.txt', 'b.txt'])
  })

  test('a stop while the content goes to the disk changes nothing', async () => {
    put('a.txt', 'old')
    for (const name of ['a.txt', 'new.txt']) {
      const control = new AbortController()
      const { fsync } = fs
      const syncing = vi.spyOn(fs, 'fsync').mockImplementationOnce((fd, done) => {
        control.abort()
        fsync(fd, done)
      })
      const write = { path: `${top}/${name}`, data: 'new' }
      const outcome = await gate.pass('fs.writeFile', write, { signal: control.signal })
      syncing.mockRestore()
      expect(outcome).toMatchObject({ kind: 'refused', code: 'cancelled' })
      expect(names()).toEqual(['a.txt'])
      expect(text('a.txt')).toBe('old')
    }
  })

  test('create never writes over what is there', async () => {
    put('a.txt', 'old')
    expect(await write('a.txt', 'new', { mode: 'create' })).toMatchObject({ kind: 'failed', code: 'exists' })
    expect(text('a.txt')).toBe('old')
    expect(names()).toEqual(['a.txt'])
  })

  test('keeps the mode of what it replaces', async () => {
    fs.chmodSync(put('run.sh'), 0o751)
    await write('run.sh', 'new')
    expect(fs.statSync(`${top}/run.sh`).mode & 0o7777).toBe(0o751)
  })

  test('writes what a link leads to, and leaves the link', async () => {
    put('real/a.txt', 'old')
    fs.symlinkSync('real/a.txt', `${top}/link`)
    expect(await needsOf('fs.writeFile', { path: `${top}/link`, data: '' })).toEqual(['fs.write /real/a.txt'])
    await write('link', 'new')
    expect(text('real/a.txt')).toBe('new')
    expect(fs.lstatSync(`${top}/link`).isSymbolicLink()).toBe(true)
  })

  test('a link to nowhere is written at where it leads', async () => {
    fs.mkdirSync(`${top}/other`)
    fs.symlinkSync(`${top}/other/new.txt`, `${top}/link`)
    expect(await needsOf('fs.writeFile', { path: `${top}/link`, data: '' })).toEqual([
      'fs.write /other/new.txt',
    ])
    await write('link', 'x')
    expect(text('other/new.txt')).toBe('x')
  })

  test('other names of a hard link keep their content', async () => {
    put('outside', 'secret')
    fs.linkSync(`${top}/outside`, `${top}/inside`)
    expect(await write('inside', 'mine')).toMatchObject({ kind: 'ok' })
    expect([text('outside'), text('inside')]).toEqual(['secret', 'mine'])
    fs.linkSync(`${top}/outside`, `${top}/third`)
    expect(await write('third', 'more', { mode: 'append' })).toMatchObject({ kind: 'refused' })
    expect(text('outside')).toBe('secret')
  })

  test('makes missing folders only when asked, and needs leave for the first of them', async () => {
    expect(await write('new/deep/a.txt', 'x')).toMatchObject({ kind: 'failed', code: 'not-found' })
    expect(await needsOf('fs.writeFile', { path: `${top}/new/deep/a.txt`, data: '', parents: true })).toEqual(
      ['fs.write /new/deep/a.txt', 'fs.write /new'],
    )
    expect(await write('new/deep/a.txt', 'x', { parents: true })).toMatchObject({ kind: 'ok' })
    expect(text('new/deep/a.txt')).toBe('x')
  })

  test('tells in a question only what it will do: folders where they are missing, old content where there is some', async () => {
    put('there/a.txt', 'old')
    const told = async (name: string, mode: string, parents: boolean) => {
      const args = { path: `${top}/${name}`, data: 'x', mode, parents }
      const prepared = await gate.prepare('fs.writeFile', args)
      if (prepared.kind !== 'ok') throw new Error(prepared.person)
      prepared.value.dispose()
      const lines = prepared.value.exact.filter(({ label }) => /^Written|folder/i.test(label))
      return lines.map(({ label, text }) => `${label}: ${text}`)
    }
    expect(await told('there/a.txt', 'replace', true)).toEqual(['Written: 1 byte, in place of what is there'])
    expect(await told('there/a.txt', 'append', true)).toEqual([
      'Written: 1 byte, at the end of what is there',
    ])
    expect(await told('there/b.txt', 'replace', true)).toEqual(['Written: 1 byte, a new file'])
    expect(await told('there/b.txt', 'append', true)).toEqual(['Written: 1 byte, a new file'])
    expect(await told('new/deep/c.txt', 'create', false)).toEqual([
      'Written: 1 byte, a new file; fails if there is one',
    ])
    expect(await told('new/deep/c.txt', 'create', true)).toEqual([
      'Written: 1 byte, a new file; fails if there is one',
      `Makes 2 folders, beginning with: ${top}/new`,
    ])
    expect(await told('there/new/c.txt', 'create', true)).toEqual([
      'Written: 1 byte, a new file; fails if there is one',
      `Makes the folder: ${top}/there/new`,
    ])
  })

  test('refuses folders, FIFOs and what is no text in that encoding', async () => {
    execFileSync('mkfifo', [`${top}/pipe`])
    fs.mkdirSync(`${top}/folder`)
    expect(await write('pipe', 'x')).toMatchObject({ code: 'wrong-kind' })
    expect(await write('folder', 'x')).toMatchObject({ code: 'wrong-kind' })
    expect(await write('a', 'not base64!', { encoding: 'base64' })).toMatchObject({ code: 'invalid-request' })
    expect(await write('a', '☀', { encoding: 'latin1' })).toMatchObject({ code: 'invalid-request' })
    expect(await write('a', '\ud800')).toMatchObject({ code: 'invalid-request' })
    expect(
      await write('bytes', Buffer.from([0, 255]).toString('base64'), { encoding: 'base64' }),
    ).toMatchObject({ kind: 'ok' })
    expect(fs.readFileSync(`${top}/bytes`)).toEqual(Buffer.from([0, 255]))
  })

  test('a full disk leaves the old content', async ({ skip }) => {
    const small = `${top}/small`
    fs.mkdirSync(small)
    try {
      execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=64k', 'tmpfs', small], { stdio: 'ignore' })
    } catch {
      return skip('only an administrator can make a small disk')
    }
    try {
      put('small/a.txt', 'old')
      expect(await write('small/a.txt', 'x'.repeat(200_000))).toMatchObject({
        kind: 'failed',
        code: 'disk-full',
      })
      expect(text('small/a.txt')).toBe('old')
      expect(names('small')).toEqual(['a.txt'])
    } finally {
      execFileSync('umount', [small])
    }
  })

  test('folders that were made for what could not be written go again, with their changes', async () => {
    const files = createFileRoom({ ownPaths: [], home: top })
    const kept = new Map<string, string>()
    const undo = {
      ...noUndo(),
      async before({ path: at }: { path: string }) {
        kept.set(`${kept.size + 1}`, at)
        return ok({ id: `${kept.size}` })
      },
      async after(id: string, done: boolean) {
        if (!done) kept.delete(id)
      },
    }
    const own = playGate([createFsWriteCapability({ files, undo })], mintPermit)
    put('a.txt')
    fs.mkdirSync(`${top}/there`)
    const stopped = { signal: AbortSignal.abort() }
    const args = { path: `${top}/there/b/c/d.txt`, data: 'x', parents: true }
    expect(await own.pass('fs.writeFile', args, stopped)).toMatchObject({ code: 'cancelled' })
    const copies = [{ from: `${top}/a.txt`, to: `${top}/there/b/c/d.txt` }]
    expect((await own.pass('fs.copy', { copies, parents: true }, stopped)).kind).not.toBe('ok')
    expect(names('there')).toEqual([])
    expect([...kept.values()]).toEqual([])
    expect(await own.pass('fs.writeFile', args)).toMatchObject({ kind: 'ok' })
    expect([...kept.values()].map((at) => at.slice(top.length))).toEqual([
      '/there/b',
      '/there/b/c',
      '/there/b/c/d.txt',
    ])
  })

  test('what somebody writes while the new content goes to the disk is not written over', async () => {
    const files = createFileRoom({ ownPaths: [], home: top })
    const file = put('a.txt', 'old')
    const undo = {
      ...noUndo(),
      async before() {
        fs.appendFileSync(file, ', and a line of a person’s')
        return ok({ id: 'change_1' })
      },
    }
    const own = playGate([createFsWriteCapability({ files, undo })], mintPermit)
    for (const mode of ['replace', 'append'])
      expect(await own.pass('fs.writeFile', { path: file, data: 'new', mode })).toMatchObject({
        kind: 'failed',
        code: 'changed',
      })
    expect(text('a.txt')).toMatch(/^old, and a line/)
    expect(names()).toEqual(['a.txt'])
  })

  test('nothing is put where what is half made would be cleared away after a crash', async () => {
    const kept = '.sallyport-0123456789abcdef.tmp'
    put('a.txt')
    const moves = [{ from: `${top}/a.txt`, to: `${top}/${kept}` }]
    expect(await gate.pass('fs.move', { moves })).toMatchObject({ kind: 'refused', code: 'invalid-request' })
    expect(await write(kept, 'x')).toMatchObject({ kind: 'refused' })
    expect(await write(`${kept}/x`, 'x', { parents: true })).toMatchObject({ kind: 'refused' })
    expect(await write('.sallyport-notes.tmp', 'x')).toMatchObject({ kind: 'ok' })
    expect(names()).toEqual(['.sallyport-notes.tmp', 'a.txt'])
  })

  test('a file that is marked as read-only stays as it is', async () => {
    fs.chmodSync(put('a.txt', 'old'), 0o444)
    for (const mode of ['replace', 'append'])
      expect(await write('a.txt', 'new', { mode })).toMatchObject({ kind: 'failed', code: 'permission' })
    expect(text('a.txt')).toBe('old')
  })

  test('new content does not run as a file’s owner, as the old did', async () => {
    fs.chmodSync(put('run', 'old'), 0o4755)
    expect(await write('run', 'new')).toMatchObject({ kind: 'ok' })
    expect(fs.statSync(`${top}/run`).mode & 0o7777).toBe(0o755)
  })

  test('over existing text is asked for with the difference, also in large files, at their ends, and in other encodings', async () => {
    const preview = async (name: string, data: string, more: object = {}) => {
      const prepared = await gate.prepare('fs.writeFile', { path: `${top}/${name}`, data, ...more })
      if (prepared.kind !== 'ok') throw new Error(prepared.person)
      const { diff, diffPart, exact } = prepared.value
      prepared.value.dispose()
      return { diff, part: diffPart, now: exact.find(({ label }) => label === 'There now')?.text }
    }
    const large = Array.from({ length: 40_000 }, (_, at) => `this is line ${at}\n`)
    put('large.txt', large.join(''))
    const few = await preview('large.txt', large.with(39_000, 'CHANGED\n').join(''))
    expect(few).toMatchObject({ part: false, now: '748890 bytes' })
    expect(few.diff).toContain('-this is line 39000\n+CHANGED\n')
    const all = await preview('large.txt', large.map((line) => `x${line}`).join(''))
    expect(all.part).toBe(true)
    expect(all.diff).toContain('40,000 lines go, 40,000 lines come')
    const end = await preview('large.txt', 'and this\n', { mode: 'append' })
    expect(end.part).toBe(false)
    expect(end.diff).toMatch(/@@ -\?,3 \+\?,4 @@\n this is line 39997\n(.*\n){2}\+and this\n$/)

    put('huge.txt', 'one line\n'.repeat(400_000))
    expect(await preview('huge.txt', 'short\n')).toMatchObject({
      part: true,
      diff: expect.stringContaining('Only the beginning of each was compared.'),
      now: '3600000 bytes',
    })
    fs.writeFileSync(`${top}/wide.txt`, 'grün\nrot\n', 'utf16le')
    expect((await preview('wide.txt', 'grün\nblau\n', { encoding: 'utf16le' })).diff).toContain('-rot\n+blau')
    fs.writeFileSync(`${top}/old.txt`, 'grün\nrot\n', 'latin1')
    expect((await preview('old.txt', 'grün\nblau\n', { encoding: 'latin1' })).diff).toContain(' grün\n-rot')
    put('bytes', 'a\0b')
    expect(await preview('bytes', 'text')).toMatchObject({ diff: null, now: '3 bytes' })
    expect(await preview('new.txt', 'text')).toMatchObject({ diff: null, now: undefined })
  })

  test('what changed since it was looked at is not written over', async () => {
    const file = put('a.txt', 'old')
    const prepared = await gate.prepare('fs.writeFile', { path: file, data: 'new' })
    if (prepared.kind !== 'ok') throw new Error('not prepared')
    expect(prepared.value.diff).toContain('-old')
    fs.writeFileSync(file, 'changed meanwhile')
    expect(await gate.perform(prepared.value)).toMatchObject({ kind: 'failed', code: 'changed' })
    expect(text('a.txt')).toBe('changed meanwhile')
    prepared.value.dispose()
  })

  test('a folder that moved since is not written into', async () => {
    put('in/a.txt', 'old')
    const prepared = await gate.prepare('fs.writeFile', { path: `${top}/in/b.txt`, data: 'new' })
    if (prepared.kind !== 'ok') throw new Error('not prepared')
    fs.renameSync(`${top}/in`, `${top}/elsewhere`)
    expect(await gate.perform(prepared.value)).toMatchObject({ kind: 'failed', code: 'changed' })
    expect(names('elsewhere')).toEqual(['a.txt'])
    prepared.value.dispose()
  })

  test('the question is bound to the content and to what it would replace', async () => {
    const file = put('a.txt', 'old')
    const binding = async (data: string) => {
      const prepared = await gate.prepare('fs.writeFile', { path: file, data })
      if (prepared.kind !== 'ok') throw new Error('not prepared')
      prepared.value.dispose()
      return prepared.value.binding
    }
    const first = await binding('x')
    expect(await binding('x')).toBe(first)
    expect(await binding('y')).not.toBe(first)
    fs.writeFileSync(file, 'other')
    expect(await binding('x')).not.toBe(first)
  })
})

describe('moving and copying', () => {
  const move = (...moves: [string, string][]) =>
    gate.pass('fs.move', {
      moves: moves.map(([from, to]) => ({ from: `${top}/${from}`, to: `${top}/${to}` })),
    })
  const copy = (from: string, to: string, context = {}) =>
    gate.pass('fs.copy', { copies: [{ from: `${top}/${from}`, to: `${top}/${to}` }] }, context)

  test('moves several as one, and names both ends', async () => {
    put('a.txt')
    put('b.txt')
    fs.mkdirSync(`${top}/to`)
    expect(await needsOf('fs.move', { moves: [{ from: `${top}/a.txt`, to: `${top}/to/a.txt` }] })).toEqual([
      'fs.write /a.txt',
      'fs.write /to/a.txt',
    ])
    expect(await move(['a.txt', 'to/a.txt'], ['b.txt', 'to/b2.txt'])).toMatchObject({ kind: 'ok' })
    expect(names('to')).toEqual(['a.txt', 'b2.txt'])
    expect(names()).toEqual(['to'])
  })

  test('never writes over what is there; all or none', async () => {
    put('a.txt')
    put('b.txt')
    put('to/b.txt', 'old')
    const outcome = await move(['a.txt', 'to/a.txt'], ['b.txt', 'to/b.txt'])
    expect(outcome).toMatchObject({
      kind: 'failed',
      code: 'exists',
      person: expect.stringContaining('Nothing was moved'),
    })
    expect(names('to')).toEqual(['b.txt'])
    expect(text('to/b.txt')).toBe('old')
    expect(names()).toEqual(['a.txt', 'b.txt', 'to'])
  })

  test('moves a link itself, and folders with all in them', async () => {
    put('folder/deep/a.txt')
    fs.symlinkSync('folder', `${top}/link`)
    expect(await move(['link', 'link2'], ['folder', 'folder2'])).toMatchObject({ kind: 'ok' })
    expect(fs.readlinkSync(`${top}/link2`)).toBe('folder')
    expect(text('folder2/deep/a.txt')).toBe('folder/deep/a.txt')
  })

  test('a folder can’t be put into itself', async () => {
    put('folder/a.txt')
    expect(await move(['folder', 'folder/inner'])).toMatchObject({ kind: 'refused', code: 'invalid-request' })
    expect(await copy('folder', 'folder/inner')).toMatchObject({ kind: 'refused', code: 'invalid-request' })
  })

  test('what may not be read can’t be made readable by moving it, alone or within its folder', async () => {
    put('folder/secret/key')
    fs.mkdirSync(`${top}/open`)
    const wouldDecide = (need: { capability: string; resource: unknown }) => {
      const at = (need.resource as { path: string }).path
      return need.capability === 'fs.read' && at.startsWith(`${top}/folder/secret`)
        ? ('deny' as const)
        : ('allow' as const)
    }
    const pair = (from: string, to: string) =>
      gate.pass('fs.move', { moves: [{ from: `${top}/${from}`, to: `${top}/${to}` }] }, { wouldDecide })
    expect(await pair('folder/secret/key', 'open/key')).toMatchObject({ kind: 'refused' })
    expect(await pair('folder', 'open/folder')).toMatchObject({ kind: 'refused' })
    expect(names('open')).toEqual([])
  })

  test('carries to another disk, with times and modes', async ({ skip }) => {
    const file = put('folder/a.txt')
    fs.chmodSync(file, 0o640)
    fs.utimesSync(file, 1_600_000_000, 1_600_000_000)
    fs.symlinkSync('a.txt', `${top}/folder/link`)
    const disk = `${top}/disk`
    fs.mkdirSync(disk)
    try {
      execFileSync('mount', ['-t', 'tmpfs', 'tmpfs', disk], { stdio: 'ignore' })
    } catch {
      return skip('only an administrator can make a disk')
    }
    try {
      expect(await move(['folder', 'disk/folder'])).toMatchObject({ kind: 'ok' })
      const stat = fs.statSync(`${disk}/folder/a.txt`)
      expect([stat.mode & 0o777, stat.mtimeMs, fs.readlinkSync(`${disk}/folder/link`)]).toEqual([
        0o640,
        1_600_000_000_000,
        'a.txt',
      ])
      expect(fs.existsSync(`${top}/folder`)).toBe(false)
      expect(names('disk')).toEqual(['folder'])
    } finally {
      execFileSync('umount', [disk])
    }
  })

  test('what is written while it is carried to another disk is not lost: all of it stays', async ({
    skip,
  }) => {
    for (let n = 0; n < 40; n++) put(`folder/${n}.txt`)
    const disk = `${top}/disk`
    fs.mkdirSync(disk)
    try {
      execFileSync('mount', ['-t', 'tmpfs', 'tmpfs', disk], { stdio: 'ignore' })
    } catch {
      return skip('only an administrator can make a disk')
    }
    try {
      const moving = move(['folder', 'disk/folder'])
      while (names('disk').length === 0) await new Promise((resolve) => setImmediate(resolve))
      put('folder/late.txt')
      expect(await moving).toMatchObject({ kind: 'failed', code: 'changed' })
      expect(names('folder')).toHaveLength(41)
      expect(names('disk')).toEqual([])
      expect(await move(['folder', 'disk/folder'])).toMatchObject({ kind: 'ok' })
      expect(text('disk/folder/late.txt')).toBe('folder/late.txt')
    } finally {
      execFileSync('umount', [disk])
    }
  })

  test('what has a name that is no text, or a second name, is not lost or opened on the way to another disk', async ({
    skip,
  }) => {
    const odd = Buffer.concat([Buffer.from(`${top}/folder/in/`), Buffer.from([0xff, 0xfe])])
    put('folder/in/a.txt')
    fs.writeFileSync(odd, 'kept')
    fs.mkdirSync(`${top}/linked`)
    fs.linkSync(put('elsewhere'), `${top}/linked/name`)
    const disk = `${top}/disk`
    fs.mkdirSync(disk)
    try {
      execFileSync('mount', ['-t', 'tmpfs', 'tmpfs', disk], { stdio: 'ignore' })
    } catch {
      return skip('only an administrator can make a disk')
    }
    try {
      expect(await move(['folder', 'disk/folder'])).toMatchObject({ kind: 'failed', code: 'unsupported' })
      expect(await copy('folder', 'copy')).toMatchObject({ kind: 'failed', code: 'unsupported' })
      expect(await move(['linked', 'disk/linked'])).toMatchObject({ kind: 'refused' })
      expect(fs.readFileSync(odd, 'utf8')).toBe('kept')
      expect(names('disk')).toEqual([])
      expect(names()).toEqual(['disk', 'elsewhere', 'folder', 'linked'])
      const busy = await move(['disk', 'disk2'])
      expect(busy).toMatchObject({ kind: 'failed', code: 'permission' })
      expect(busy.kind === 'failed' && busy.person).toMatch(/^“disk” can’t be moved: it is in use/)
    } finally {
      execFileSync('umount', [disk])
    }
    expect(await move(['folder', 'moved'])).toMatchObject({ kind: 'ok' })
    expect(fs.readdirSync(`${top}/moved/in`)).toHaveLength(2)
  })

  test('copies need leave to read, leave nothing behind when refused', async () => {
    put('folder/a.txt')
    put('folder/secret')
    expect(await needsOf('fs.copy', { copies: [{ from: `${top}/folder`, to: `${top}/copy` }] })).toEqual([
      'fs.write /copy',
      'fs.read /folder',
    ])
    const wouldDecide = (need: { resource: unknown }) =>
      (need.resource as { path: string }).path.endsWith('secret') ? ('deny' as const) : ('allow' as const)
    expect(await copy('folder', 'copy', { wouldDecide })).toMatchObject({ kind: 'refused' })
    expect(names()).toEqual(['folder'])
    expect(await copy('folder', 'copy')).toMatchObject({ kind: 'ok' })
    expect(text('copy/a.txt')).toBe('folder/a.txt')
    expect(await copy('folder', 'copy')).toMatchObject({ code: 'exists' })
  })

  test('a copy has its limits: a file that claims to be endless is refused at once, and nothing is left of a cancelled one', async () => {
    put('endless', '')
    fs.truncateSync(`${top}/endless`, 9 * 1024 ** 3)
    const endless = { copies: [{ from: `${top}/endless`, to: `${top}/copy` }] }
    expect(await gate.pass('fs.copy', endless)).toMatchObject({ kind: 'refused', code: 'too-large' })
    fs.truncateSync(`${top}/endless`, 4 * 1024 ** 3)
    const control = new AbortController()
    setTimeout(() => control.abort(), 30)
    const began = performance.now()
    const cancelled = await gate.pass('fs.copy', endless, { signal: control.signal })
    expect(cancelled).toMatchObject({ kind: 'refused', code: 'cancelled' })
    expect(performance.now() - began).toBeLessThan(10_000)
    expect(fs.readdirSync(top).filter((name) => name.includes('copy') || name.endsWith('.tmp'))).toEqual([])
  })

  test('a file that grows while it is copied is copied as it was', async () => {
    put('log', 'x'.repeat(6 * 1024 * 1024))
    const growing = setInterval(() => fs.appendFileSync(`${top}/log`, 'y'.repeat(1024 * 1024)), 1)
    const copied = await gate.pass('fs.copy', { copies: [{ from: `${top}/log`, to: `${top}/copy` }] })
    clearInterval(growing)
    expect(copied).toMatchObject({ kind: 'ok' })
    const start = fs.readFileSync(`${top}/copy`).subarray(0, 6 * 1024 * 1024)
    expect(start.equals(Buffer.alloc(6 * 1024 * 1024, 'x'))).toBe(true)
    expect(fs.statSync(`${top}/copy`).size).toBeLessThanOrEqual(fs.statSync(`${top}/log`).size)
  })
})

describe('a path with a slash at its end', () => {
  test('means a folder: no file is written, moved or copied there, and none is reached by it', async () => {
    put('a.txt')
    put('folder/b.txt')
    fs.symlinkSync('folder', `${top}/link`)
    const at = (name: string) => `${top}/${name}`
    for (const end of ['/', '//', '/.']) {
      for (const name of ['a.txt', 'new.txt', 'folder'])
        expect(await write(name + end, 'x')).toMatchObject({ kind: 'refused', code: 'invalid-request' })
      for (const pair of [
        { from: at('a.txt'), to: at(`new${end}`) },
        { from: at('link'), to: at(`new${end}`) },
      ])
        expect(await gate.pass('fs.move', { moves: [pair] })).toMatchObject({ code: 'invalid-request' })
      for (const pair of [
        { from: at(`a.txt${end}`), to: at('new') },
        { from: at(`link${end}`), to: at('new') },
      ])
        expect(await gate.pass('fs.move', { moves: [pair] })).toMatchObject({ code: 'wrong-kind' })
      const [new_, file] = [at(`new${end}`), at(`a.txt${end}`)]
      expect(await gate.pass('fs.copy', { copies: [{ from: at('a.txt'), to: new_ }] })).toMatchObject({
        code: 'invalid-request',
      })
      expect(await gate.pass('fs.copy', { copies: [{ from: file, to: at('new') }] })).toMatchObject({
        code: 'wrong-kind',
      })
      expect(await gate.pass('fs.trash', { paths: [file] })).toMatchObject({ code: 'wrong-kind' })
      expect(await gate.pass('fs.makeFolder', { path: file })).toMatchObject({ code: 'wrong-kind' })
      expect(await gate.pass('fs.list', { path: file })).toMatchObject({ code: 'wrong-kind' })
    }
    expect([names(), text('a.txt')]).toEqual([['a.txt', 'folder', 'link'], 'a.txt'])
  })

  test('is a folder’s all the same', async () => {
    put('folder/b.txt')
    const pair = (from: string, to: string) => ({ from: `${top}/${from}`, to: `${top}/${to}` })
    expect(await gate.pass('fs.makeFolder', { path: `${top}/new/` })).toMatchObject({ kind: 'ok' })
    expect(await gate.pass('fs.move', { moves: [pair('folder/', 'moved/')] })).toMatchObject({ kind: 'ok' })
    expect(await gate.pass('fs.copy', { copies: [pair('moved/', 'copy/')] })).toMatchObject({ kind: 'ok' })
    expect(await gate.pass('fs.list', { path: `${top}/copy/` })).toMatchObject({ kind: 'ok' })
    expect(await gate.pass('fs.trash', { paths: [`${top}/copy/`] })).toMatchObject({ kind: 'ok' })
    expect([names(), names('moved')]).toEqual([['.local', 'moved', 'new'], ['b.txt']])
  })
})

describe('the trash', () => {
  const trash = (...paths: string[]) => gate.pass('fs.trash', { paths: paths.map((one) => `${top}/${one}`) })
  const trashFolder = '.local/share/Trash'

  test('takes files, folders and links, by the desktop’s rules', async () => {
    put('ä b.txt', 'x')
    put('folder/c')
    fs.symlinkSync('folder', `${top}/link`)
    expect(await trash('ä b.txt', 'folder', 'link')).toMatchObject({ kind: 'ok' })
    expect(names(`${trashFolder}/files`)).toEqual(['folder', 'link', 'ä b.txt'])
    expect(text(`${trashFolder}/info/ä b.txt.trashinfo`)).toMatch(
      /^\[Trash Info\]\nPath=.*\/%C3%A4%20b\.txt\nDeletionDate=\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\n$/,
    )
    expect(fs.existsSync(`${top}/folder`)).toBe(false)
  })

  test('two of one name both fit', async () => {
    put('a.txt', 'first')
    await trash('a.txt')
    put('a.txt', 'second')
    await trash('a.txt')
    expect(names(`${trashFolder}/files`)).toEqual(['a.txt', 'a.txt.2'])
  })

  test('what lies in a folder that goes is asked for and goes with it', async () => {
    put('folder/in/b.txt')
    put('folder2')
    const paths = ['folder', 'folder/in/b.txt', 'folder2', 'folder/in']
    expect(await needsOf('fs.trash', { paths: paths.map((one) => `${top}/${one}`) })).toEqual([
      'fs.delete /folder',
      'fs.delete /folder2',
    ])
    expect(await trash(...paths)).toMatchObject({ kind: 'ok' })
    expect(names(`${trashFolder}/files`)).toEqual(['folder', 'folder2'])
  })

  test('says what is not there, and never takes what holds Sallyport’s own files', async () => {
    put('own/data')
    expect(await trash('none')).toMatchObject({ kind: 'failed', code: 'not-found' })
    expect(await gate.pass('fs.trash', { paths: [top] })).toMatchObject({ kind: 'refused' })
    expect(await gate.pass('fs.trash', { paths: ['/'] })).toMatchObject({ kind: 'refused' })
    expect(await trash('own')).toMatchObject({ kind: 'refused' })
    expect(text('own/data')).toBe('own/data')
  })

  test('on another disk it is that disk’s own', async ({ skip }) => {
    const disk = `${top}/disk`
    fs.mkdirSync(disk)
    try {
      execFileSync('mount', ['-t', 'tmpfs', 'tmpfs', disk], { stdio: 'ignore' })
    } catch {
      return skip('only an administrator can make a disk')
    }
    try {
      put('disk/folder/a.txt')
      expect(await trash('disk/folder')).toMatchObject({ kind: 'ok' })
      const own = `disk/.Trash-${process.getuid?.()}`
      expect(text(`${own}/files/folder/a.txt`)).toBe('disk/folder/a.txt')
      expect(text(`${own}/info/folder.trashinfo`)).toContain('\nPath=folder\n')
      expect(fs.statSync(`${top}/${own}`).mode & 0o777).toBe(0o700)
    } finally {
      execFileSync('umount', [disk])
    }
  })

  test('a folder with something in it that a stricter rule keeps stays', async () => {
    put('folder/.git/hooks/x')
    const wouldDecide = (need: { resource: unknown }) =>
      (need.resource as { path: string }).path.includes('hooks') ? ('deny' as const) : ('allow' as const)
    expect(await gate.pass('fs.trash', { paths: [`${top}/folder`] }, { wouldDecide })).toMatchObject({
      kind: 'refused',
    })
    expect(names('folder/.git/hooks')).toEqual(['x'])
  })
})

test('nothing is left open, whatever happened', async () => {
  put('a.txt')
  put('b/c.txt')
  execFileSync('mkfifo', [`${top}/pipe`])
  const handles = () => fs.readdirSync('/proc/self/fd').length
  // The first watch opens what all later ones share.
  await gate.pass('fs.watch', { path: top, timeoutMs: 10 })
  const before = handles()
  const at = (name: string) => `${top}/${name}`
  for (const [operation, args] of [
    ['fs.writeFile', { path: at('x/y/z'), data: '', parents: true }],
    ['fs.writeFile', { path: at('none/z'), data: '' }],
    ['fs.writeFile', { path: at('pipe'), data: '' }],
    ['fs.writeFile', { path: at('own/z'), data: '' }],
    ['fs.makeFolder', { path: at('p/q/r') }],
    ['fs.makeFolder', { path: at('a.txt/q') }],
    ['fs.move', { moves: [{ from: at('a.txt'), to: at('new/a.txt') }], parents: true }],
    [
      'fs.move',
      {
        moves: [
          { from: at('none'), to: at('n') },
          { from: at('own'), to: at('m') },
        ],
      },
    ],
    [
      'fs.move',
      {
        moves: [
          { from: at('b'), to: at('b2') },
          { from: at('none'), to: at('n') },
        ],
      },
    ],
    ['fs.copy', { copies: [{ from: at('b'), to: at('copy') }] }],
    ['fs.copy', { copies: [{ from: at('pipe'), to: at('copy2') }] }],
    ['fs.trash', { paths: [at('b'), at('none')] }],
    ['fs.trash', { paths: [at('x'), '/proc'] }],
    ['fs.list', { path: top, depth: 5 }],
    ['fs.watch', { path: top, timeoutMs: 20 }],
  ] as const) {
    await gate.pass(operation, args)
  }
  expect(handles()).toBe(before)
})

describe('folders and listing', () => {
  test('makes a folder with all above it; one that is there is fine', async () => {
    expect(await gate.pass('fs.makeFolder', { path: `${top}/a/b/c` })).toMatchObject({
      kind: 'ok',
      value: { value: { created: true } },
    })
    expect(await gate.pass('fs.makeFolder', { path: `${top}/a/b/c` })).toMatchObject({
      kind: 'ok',
      value: { value: { created: false } },
    })
    put('file')
    expect(await gate.pass('fs.makeFolder', { path: `${top}/file` })).toMatchObject({ code: 'exists' })
  })

  test('makes a hundred folders for one path, not a thousand', async () => {
    const deep = (count: number) => `${top}/${Array(count).fill('d').join('/')}`
    expect(await gate.pass('fs.makeFolder', { path: deep(101) })).toMatchObject({ code: 'too-large' })
    expect(fs.existsSync(`${top}/d`)).toBe(false)
    expect(await gate.pass('fs.makeFolder', { path: deep(100) })).toMatchObject({ kind: 'ok' })
  })

  const list = async (args: object, context = {}) => {
    const outcome = await gate.pass('fs.list', { path: top, ...args }, context)
    if (outcome.kind !== 'ok') throw new Error(outcome.person)
    const { entries, truncated } = outcome.value.value as {
      entries: { path: string; kind: string }[]
      truncated: boolean
    }
    return { found: entries.map((one) => `${one.kind} ${one.path.slice(top.length + 1)}`), truncated }
  }

  test('lists in depth, links as links and not followed, with globs', async () => {
    put('a.md')
    put('sub/b.md')
    put('sub/deep/c.txt')
    fs.symlinkSync('/etc', `${top}/link`)
    expect((await list({})).found).toEqual(['file a.md', 'link link', 'folder sub'])
    expect((await list({ depth: 5 })).found).toEqual([
      'file a.md',
      'link link',
      'folder sub',
      'file sub/b.md',
      'folder sub/deep',
      'file sub/deep/c.txt',
    ])
    expect((await list({ depth: 5, glob: '*.md' })).found).toEqual(['file a.md', 'file sub/b.md'])
    expect((await list({ depth: 5, glob: 'sub/**' })).found).toEqual([
      'folder sub',
      'file sub/b.md',
      'folder sub/deep',
      'file sub/deep/c.txt',
    ])
    expect(await list({ depth: 5, limit: 2 })).toEqual({ found: ['file a.md', 'link link'], truncated: true })
  })

  test('does not go into what a stricter rule covers', async () => {
    put('open/a')
    put('closed/b')
    const wouldDecide = (need: { resource: unknown }) =>
      (need.resource as { path: string }).path.endsWith('closed') ? ('ask' as const) : ('allow' as const)
    expect((await list({ depth: 3 }, { wouldDecide })).found).toEqual([
      'folder closed',
      'folder open',
      'file open/a',
    ])
  })

  test('a change below is noticed, and silence too', async () => {
    put('sub/a.txt')
    const watching = gate.pass('fs.watch', { path: top, timeoutMs: 5000 })
    setTimeout(() => put('sub/b.txt'), 100)
    expect(await watching).toMatchObject({
      kind: 'ok',
      value: { value: { changed: [`${top}/sub/b.txt`], timedOut: false } },
    })
    expect(await gate.pass('fs.watch', { path: top, timeoutMs: 30 })).toMatchObject({
      value: { value: { timedOut: true } },
    })
  })
})
