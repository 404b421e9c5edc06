// Changes that are as large as is kept, or larger: while each is kept, shown or taken back, everybody else has a turn.
import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { LIMITS } from '../../contract/words.ts'
import { longestTurn } from '../../e2e/harness/longest-turn.ts'
import { compareTexts } from '../capabilities/write/compare-texts.ts'
import { openDocumentStore } from '../store/documents.ts'
import { openUndoStore, type UndoStore } from './undo-store.ts'

/** What the broker promises, ms. */
const LONGEST_TURN = 100

let top: string
let undo: UndoStore
let limits: { days: number; megabytes: number }
beforeEach(() => {
  top = fs.realpathSync(fs.mkdtempSync(path.join(os.tmpdir(), 'large-undo-')))
  limits = { days: 30, megabytes: 500 }
  let ids = 0
  undo = openUndoStore({
    dir: path.join(top, 'undo'),
    documents: openDocumentStore({ file: path.join(top, 'state.db') }),
    compare: compareTexts,
    clock: Date.now,
    newId: (kind) => `${kind}_${++ids}`,
    limits: () => limits,
    onFault: (error) => {
      throw error
    },
  })
})
afterEach(() => fs.rmSync(top, { recursive: true, force: true }))

const at = (name: string) => path.join(top, name)
const facts = { runId: 'run_test', callId: 'call_1', principalId: 'agent_test', from: null }

async function change(what: 'changed' | 'created' | 'trashed', name: string, act: () => void) {
  const noted = await undo.before({ ...facts, what, path: at(name) })
  if (noted.kind !== 'ok') throw new Error(noted.person)
  act()
  await undo.after(noted.value.id, true)
}

function fill(folder: string, count: number, name: (n: number) => string) {
  fs.mkdirSync(at(folder))
  for (let n = 0; n < count; n++) fs.writeFileSync(at(`${folder}/${name(n)}`), `${n % 100}`)
}

test('the old content of a file of 64 MB is kept and comes back', async () => {
  fs.writeFileSync(at('film'), Buffer.alloc(64 * 1024 * 1024, 'film'))
  const keeping = await longestTurn(() =>
    change('changed', 'film', () => fs.writeFileSync(at('film'), 'short')),
  )
  const undoing = await longestTurn(() => undo.undo({ runId: 'run_test' }))
  expect(fs.statSync(at('film')).size).toBe(64 * 1024 * 1024)
  expect(Math.max(keeping, undoing)).toBeLessThan(LONGEST_TURN)
}, 60_000)

test('of a run that wrote many large texts as much is shown as fits one message, the newest first, and the rest is named', async () => {
  const count = 60
  for (let n = 0; n < count; n++) {
    fs.writeFileSync(at(`text${n}`), 'a'.repeat(190_000))
    await change('changed', `text${n}`, () => fs.writeFileSync(at(`text${n}`), 'b'.repeat(190_000)))
  }
  const { changes } = await undo.preview('run_test')
  const diffs = changes.map(({ diff }) => diff ?? '')
  expect(changes.every(({ state }) => state === 'can-undo')).toBe(true)
  expect(diffs.join('').length).toBeLessThan(LIMITS.brokerMessage / 4)
  expect(diffs[0]).toContain('+aaa')
  expect(diffs.at(-1)).toBe(
    '--- text0\tnow\n+++ text0\tafter undo\n\\ Not shown: so many changes of this run are shown already.\n',
  )
  expect((await undo.undo({ runId: 'run_test' })).undone).toBe(count)
}, 60_000)

test('a copy of ten thousand files is shown and taken back', async () => {
  await change('created', 'copy', () => fill('copy', 12_000, (n) => `${'n'.repeat(100)}${n}`))
  const showing = await longestTurn(() => undo.preview('run_test'))
  const undoing = await longestTurn(() => undo.undo({ runId: 'run_test' }))
  expect(fs.existsSync(at('copy'))).toBe(false)
  expect(Math.max(showing, undoing)).toBeLessThan(LONGEST_TURN)
}, 120_000)

test('a folder of five thousand files that goes is kept whole', async () => {
  fill('folder', 4_900, String)
  const before = await undo.before({ ...facts, what: 'trashed', path: at('folder') })
  expect(before.kind).toBe('ok')
  const keeping = await longestTurn(() => undo.before({ ...facts, what: 'trashed', path: at('folder') }))
  expect(keeping).toBeLessThan(LONGEST_TURN)
}, 120_000)

test('thousands of changes of what is no longer there are shown, said not to be taken back, and let go', async () => {
  for (let n = 0; n < 1_500; n++)
    await change('created', `file${n}`, () => fs.closeSync(fs.openSync(at(`file${n}`), 'w')))
  for (let n = 0; n < 1_500; n++) fs.unlinkSync(at(`file${n}`))
  const showing = await longestTurn(() => undo.preview('run_test'))
  const undoing = await longestTurn(() => undo.undo({ runId: 'run_test' }))
  limits.days = -1
  const pruning = await longestTurn(() => undo.prune())
  expect(undo.changes()).toEqual([])
  expect(Math.max(showing, undoing, pruning)).toBeLessThan(LONGEST_TURN)
}, 120_000)
