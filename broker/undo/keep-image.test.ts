// What is kept for undo, at moments that are a few turns long, and what is shown of folders of any size.
import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { setImmediate as nextTurn } from 'node:timers/promises'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { compareTexts } from '../capabilities/write/compare-texts.ts'
import { openDocumentStore } from '../store/documents.ts'
import { openUndoStore, type UndoStore } from './undo-store.ts'

let top: string
let undo: UndoStore
beforeEach(() => {
  top = fs.realpathSync(fs.mkdtempSync(path.join(os.tmpdir(), 'sallyport-kept-')))
  let ids = 0
  undo = openUndoStore({
    dir: path.join(top, 'undo'),
    documents: openDocumentStore({ file: path.join(top, 'state.db') }),
    compare: compareTexts,
    clock: Date.now,
    newId: (kind) => `${kind}_${++ids}`,
    limits: () => ({ days: 30, megabytes: 500 }),
    onFault: (error) => {
      throw error
    },
  })
})
afterEach(() => {
  vi.restoreAllMocks()
  fs.rmSync(top, { recursive: true, force: true })
})

const at = (name: string) => path.join(top, name)
const facts = { runId: 'run_test', callId: 'call_1', principalId: 'agent_test', from: null }

async function makeFolder(name: string): Promise<void> {
  const noted = await undo.before({ ...facts, what: 'folder', path: at(name) })
  if (noted.kind !== 'ok') throw new Error(noted.person)
  fs.mkdirSync(at(name))
  await undo.after(noted.value.id, true)
}

test('an image is not let go between being kept and being noted', async () => {
  fs.writeFileSync(at('a.txt'), 'old')
  const rename = fs.renameSync
  let pruned: Promise<void> | undefined
  vi.spyOn(fs, 'renameSync').mockImplementation((from, to) => {
    rename(from, to)
    if (String(to).includes('/undo/images/')) pruned = undo.prune()
  })
  const noted = await undo.before({ ...facts, what: 'changed', path: at('a.txt') })
  expect(pruned).toBeInstanceOf(Promise)
  await pruned
  // What is let go leaves the disk some turns later.
  for (let turn = 0; turn < 5; turn++) await nextTurn()
  if (noted.kind !== 'ok') throw new Error(noted.person)
  expect((await undo.beforeImage(noted.value.id))?.toString()).toBe('old')
})

test('of a folder that the run made, one thing of somebody else’s is enough to know that it stays', async () => {
  await makeFolder('mine')
  for (let n = 0; n < 200; n++) fs.writeFileSync(at(`mine/${n}`), 'x')
  const looks = vi.spyOn(fs, 'lstatSync')
  const whole = vi.spyOn(fs, 'readdirSync')
  expect((await undo.preview('run_test')).changes).toMatchObject([{ what: 'folder', state: 'changed-since' }])
  expect(whole).not.toHaveBeenCalled()
  expect(looks.mock.calls.length).toBeLessThan(10)
})

test('a file or a link that took the place of a folder is not taken for it', async () => {
  await makeFolder('file')
  await makeFolder('link')
  fs.rmdirSync(at('file'))
  fs.rmdirSync(at('link'))
  fs.writeFileSync(at('file'), 'a person’s')
  fs.mkdirSync(at('empty'))
  fs.symlinkSync('empty', at('link'))
  const states = (await undo.preview('run_test')).changes.map(({ state }) => state)
  expect(states).toEqual(['changed-since', 'changed-since'])
  expect(await undo.undo({ runId: 'run_test' })).toMatchObject({ undone: 0, skipped: [{}, {}] })
  expect(fs.readlinkSync(at('link'))).toBe('empty')
})
