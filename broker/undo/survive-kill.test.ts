/**
 * A broker that is killed while something is taken away that it carried to another disk: a child does the real thing
 * and kills itself at that very moment, and the next broker, here, settles it.
 */
import { spawnSync } from 'node:child_process'
import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { compareTexts } from '../capabilities/write/compare-texts.ts'
import { openDocumentStore } from '../store/documents.ts'
import { openUndoStore, type UndoStore } from './undo-store.ts'

let top: string
let other: string
let program: string
beforeEach(() => {
  top = fs.realpathSync(fs.mkdtempSync(path.join(os.tmpdir(), 'sallyport-killed-')))
  other = path.join(top, 'other')
  fs.mkdirSync(other)
  program = path.join(top, 'moves.mjs')
  fs.writeFileSync(program, moves)
  for (let n = 0; n < 20; n++) put(`photos/${n % 2 ? 'odd' : 'even'}/${n}.txt`)
  fs.symlinkSync('even', path.join(top, 'photos/link'))
})
afterEach(() => {
  fs.rmSync(top, { recursive: true, force: true })
})

function put(name: string, text = name): void {
  fs.mkdirSync(path.dirname(path.join(top, name)), { recursive: true })
  fs.writeFileSync(path.join(top, name), text)
}

const from = (file: string) => JSON.stringify(path.resolve(file))
const moves = `
import fs from 'node:fs'
import os from 'node:os'
import { createFileRoom } from ${from('broker/capabilities/files/file-room.ts')}
import { createFsDeleteCapability } from ${from('broker/capabilities/fs-delete.ts')}
import { createFsWriteCapability } from ${from('broker/capabilities/fs-write.ts')}
import { playGate } from ${from('broker/capabilities/testing/play-gate.ts')}
import { createLinuxTrash } from ${from('broker/capabilities/trash/linux-trash.ts')}
import { mintPermit } from ${from('broker/gate/permit.ts')}
import { openDocumentStore } from ${from('broker/store/documents.ts')}
import { openUndoStore } from ${from('broker/undo/undo-store.ts')}
const [top, other, what, moment, was] = process.argv.slice(2)
const undo = openUndoStore({
  dir: top + '/undo',
  documents: openDocumentStore({ file: top + '/state/state.db' }),
  compare: () => ({ diff: '', part: false }),
  clock: Date.now,
  newId: (kind) => kind + '_' + Math.random().toString(36).slice(2),
  limits: () => ({ days: 30, megabytes: 100 }),
  onFault: (error) => { throw error },
})
const files = createFileRoom({ ownPaths: [], home: top })
const trash = createLinuxTrash({ holder: files.holder, home: other, uid: os.userInfo().uid, clock: Date.now })
const gate = playGate([createFsWriteCapability({ files, undo }), createFsDeleteCapability({ files, undo, trash })], mintPermit)
const die = () => process.kill(process.pid, 'SIGKILL')
const { renameSync, rmSync } = fs
let removed = -1
fs.renameSync = (was, is) => {
  const aside = String(is).includes('.sallyport-aside-')
  if (aside && moment === 'copied') die()
  // Played: not everybody may make a disk.
  if (!aside && String(was).endsWith('/photos')) throw Object.assign(new Error('another disk'), { code: 'EXDEV' })
  renameSync(was, is)
  if (!aside) return
  removed = 0
  if (moment === 'aside') die()
}
fs.rmSync = (...args) => {
  rmSync(...args)
  if (removed >= 0 && ++removed === 7 && moment === 'removing') die()
}
const outcome = what === 'move'
  ? await gate.pass('fs.move', { moves: [{ from: top + '/' + was, to: other + '/photos' }] })
  : await gate.pass('fs.trash', { paths: [top + '/' + was] })
console.error('was not killed', outcome)
`

/** Killed, and nobody has looked yet. */
function killed(what: 'move' | 'trash', moment: 'copied' | 'aside' | 'removing', was = 'photos'): void {
  const child = spawnSync(process.execPath, [program, top, other, what, moment, was], { encoding: 'utf8' })
  expect([child.signal, child.stderr]).toEqual(['SIGKILL', ''])
}

interface Next {
  undo: UndoStore
  told: string[]
  faults: string[]
  preview: Awaited<ReturnType<UndoStore['preview']>>
}
async function nextBroker(): Promise<Next> {
  const told: string[] = []
  const faults: string[] = []
  const documents = openDocumentStore({ file: path.join(top, 'state/state.db') })
  const undo = openUndoStore({
    ...{ dir: path.join(top, 'undo'), documents, compare: compareTexts, clock: Date.now },
    newId: (kind) => `${kind}_next`,
    limits: () => ({ days: 30, megabytes: 100 }),
    onSettled: (_change, text) => told.push(text),
    onFault: (error) => faults.push(String(error)),
  })
  return { undo, told, faults, preview: await undo.preview('run_test') }
}
const states = ({ preview }: Next) => preview.changes.map(({ what, state }) => `${what} ${state}`)
const all = (folder: string, below = ''): string[] =>
  fs
    .readdirSync(path.join(folder, below), { withFileTypes: true })
    .flatMap((entry) => {
      const name = path.join(below, entry.name)
      return entry.isDirectory() ? all(folder, name) : entry.isFile() ? name : []
    })
    .sort()
const hidden = () => fs.readdirSync(top).filter((name) => name.startsWith('.sallyport-'))
const WHOLE = Array.from({ length: 20 }, (_, n) => `${n % 2 ? 'odd' : 'even'}/${n}.txt`).sort()

describe('a broker that is killed while it takes away what it carried', () => {
  test.each(['aside', 'removing'] as const)('is finished by the next one (%s)', async (moment) => {
    killed('move', moment)
    expect(hidden()).toEqual([expect.stringMatching(/^\.sallyport-aside-/)])
    const next = await nextBroker()
    expect(next.faults).toEqual([])
    expect(hidden()).toEqual([])
    expect(fs.existsSync(`${top}/photos`)).toBe(false)
    expect(all(`${other}/photos`)).toEqual(WHOLE)
    expect(states(next)).toEqual(['moved can-undo'])
    expect(next.told).toEqual([
      `“photos” was being moved to “${other}/photos” when Sallyport was ended. All of it was there, so what was left at its old place was taken away.`,
    ])
    expect(await next.undo.undo({ runId: 'run_test' })).toEqual({ undone: 1, skipped: [] })
    expect(all(`${top}/photos`)).toEqual(WHOLE)
    expect((await nextBroker()).told).toEqual([])
  })

  test('loses nothing that was written or taken away on either side meanwhile', async () => {
    killed('move', 'aside')
    const [aside] = hidden() as [string]
    fs.appendFileSync(`${top}/${aside}/even/2.txt`, ' and a person’s')
    fs.writeFileSync(`${top}/${aside}/new.txt`, 'a person’s')
    fs.rmSync(`${other}/photos/odd`, { recursive: true })
    fs.writeFileSync(`${other}/photos/even/4.txt`, 'mine')
    // What leads back to it is no copy.
    fs.symlinkSync(`${top}/${aside}/odd`, `${other}/photos/odd`)
    const next = await nextBroker()
    expect(next.faults).toEqual([])
    expect(hidden()).toEqual([])
    const odd = WHOLE.filter((name) => name.startsWith('odd'))
    expect(all(`${top}/photos`)).toEqual(['even/2.txt', 'even/4.txt', 'new.txt', ...odd])
    expect(fs.readFileSync(`${top}/photos/even/2.txt`, 'utf8')).toContain('a person’s')
    expect(all(`${other}/photos`)).toEqual(WHOLE.filter((name) => name.startsWith('even')))
    expect(states(next)).toEqual(['moved changed-since'])
    const told = [expect.stringMatching(/What is not the same there is back in its old place\.$/)]
    expect([next.told, next.preview.notUndoable, (await nextBroker()).preview.notUndoable]).toEqual([
      told,
      told,
      told,
    ])
  })

  test('has what is left kept where it is when its name is taken, and says where', async () => {
    killed('move', 'removing')
    const [aside] = hidden() as [string]
    fs.writeFileSync(`${top}/${aside}/new.txt`, 'a person’s')
    put('photos', 'another')
    const next = await nextBroker()
    expect(hidden()).toEqual([aside])
    expect([all(`${top}/${aside}`), fs.readFileSync(`${top}/photos`, 'utf8')]).toEqual([
      ['new.txt'],
      'another',
    ])
    expect(next.preview.notUndoable).toEqual([expect.stringContaining(`is kept in “${top}/${aside}”`)])
  })

  test('has it all given back when the copy is gone', async () => {
    killed('move', 'aside')
    fs.rmSync(`${other}/photos`, { recursive: true })
    const next = await nextBroker()
    expect([hidden(), all(`${top}/photos`), states(next)]).toEqual([[], WHOLE, []])
    expect(next.told).toEqual([expect.stringContaining('is back in its old place.')])
  })

  test('leaves what it has not noted alone, whatever it is called', async () => {
    const others = '.sallyport-aside-0123456789abcdef'
    put(`${others}/kept.txt`)
    killed('move', 'removing')
    await nextBroker()
    expect([hidden(), all(`${top}/${others}`)]).toEqual([[others], ['kept.txt']])
  })

  test('waits with what lay in a folder that is not there', async () => {
    fs.mkdirSync(`${top}/stick`)
    fs.renameSync(`${top}/photos`, `${top}/stick/photos`)
    killed('move', 'removing', 'stick/photos')
    fs.renameSync(`${top}/stick`, `${top}/away`)
    const without = await nextBroker()
    expect([states(without), without.told]).toEqual([[], []])
    expect(without.faults).toEqual([expect.stringContaining('was not settled')])
    fs.renameSync(`${top}/away`, `${top}/stick`)
    const next = await nextBroker()
    expect([states(next), fs.readdirSync(`${top}/stick`)]).toEqual([['moved can-undo'], []])
  })

  test('that had taken nothing away yet: it is said that it is there twice, and undo takes the new one away', async () => {
    killed('move', 'copied')
    const next = await nextBroker()
    expect([states(next), next.told]).toEqual([
      ['created can-undo'],
      [expect.stringContaining('It is in both places')],
    ])
    expect(await next.undo.undo({ runId: 'run_test' })).toEqual({ undone: 1, skipped: [] })
    expect([all(`${top}/photos`), fs.readdirSync(other)]).toEqual([WHOLE, []])
  })

  test('has it in the trash, from where it comes back', async () => {
    killed('trash', 'removing')
    const next = await nextBroker()
    expect([hidden(), fs.existsSync(`${top}/photos`), next.faults]).toEqual([[], false, []])
    expect(all(`${other}/.local/share/Trash/files/photos`)).toEqual(WHOLE)
    expect(states(next)).toEqual(['trashed can-undo'])
    expect(await next.undo.undo({ runId: 'run_test' })).toEqual({ undone: 1, skipped: [] })
    expect(all(`${top}/photos`)).toEqual(WHOLE)
  })
})
