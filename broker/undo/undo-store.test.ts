import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { fc, runs } from '../../build/properties.ts'
import type { UndoPreview } from '../../contract/agent.ts'
import type { OperationName } from '../../contract/request.ts'
import { createFileRoom } from '../capabilities/files/file-room.ts'
import { createFsDeleteCapability } from '../capabilities/fs-delete.ts'
import { createFsWriteCapability } from '../capabilities/fs-write.ts'
import { type PlayedGate, playGate } from '../capabilities/testing/play-gate.ts'
import { createLinuxTrash } from '../capabilities/trash/linux-trash.ts'
import { compareTexts } from '../capabilities/write/compare-texts.ts'
import { mintPermit } from '../gate/permit.ts'
import type { DocumentStore } from '../ports.ts'
import type { Change } from './change.ts'
import { openUndoStore, type UndoStore } from './undo-store.ts'

function memoryDocuments(): DocumentStore {
  const kept = new Map<string, string>()
  return {
    get: (kind, id) => JSON.parse(kept.get(`${kind}/${id}`) ?? 'null'),
    put: (kind, id, value) => void kept.set(`${kind}/${id}`, JSON.stringify(value)),
    delete: (kind, id) => void kept.delete(`${kind}/${id}`),
    list: (kind) =>
      [...kept]
        .filter(([key]) => key.startsWith(`${kind}/`))
        .map(([key, value]) => ({ id: key.slice(kind.length + 1), value: JSON.parse(value) })),
  }
}

/** Everything below, with content, mode and time of files. */
function snapshot(folder: string, relative = ''): Record<string, string> {
  const found: Record<string, string> = {}
  for (const name of fs.readdirSync(folder).sort()) {
    const full = path.join(folder, name)
    const stat = fs.lstatSync(full)
    if (stat.isDirectory())
      Object.assign(
        found,
        { [`${relative}${name}/`]: `folder ${stat.mode}` },
        snapshot(full, `${relative}${name}/`),
      )
    else if (stat.isSymbolicLink()) found[relative + name] = `link ${fs.readlinkSync(full)}`
    else found[relative + name] = `file ${stat.mode} ${stat.mtimeMs} ${fs.readFileSync(full).toString('hex')}`
  }
  return found
}

describe('undo', () => {
  let top: string
  let work: string
  let documents: DocumentStore
  let undo: UndoStore
  let gate: PlayedGate
  let now: number
  let limits: { days: number; megabytes: number }
  let ids: number
  let faults: string[]

  const open = () => {
    undo = openUndoStore({
      compare: compareTexts,
      dir: path.join(top, 'undo'),
      documents,
      clock: () => now,
      newId: (kind) => `${kind}_${++ids}`,
      limits: () => limits,
      onFault: (error) => faults.push(String(error)),
    })
    const files = createFileRoom({ ownPaths: [], home: top })
    const trash = createLinuxTrash({
      holder: files.holder,
      home: top,
      uid: process.getuid?.() ?? 0,
      clock: () => now,
    })
    gate = playGate(
      [createFsWriteCapability({ files, undo }), createFsDeleteCapability({ files, undo, trash })],
      mintPermit,
    )
  }
  beforeEach(() => {
    top = fs.realpathSync(fs.mkdtempSync(path.join(os.tmpdir(), 'sallyport-undo-')))
    work = path.join(top, 'work')
    fs.mkdirSync(work)
    documents = memoryDocuments()
    now = 1_800_000_000_000
    limits = { days: 30, megabytes: 100 }
    ids = 0
    faults = []
    open()
  })
  afterEach(() => fs.rmSync(top, { recursive: true, force: true }))

  const put = (name: string, data: string | Buffer) => {
    fs.mkdirSync(path.dirname(path.join(work, name)), { recursive: true })
    fs.writeFileSync(path.join(work, name), data)
    fs.utimesSync(path.join(work, name), 1_700_000_000, 1_700_000_000)
  }
  const pass = async (operation: OperationName, args: object, callId = 'call_test') => {
    const outcome = await gate.pass(operation, args, { callId })
    expect(outcome, JSON.stringify(outcome)).toMatchObject({ kind: 'ok' })
  }
  const write = (name: string, data: string, more: object = {}) =>
    pass('fs.writeFile', { path: `${work}/${name}`, data, ...more })
  const move = (from: string, to: string) =>
    pass('fs.move', { moves: [{ from: `${work}/${from}`, to: `${work}/${to}` }], parents: true })
  const trash = (name: string) => pass('fs.trash', { paths: [`${work}/${name}`] })
  const undoRun = () => undo.undo({ runId: 'run_test' })
  const states = (preview: Pick<UndoPreview, 'changes'>) =>
    preview.changes.map(({ what, state }) => `${what} ${state}`)

  test('a changed file gets its old content, mode and time back', async () => {
    put('a.txt', 'before')
    fs.chmodSync(`${work}/a.txt`, 0o640)
    const before = snapshot(work)
    await write('a.txt', 'after')
    expect(fs.statSync(`${work}/a.txt`).mode & 0o777).toBe(0o640)
    expect(await undoRun()).toEqual({ undone: 1, skipped: [] })
    expect(snapshot(work)).toEqual(before)
  })

  test('a whole run goes back step by step, newest first, also after a restart', async () => {
    put('a.txt', 'a')
    put('folder/b.txt', 'b')
    fs.symlinkSync('b.txt', `${work}/folder/link`)
    const before = snapshot(work)
    await write('a.txt', 'a2')
    await write('a.txt', ' more', { mode: 'append' })
    await write('new/deep/c.txt', 'c', { parents: true })
    await move('a.txt', 'new/a.txt')
    await move('folder', 'new/folder')
    await write('new/folder/b.txt', 'b2')
    await trash('new/folder')
    await pass('fs.makeFolder', { path: `${work}/empty/inner` })
    expect(undo.count('run_test')).toBeGreaterThan(5)
    open()
    const preview = await undo.preview('run_test')
    expect(new Set(preview.changes.map(({ state }) => state))).toEqual(new Set(['can-undo']))
    const result = await undoRun()
    expect(result.skipped).toEqual([])
    expect(snapshot(work)).toEqual(before)
    expect(undo.count('run_test')).toBe(0)
    expect(states(await undo.preview('run_test')).every((state) => state.endsWith('undone'))).toBe(true)
  })

  test('one call can be taken back by itself', async () => {
    put('a.txt', 'a')
    put('b.txt', 'b')
    await pass('fs.writeFile', { path: `${work}/a.txt`, data: 'a2' }, 'call_1')
    await pass('fs.writeFile', { path: `${work}/b.txt`, data: 'b2' }, 'call_2')
    expect(await undo.undo({ runId: 'run_test', callId: 'call_1' })).toEqual({ undone: 1, skipped: [] })
    expect(fs.readFileSync(`${work}/a.txt`, 'utf8')).toBe('a')
    expect(fs.readFileSync(`${work}/b.txt`, 'utf8')).toBe('b2')
  })

  test('one change can be taken back by itself, and none is taken back twice', async () => {
    for (const name of ['a.txt', 'b.txt']) await write(name, 'of the run')
    const [first] = undo.changes()
    const takeFirst = () => undo.undo({ runId: 'run_test', changeId: first?.id as string })
    expect(await takeFirst()).toEqual({ undone: 1, skipped: [] })
    expect(Object.keys(snapshot(work))).toEqual(['b.txt'])
    // The very same, and by now a person's.
    put('a.txt', 'of the run')
    expect(await takeFirst()).toEqual({ undone: 0, skipped: [] })
    expect(await undoRun()).toEqual({ undone: 1, skipped: [] })
    expect(Object.keys(snapshot(work))).toEqual(['a.txt'])
  })

  test('what was moved and has been written to since stays where it is', async () => {
    put('a.txt', 'old')
    await move('a.txt', 'b.txt')
    fs.writeFileSync(`${work}/b.txt`, 'of a person')
    expect(await undoRun()).toMatchObject({ undone: 0, skipped: [{ path: `${work}/b.txt` }] })
    expect([fs.readdirSync(work), fs.readFileSync(`${work}/b.txt`, 'utf8')]).toEqual([
      ['b.txt'],
      'of a person',
    ])
  })

  test('what a person changed since is not written over, and is said', async () => {
    put('a.txt', 'a')
    put('b.txt', 'b')
    await write('a.txt', 'a2')
    await write('new.txt', 'n')
    await move('b.txt', 'c.txt')
    fs.writeFileSync(`${work}/a.txt`, 'mine')
    fs.writeFileSync(`${work}/new.txt`, 'mine too')
    fs.writeFileSync(`${work}/b.txt`, 'taken')
    const before = snapshot(work)
    expect(states(await undo.preview('run_test')).sort()).toEqual([
      'changed changed-since',
      'created changed-since',
      'moved changed-since',
    ])
    const result = await undoRun()
    expect(result.undone).toBe(0)
    expect(result.skipped.map((one) => path.basename(one.path)).sort()).toEqual(['a.txt', 'c.txt', 'new.txt'])
    expect(snapshot(work)).toEqual(before)
  })

  test('a folder that a person put something into stays', async () => {
    await pass('fs.makeFolder', { path: `${work}/folder` })
    fs.writeFileSync(`${work}/folder/mine`, 'x')
    expect(await undoRun()).toMatchObject({ undone: 0, skipped: [{ path: `${work}/folder` }] })
    expect(fs.existsSync(`${work}/folder/mine`)).toBe(true)
  })

  test('what was emptied from the trash comes back from its image', async () => {
    put('folder/a.txt', 'a')
    put('folder/sub/b.bin', Buffer.from([0, 1, 255]))
    fs.symlinkSync('../a.txt', `${work}/folder/sub/link`)
    fs.chmodSync(`${work}/folder/sub`, 0o500)
    const before = snapshot(work)
    await trash('folder')
    expect(snapshot(work)).toEqual({})
    fs.chmodSync(`${top}/.local/share/Trash/files/folder/sub`, 0o700)
    fs.rmSync(`${top}/.local/share/Trash`, { recursive: true })
    expect(states(await undo.preview('run_test'))).toEqual(['trashed can-undo'])
    expect(await undoRun()).toEqual({ undone: 1, skipped: [] })
    expect(snapshot(work)).toEqual(before)
    fs.chmodSync(`${work}/folder/sub`, 0o700)
  })

  test('undo does not follow a link that took the place of a folder', async () => {
    put('folder/a.txt', 'before')
    fs.mkdirSync(`${top}/elsewhere`)
    await write('folder/a.txt', 'after')
    fs.renameSync(`${work}/folder`, `${work}/folder2`)
    fs.writeFileSync(`${top}/elsewhere/a.txt`, 'after')
    fs.symlinkSync(`${top}/elsewhere`, `${work}/folder`)
    expect(await undoRun()).toMatchObject({ undone: 0, skipped: [{ path: `${work}/folder/a.txt` }] })
    expect(fs.readFileSync(`${top}/elsewhere/a.txt`, 'utf8')).toBe('after')
  })

  test('a diff shows what undo would do, through a later move too', async () => {
    put('a.txt', 'one\ntwo\n')
    await write('a.txt', 'one\n2\n')
    await move('a.txt', 'b.txt')
    const preview = await undo.preview('run_test')
    expect(preview.changes[1]?.diff).toContain('-2\n+two')
  })

  test('a change that a crash interrupted is settled by what the disk shows', async () => {
    put('a.txt', 'a')
    put('b.txt', 'b')
    const facts = { runId: 'run_test', callId: 'call_1', principalId: 'agent_test', from: null }
    await undo.before({ ...facts, what: 'changed', path: `${work}/a.txt` })
    await undo.before({ ...facts, what: 'changed', path: `${work}/b.txt` })
    fs.writeFileSync(`${work}/a.txt`, 'half done')
    fs.writeFileSync(`${work}/.sallyport-0123456789abcdef.tmp`, 'left over')
    open()
    expect(states(await undo.preview('run_test'))).toEqual(['changed can-undo'])
    await undoRun()
    expect(fs.readFileSync(`${work}/a.txt`, 'utf8')).toBe('a')
    expect(fs.readdirSync(work).sort()).toEqual(['a.txt', 'b.txt'])
  })

  test.each([
    'created',
    'folder',
    'moved',
    'trashed',
  ] as const)('so is what was to be %s: what was not done is not offered to be undone', async (what) => {
    const from = what === 'moved' ? `${work}/was` : null
    const facts = { runId: 'run_test', callId: 'call_1', principalId: 'agent_test', from, what }
    const present = (name: string) =>
      what === 'folder' ? fs.mkdirSync(`${work}/${name}`) : put(name, 'content')
    const isPresent = (name: string) => fs.existsSync(`${work}/${name}`)
    for (const done of [false, true]) {
      if (what === 'moved' && !isPresent('was')) put('was', 'content')
      if (what === 'trashed' && !isPresent('it')) present('it')
      await undo.before({ ...facts, path: `${work}/it` })
      if (done && what === 'trashed') fs.rmSync(`${work}/it`)
      else if (done && what === 'moved') fs.renameSync(`${work}/was`, `${work}/it`)
      else if (done) present('it')
      open()
      expect(states(await undo.preview('run_test')), `${done}`).toEqual(done ? [`${what} can-undo`] : [])
    }
    expect(faults).toEqual([])
    expect(await undoRun()).toEqual({ undone: 1, skipped: [] })
    expect(isPresent('it')).toBe(what === 'trashed')
    expect(isPresent('was')).toBe(what === 'moved')
  })

  test('an undo that was killed leaves nothing of ours behind, and nothing of a person’s out of sight', async () => {
    const dies = () => {
      throw new Error('killed')
    }
    await write('new.txt', 'the run’s')
    const removing = vi.spyOn(fs, 'rmSync').mockImplementation(dies)
    await expect(undoRun()).rejects.toThrow('killed')
    removing.mockRestore()
    expect(fs.readdirSync(work)).toEqual([expect.stringMatching(/^\.sallyport-/)])
    open()
    expect(states(await undo.preview('run_test'))).toEqual(['created undone'])
    expect(fs.readdirSync(work)).toEqual([])

    put('old.txt', 'old')
    await write('old.txt', 'the run’s')
    const renaming = vi.spyOn(fs, 'renameSync').mockImplementation(dies)
    const clearing = vi.spyOn(fs, 'rmSync').mockImplementation(() => {})
    await expect(undoRun()).rejects.toThrow('killed')
    renaming.mockRestore()
    clearing.mockRestore()
    expect(fs.readdirSync(work)).toHaveLength(2)
    open()
    expect(await undoRun()).toMatchObject({ undone: 1 })
    expect([fs.readdirSync(work), fs.readFileSync(`${work}/old.txt`, 'utf8')]).toEqual([['old.txt'], 'old'])

    await write('mine.txt', 'the run’s')
    const moved = `${work}/.sallyport-0123456789abcdef.tmp`
    const again = vi.spyOn(fs, 'rmSync').mockImplementation(dies)
    await expect(undoRun()).rejects.toThrow('killed')
    again.mockRestore()
    fs.renameSync(`${work}/${fs.readdirSync(work).find((name) => name.startsWith('.'))}`, moved)
    fs.appendFileSync(moved, ' and a person’s')
    open()
    await undo.preview('run_test')
    expect(fs.readFileSync(`${work}/mine.txt`, 'utf8')).toBe('the run’s and a person’s')
  })

  test('what a person wrote between a crash and the next start is not taken for the run’s', async () => {
    put('old.txt', 'old')
    const hash = (text: string) => createHash('sha256').update(text).digest('hex')
    const facts = { runId: 'run_test', callId: 'call_1', principalId: 'agent_test', from: null }
    const started = (what: 'created' | 'changed', name: string) =>
      undo.before({ ...facts, what, path: `${work}/${name}`, leaves: hash(`made ${name}`) })
    await started('created', 'new.txt')
    await started('created', 'made.txt')
    await started('changed', 'old.txt')
    // The run came as far as one of them; the others are a person's.
    fs.writeFileSync(`${work}/made.txt`, 'made made.txt')
    fs.writeFileSync(`${work}/new.txt`, 'mine')
    fs.writeFileSync(`${work}/old.txt`, 'mine too')
    open()
    expect(states(await undo.preview('run_test'))).toEqual(['created can-undo'])
    expect(await undoRun()).toEqual({ undone: 1, skipped: [] })
    expect(fs.readdirSync(work).sort()).toEqual(['new.txt', 'old.txt'])
    expect(fs.readFileSync(`${work}/old.txt`, 'utf8')).toBe('mine too')
  })

  test('a write says beforehand what it will leave, an appending one too', async () => {
    put('a.txt', 'one ')
    const begun: unknown[] = []
    const { before } = undo
    undo.before = (change) => {
      begun.push(change.leaves)
      return before(change)
    }
    await write('a.txt', 'two', { mode: 'append' })
    await write('b.txt', 'three')
    expect(begun).toEqual(['one two', 'three'].map((text) => createHash('sha256').update(text).digest('hex')))
  })

  test('another thing that has its name in the trash by now is left there', async () => {
    put('a.txt', 'of the run')
    put('b.txt', 'of the run')
    await trash('a.txt')
    await trash('b.txt')
    const bin = `${top}/.local/share/Trash/files`
    fs.writeFileSync(`${bin}/a.txt`, 'a person’s')
    expect(states(await undo.preview('run_test'))).toEqual(['trashed can-undo', 'trashed can-undo'])
    expect(await undoRun()).toEqual({ undone: 2, skipped: [] })
    // From the image that was kept.
    expect(fs.readFileSync(`${work}/a.txt`, 'utf8')).toBe('of the run')
    expect(fs.readFileSync(`${bin}/a.txt`, 'utf8')).toBe('a person’s')
    expect(fs.existsSync(`${bin}/../info/a.txt.trashinfo`)).toBe(true)
    expect(fs.existsSync(`${bin}/b.txt`)).toBe(false)
  })

  // A name too long for the system can't be looked at by anyone, also not by the superuser.
  test('an interrupted change that can’t be looked at is said, stays, and holds up no other', async () => {
    put('a.txt', 'a')
    const facts = { runId: 'run_test', callId: 'call_1', principalId: 'agent_test', from: null }
    const dark = `${work}/${'x'.repeat(300)}`
    await undo.before({ ...facts, what: 'created', path: dark })
    await undo.before({ ...facts, what: 'changed', path: `${work}/a.txt` })
    fs.writeFileSync(`${work}/a.txt`, 'half done')
    open()
    expect(states(await undo.preview('run_test'))).toEqual(['changed can-undo'])
    expect(faults).toEqual([expect.stringMatching(/interrupted change.*not settled.*ENAMETOOLONG/)])
    expect(undo.changes().find((change) => change.path === dark)).toMatchObject({ state: 'open' })
  })

  test.skipIf(process.getuid?.() === 0)(
    'an interrupted change in a folder that can’t be read waits for a start when it can be',
    async () => {
      put('shut/b.txt', 'b')
      put('a.txt', 'a')
      const facts = { runId: 'run_test', callId: 'call_1', principalId: 'agent_test', from: null }
      for (const name of ['shut/b.txt', 'a.txt']) {
        await undo.before({ ...facts, what: 'changed', path: `${work}/${name}` })
        fs.writeFileSync(`${work}/${name}`, 'half done')
      }
      fs.chmodSync(`${work}/shut`, 0)
      open()
      expect(states(await undo.preview('run_test'))).toEqual(['changed can-undo'])
      expect(faults).toHaveLength(1)
      fs.chmodSync(`${work}/shut`, 0o700)
      open()
      expect(states(await undo.preview('run_test'))).toEqual(['changed can-undo', 'changed can-undo'])
      expect(faults).toHaveLength(1)
    },
  )

  test('what is too old or too much is let go, images that are still needed stay', async () => {
    put('a.txt', 'x'.repeat(100))
    put('b.txt', 'x'.repeat(100))
    await write('a.txt', 'new')
    now += 20 * 24 * 3600 * 1000
    await write('b.txt', 'new')
    now += 15 * 24 * 3600 * 1000
    await undo.prune()
    expect(undo.changes().map((change) => path.basename(change.path))).toEqual(['b.txt'])
    expect(await undoRun()).toEqual({ undone: 1, skipped: [] })
    expect(fs.readFileSync(`${work}/b.txt`, 'utf8')).toBe('x'.repeat(100))
    limits = { days: 365, megabytes: 0 }
    await undo.prune()
    expect(undo.changes()).toEqual([])
    await expect
      .poll(() =>
        fs
          .readdirSync(`${top}/undo/images`)
          .flatMap((folder) => fs.readdirSync(`${top}/undo/images/${folder}`)),
      )
      .toEqual([])
  })

  test('a run says how much of it is not kept any more, also after a restart', async () => {
    for (const name of ['a.txt', 'b.txt', 'c.txt', 'd.txt']) {
      put(name, 'old')
      await write(name, 'new')
    }
    const [first] = undo.changes()
    await undo.undo({ runId: 'run_test', changeId: (first as { id: string }).id })
    const said = async () => (await undo.preview('run_test')).notUndoable
    expect(await said()).toEqual([])
    now += 20 * 24 * 3600 * 1000
    await write('d.txt', 'newer')
    now += 15 * 24 * 3600 * 1000
    await undo.prune()
    open()
    const left = 'what was there before is not kept any more. Settings say for how long, and how much.'
    expect(await said()).toEqual([`3 older changes of files: ${left}`])
    expect(states(await undo.preview('run_test'))).toEqual(['changed can-undo'])
    now += 31 * 24 * 3600 * 1000
    await undo.prune()
    expect(await said()).toEqual([`4 older changes of files: ${left}`])
    expect((await undo.preview('run_other')).notUndoable).toEqual([])
    expect(faults).toEqual([])
  })

  test('all that a folder’s image is made of stays as long as the image does', async () => {
    put('folder/a.txt', 'a')
    put('folder/sub/b.txt', 'b')
    put('other.txt', 'b')
    const before = snapshot(`${work}/folder`)
    await write('other.txt', 'new')
    now += 20 * 24 * 3600 * 1000
    await trash('folder')
    fs.rmSync(`${top}/.local/share/Trash`, { recursive: true })
    // The change of the file goes, which has one content with the folder.
    now += 15 * 24 * 3600 * 1000
    await undo.prune()
    expect(undo.changes().map(({ what }) => what)).toEqual(['trashed'])
    expect(await undoRun()).toEqual({ undone: 1, skipped: [] })
    expect(snapshot(`${work}/folder`)).toEqual(before)
  })

  test('equal content is kept once', async () => {
    for (const name of ['a', 'b', 'c']) put(name, 'same content')
    for (const name of ['a', 'b', 'c']) await write(name, 'other')
    expect(
      fs
        .readdirSync(`${top}/undo/images`)
        .flatMap((folder) => fs.readdirSync(`${top}/undo/images/${folder}`)),
    ).toHaveLength(1)
  })

  test('of two runs that wrote one file the earlier waits for the later, and each takes back only its own', async () => {
    put('a.txt', 'mine')
    const writeIn = (id: string, data: string) =>
      gate.pass('fs.writeFile', { path: `${work}/a.txt`, data }, { run: { id, title: id } })
    await writeIn('run_1', 'one')
    await writeIn('run_2', 'two')
    const held = await undo.undo({ runId: 'run_1' })
    expect(held).toMatchObject({ undone: 0, skipped: [{ path: `${work}/a.txt` }] })
    expect(fs.readFileSync(`${work}/a.txt`, 'utf8')).toBe('two')
    expect(await undo.undo({ runId: 'run_2' })).toEqual({ undone: 1, skipped: [] })
    expect(fs.readFileSync(`${work}/a.txt`, 'utf8')).toBe('one')
    expect(await undo.undo({ runId: 'run_1' })).toEqual({ undone: 1, skipped: [] })
    expect(fs.readFileSync(`${work}/a.txt`, 'utf8')).toBe('mine')
  })

  test('what a person deleted or moved away since stays so, and is said', async () => {
    put('a.txt', 'a')
    await write('a.txt', 'a2')
    await write('b.txt', 'b')
    await write('c.txt', 'c')
    fs.rmSync(`${work}/a.txt`)
    fs.renameSync(`${work}/b.txt`, `${work}/kept.txt`)
    fs.rmSync(`${work}/c.txt`)
    fs.mkdirSync(`${work}/c.txt`)
    expect(states(await undo.preview('run_test')).sort()).toEqual([
      'changed gone',
      'created changed-since',
      'created gone',
    ])
    const before = snapshot(work)
    const { undone, skipped } = await undoRun()
    expect([undone, skipped.length]).toEqual([0, 3])
    for (const { why } of skipped) expect(why).toMatch(/not there any more|changed since/)
    expect(snapshot(work)).toEqual(before)
  })

  test('a link that was put in place since is neither followed nor taken away', async () => {
    put('a.txt', 'a')
    fs.writeFileSync(`${top}/other.txt`, 'after')
    await write('a.txt', 'after')
    await write('new.txt', 'after')
    await write('gone.txt', 'after')
    for (const name of ['a.txt', 'new.txt']) {
      fs.rmSync(`${work}/${name}`)
      fs.symlinkSync(`${top}/other.txt`, `${work}/${name}`)
    }
    await trash('gone.txt')
    fs.symlinkSync(`${top}/other.txt`, `${work}/gone.txt`)
    const before = snapshot(work)
    const { undone } = await undoRun()
    expect(undone).toBe(0)
    expect(snapshot(work)).toEqual(before)
    expect(fs.readFileSync(`${top}/other.txt`, 'utf8')).toBe('after')
  })

  test('permissions that a person gave a file since stay theirs', async () => {
    put('a.txt', 'before')
    fs.chmodSync(`${work}/a.txt`, 0o644)
    await write('a.txt', 'after')
    fs.chmodSync(`${work}/a.txt`, 0o600)
    expect(await undoRun()).toEqual({ undone: 1, skipped: [] })
    expect(fs.readFileSync(`${work}/a.txt`, 'utf8')).toBe('before')
    expect(fs.statSync(`${work}/a.txt`).mode & 0o777).toBe(0o600)
  })

  test('a folder into which something came whose name is no text stays, with all that is in it', async () => {
    put('folder/a.txt', 'a')
    await pass('fs.copy', { copies: [{ from: `${work}/folder`, to: `${work}/copy` }] })
    const odd = Buffer.concat([Buffer.from(`${work}/copy/`), Buffer.from([0xff])])
    fs.writeFileSync(odd, 'a person’s')
    expect(await undoRun()).toMatchObject({ undone: 0, skipped: [{ path: `${work}/copy` }] })
    expect(fs.readFileSync(odd, 'utf8')).toBe('a person’s')
    fs.rmSync(odd)
    expect(await undoRun()).toMatchObject({ undone: 1 })
  })

  test.skipIf(process.getuid?.() !== 0)('on a full disk nothing is lost, and it is said', async () => {
    fs.mkdirSync(`${work}/disk`)
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=64k', 'tmpfs', `${work}/disk`])
    try {
      put('disk/a.txt', 'x'.repeat(30_000))
      await write('disk/a.txt', 'short')
      fs.writeFileSync(`${work}/disk/rest`, 'y'.repeat(50_000))
      const skipped = [{ path: `${work}/disk/a.txt`, why: 'The disk is full, so it was left as it is.' }]
      expect(await undoRun()).toEqual({ undone: 0, skipped })
      expect(fs.readdirSync(`${work}/disk`)).toEqual(['a.txt', 'rest'])
      fs.rmSync(`${work}/disk/rest`)
      expect(await undoRun()).toMatchObject({ undone: 1 })
      expect(fs.statSync(`${work}/disk/a.txt`).size).toBe(30_000)
    } finally {
      execFileSync('umount', [`${work}/disk`])
    }
  })

  test.skipIf(process.getuid?.() !== 0)('a changed file belongs to whom it belonged', async () => {
    put('theirs.txt', 'old')
    fs.chownSync(`${work}/theirs.txt`, 4321, 1234)
    await write('theirs.txt', 'new')
    expect(await undoRun()).toMatchObject({ undone: 1 })
    const { uid, gid } = fs.statSync(`${work}/theirs.txt`)
    expect([uid, gid, fs.readFileSync(`${work}/theirs.txt`, 'utf8')]).toEqual([4321, 1234, 'old'])
  })

  test('the right to run as its owner, which new content does not get, comes back with the old', async () => {
    put('run', 'old')
    fs.chmodSync(`${work}/run`, 0o4755)
    const before = snapshot(work)
    await write('run', 'new')
    expect(await undoRun()).toMatchObject({ undone: 1 })
    expect(snapshot(work)).toEqual(before)
  })

  test('a folder that may no longer be written to keeps what is in it, whole, and it is said', async () => {
    put('folder/a.txt', 'before')
    await write('folder/a.txt', 'after')
    await write('folder/b.txt', 'new')
    const uid = process.getuid?.() ?? 0
    const plain = uid === 0 ? 65534 : uid
    for (const at of [top, work, `${work}/folder`, `${work}/folder/a.txt`, `${work}/folder/b.txt`])
      fs.chownSync(at, plain, process.getgid?.() ?? 0)
    fs.chmodSync(`${work}/folder`, 0o500)
    process.seteuid?.(plain)
    const result = await undoRun().finally(() => process.seteuid?.(uid))
    fs.chmodSync(`${work}/folder`, 0o700)
    expect(result).toMatchObject({ undone: 0, skipped: [{ why: expect.stringContaining('EACCES') }, {}] })
    expect(fs.readdirSync(`${work}/folder`).sort()).toEqual(['a.txt', 'b.txt'])
    expect(fs.readFileSync(`${work}/folder/a.txt`, 'utf8')).toBe('after')
    expect(await undoRun()).toEqual({ undone: 2, skipped: [] })
    expect(fs.readFileSync(`${work}/folder/a.txt`, 'utf8')).toBe('before')
  })

  test('what is too large to be kept is not written over, and comes back from the trash alone', async () => {
    put('big.bin', '')
    fs.truncateSync(`${work}/big.bin`, 65 * 1024 * 1024)
    const facts = () => [fs.statSync(`${work}/big.bin`).size, fs.statSync(`${work}/big.bin`).ino]
    const before = facts()
    const refusedWrite = await gate.pass('fs.writeFile', { path: `${work}/big.bin`, data: 'x' })
    expect(refusedWrite).toMatchObject({ kind: 'refused', code: 'too-large' })
    expect(facts()).toEqual(before)
    await trash('big.bin')
    expect(await undoRun()).toEqual({ undone: 1, skipped: [] })
    expect(facts()).toEqual(before)
    await trash('big.bin')
    fs.rmSync(`${top}/.local/share/Trash`, { recursive: true })
    expect(states(await undo.preview('run_test'))).toEqual(['trashed gone', 'trashed undone'])
    expect(await undoRun()).toMatchObject({ undone: 0, skipped: [{ why: expect.stringContaining('trash') }] })
  })

  describe('what a program left where it may leave nothing', () => {
    const of = (name: string) => ({
      ...{ runId: 'run_test', callId: 'call_test', principalId: 'agent_test', path: `${work}/${name}` },
    })
    const setAside = () => undo.changes('run_test').at(-1)

    test('is out of effect, and comes back byte for byte when it is asked for by itself, also after a restart', async () => {
      put('hooks/a/run.sh', 'x')
      put('hooks/b', Buffer.from([0, 1]))
      fs.symlinkSync('b', `${work}/hooks/link`)
      const before = snapshot(work)
      expect(await undo.setAside(of('hooks'))).toBe('kept')
      expect(fs.readdirSync(work)).toEqual([])
      open()
      expect(await undo.undo({ runId: 'run_test' })).toEqual({ undone: 0, skipped: [] })
      expect(await undo.undo({ runId: 'run_test', callId: 'call_test' })).toEqual({ undone: 0, skipped: [] })
      expect(states(await undo.preview('run_test'))).toEqual(['set-aside can-undo'])
      const changeId = setAside()?.id as string
      put('hooks', 'the person’s')
      expect(await undo.undo({ runId: 'run_test', changeId })).toMatchObject({ undone: 0, skipped: [{}] })
      fs.rmSync(`${work}/hooks`)
      expect(await undo.undo({ runId: 'run_test', changeId })).toEqual({ undone: 1, skipped: [] })
      expect(snapshot(work)).toEqual(before)
      expect(await undo.setAside(of('nothing'))).toBe('gone')
    })

    test('is kept beside its place when it is too much, or when the app died meanwhile', async () => {
      put('big', '')
      fs.truncateSync(`${work}/big`, 65 * 1024 * 1024)
      expect(await undo.setAside(of('big'))).toBe('kept')
      expect(fs.readdirSync(work)).toEqual([path.basename(setAside()?.nowAt as string)])
      documents.put('undo', setAside()?.id as string, { ...setAside(), state: 'open', nowPrint: null })
      open()
      expect(states(await undo.preview('run_test'))).toEqual(['set-aside can-undo'])
      expect(await undo.undo({ runId: 'run_test', changeId: setAside()?.id as string })).toMatchObject({
        undone: 1,
      })
      expect(fs.readdirSync(work)).toEqual(['big'])
    })

    test('is taken away when it is kept, by the next start if the app died over it, and what came to it is not', async () => {
      for (const name of ['hooks/a', 'hooks/b', 'hooks/sub/c']) put(name, name)
      const before = snapshot(work)
      const rmSync = fs.rmSync
      const dies = vi.spyOn(fs, 'rmSync').mockImplementation((at, options) => {
        if (String(at).endsWith('/b')) throw new Error('killed')
        rmSync(at, options)
      })
      expect(await undo.setAside(of('hooks'))).toBe('kept')
      dies.mockRestore()
      const [aside] = fs.readdirSync(work) as [string]
      const left = { ...(setAside() as Change), state: 'open' }
      expect(faults.splice(0)).toEqual(['Error: killed'])
      fs.writeFileSync(`${work}/${aside}/new`, 'a person’s')
      documents.put('undo', left.id, left)
      open()
      expect(states(await undo.preview('run_test'))).toEqual(['set-aside can-undo'])
      expect([setAside()?.nowAt, Object.keys(snapshot(work))]).toEqual([
        `${work}/${aside}`,
        [`${aside}/`, `${aside}/new`],
      ])
      fs.rmSync(`${work}/${aside}/new`)
      documents.put('undo', left.id, left)
      open()
      await undo.preview('run_test')
      expect([setAside()?.nowAt, fs.readdirSync(work), faults]).toEqual([null, [], []])
      expect(await undo.undo({ runId: 'run_test', changeId: left.id })).toMatchObject({ undone: 1 })
      expect(snapshot(work)).toEqual(before)
    })

    test('is not looked for through a link that took its folder’s place', async () => {
      put('folder/hooks', 'x')
      fs.renameSync(`${work}/folder`, `${work}/moved`)
      fs.symlinkSync('moved', `${work}/folder`)
      expect(await undo.setAside(of('folder/hooks'))).toBe('gone')
      expect(fs.readFileSync(`${work}/moved/hooks`, 'utf8')).toBe('x')
    })
  })

  test('the preview says of a folder whether it will go', async () => {
    await pass('fs.makeFolder', { path: `${work}/one` })
    await pass('fs.makeFolder', { path: `${work}/two/inner` })
    await write('two/inner/a.txt', 'a')
    fs.writeFileSync(`${work}/one/mine`, 'x')
    const shown = (await undo.preview('run_test')).changes.map(
      ({ path: at, state }) => `${path.relative(work, at)} ${state}`,
    )
    expect(shown.sort()).toEqual([
      'one changed-since',
      'two can-undo',
      'two/inner can-undo',
      'two/inner/a.txt can-undo',
    ])
    expect(await undoRun()).toMatchObject({ undone: 3, skipped: [{ path: `${work}/one` }] })
    expect(Object.keys(snapshot(work))).toEqual(['one/', 'one/mine'])
  })

  test('any run of changes goes back byte for byte', async () => {
    const name = fc.constantFrom('a', 'b', 'sub/a', 'sub/b', 'sub/deep/c', 'other', 'sub', 'other/x')
    const step = fc.oneof(
      fc.record({
        op: fc.constant('write' as const),
        name,
        data: fc.string({ maxLength: 20 }),
        mode: fc.constantFrom('create', 'replace', 'append'),
      }),
      fc.record({ op: fc.constant('move' as const), from: name, to: name }),
      fc.record({ op: fc.constant('copy' as const), from: name, to: name }),
      fc.record({ op: fc.constant('trash' as const), name }),
      fc.record({ op: fc.constant('folder' as const), name }),
    )
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 12 }), async (steps) => {
        fs.rmSync(work, { recursive: true, force: true })
        documents = memoryDocuments()
        open()
        put('a', 'a')
        put('sub/b', Buffer.from([1, 0, 2]))
        put('sub/deep/c', 'c')
        fs.symlinkSync('deep/c', `${work}/sub/link`)
        const before = snapshot(work)
        for (const one of steps) {
          const at = (relative: string) => `${work}/${relative}`
          if (one.op === 'write')
            await gate.pass('fs.writeFile', {
              path: at(one.name),
              data: one.data,
              mode: one.mode,
              parents: true,
            })
          else if (one.op === 'move')
            await gate.pass('fs.move', { moves: [{ from: at(one.from), to: at(one.to) }], parents: true })
          else if (one.op === 'copy')
            await gate.pass('fs.copy', { copies: [{ from: at(one.from), to: at(one.to) }], parents: true })
          else if (one.op === 'trash') await gate.pass('fs.trash', { paths: [at(one.name)] })
          else await gate.pass('fs.makeFolder', { path: at(one.name) })
        }
        const result = await undo.undo({ runId: 'run_test' })
        expect(result.skipped).toEqual([])
        expect(snapshot(work)).toEqual(before)
      }),
      runs(150),
    )
  })
})
