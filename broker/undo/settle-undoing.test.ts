// An undo whose broker died after it had put something back and before it had noted that: the next one knows.
import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { compareTexts } from '../capabilities/write/compare-texts.ts'
import type { DocumentStore } from '../ports.ts'
import { type OpenDocumentStore, openDocumentStore } from '../store/documents.ts'
import type { Change } from './change.ts'
import { openUndoStore } from './undo-store.ts'

let top: string
let documents: OpenDocumentStore
beforeEach(() => {
  top = fs.realpathSync(fs.mkdtempSync(path.join(os.tmpdir(), 'sallyport-settle-')))
  for (const folder of ['trash', 'other']) fs.mkdirSync(at(folder))
  documents = openDocumentStore({ file: at('state.db') })
})
afterEach(() => {
  documents.close()
  fs.rmSync(top, { recursive: true, force: true })
})
const at = (name: string) => path.join(top, name)

let ids = 0
const open = (kept: DocumentStore = documents) =>
  openUndoStore({
    dir: at('undo'),
    documents: kept,
    compare: compareTexts,
    clock: Date.now,
    newId: (kind) => `${kind}_${++ids}`,
    limits: () => ({ days: 30, megabytes: 500 }),
    onFault: (error) => {
      throw error
    },
  })
/** Dies where the end of an undo would be noted. */
const dying: () => DocumentStore = () => ({
  ...documents,
  delete(kind, id) {
    if (kind === 'undo-under-way') throw new Error('killed')
    documents.delete(kind, id)
  },
})

interface Done {
  what: Exclude<Change['what'], 'set-aside'>
  name: string
  from?: string
  nowAt?: string
  act(): void
}
const DONE: Record<string, Done> = {
  'a file that was written anew': {
    what: 'created',
    name: 'new',
    act: () => fs.writeFileSync(at('new'), 'x'),
  },
  'a file that was changed': { what: 'changed', name: 'old', act: () => fs.writeFileSync(at('old'), 'run') },
  'a folder': { what: 'folder', name: 'made', act: () => fs.mkdirSync(at('made')) },
  'a file that was moved': {
    ...{ what: 'moved', name: 'other/old', from: 'old' },
    act: () => fs.renameSync(at('old'), at('other/old')),
  },
  'a folder that was moved': {
    ...{ what: 'moved', name: 'other/tree', from: 'tree' },
    act: () => fs.renameSync(at('tree'), at('other/tree')),
  },
  'a file in the trash': {
    ...{ what: 'trashed', name: 'old', nowAt: 'trash/old' },
    act: () => fs.renameSync(at('old'), at('trash/old')),
  },
  'a folder in the trash': {
    ...{ what: 'trashed', name: 'tree', nowAt: 'trash/tree' },
    act: () => fs.renameSync(at('tree'), at('trash/tree')),
  },
  'a link in the trash': {
    ...{ what: 'trashed', name: 'link', nowAt: 'trash/link' },
    act: () => fs.renameSync(at('link'), at('trash/link')),
  },
}

async function doIt({ what, name, from, nowAt, act }: Done) {
  fs.writeFileSync(at('old'), 'person')
  fs.mkdirSync(at('tree/in'), { recursive: true })
  fs.writeFileSync(at('tree/in/a'), 'a')
  fs.symlinkSync('old', at('link'))
  const undo = open(dying())
  const noted = await undo.before({
    ...{ runId: 'run_test', callId: 'call_1', principalId: 'agent_test', what, path: at(name) },
    from: from ? at(from) : null,
  })
  if (noted.kind !== 'ok') throw new Error(noted.person)
  act()
  await undo.after(noted.value.id, true, nowAt ? at(nowAt) : undefined)
  return undo
}

test.each(Object.keys(DONE))('%s is undone once it is back, also when nobody noted that', async (kind) => {
  const undo = await doIt(DONE[kind] as Done)
  await expect(undo.undo({ runId: 'run_test' })).rejects.toThrow('killed')
  const next = open()
  expect((await next.preview('run_test')).changes.map(({ state }) => state)).toEqual(['undone'])
  expect(await next.undo({ runId: 'run_test' })).toEqual({ undone: 0, skipped: [] })
  expect(next.count('run_test')).toBe(0)
})

test.each(Object.keys(DONE))('%s is not undone when the undo had only been noted', async (kind) => {
  const undo = await doIt(DONE[kind] as Done)
  const [change] = undo.changes('run_test')
  documents.put('undo-under-way', change?.id ?? '', { id: change?.id })
  const next = open()
  expect((await next.preview('run_test')).changes.map(({ state }) => state)).toEqual(['can-undo'])
  expect(await next.undo({ runId: 'run_test' })).toEqual({ undone: 1, skipped: [] })
})
