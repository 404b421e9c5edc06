/** Between a request made exact and its effect the disk goes on: what is not as it was looked at is left alone. */
import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { ok } from '../../contract/outcome.ts'
import type { OperationName } from '../../contract/request.ts'
import { mintPermit } from '../gate/permit.ts'
import { createFileRoom } from './files/file-room.ts'
import { createFsDeleteCapability } from './fs-delete.ts'
import { createFsWriteCapability } from './fs-write.ts'
import { type PlayedGate, playGate } from './testing/play-gate.ts'
import { createLinuxTrash } from './trash/linux-trash.ts'

let top: string
let gate: PlayedGate
/** Called when a change is over. */
let atEnd: () => void

beforeEach(() => {
  top = fs.realpathSync(fs.mkdtempSync(path.join(os.tmpdir(), 'sallyport-since-')))
  atEnd = () => {}
  const files = createFileRoom({ ownPaths: [], home: top })
  const undo = {
    before: async () => ok({ id: 'change_1' }),
    after: async () => atEnd(),
    carrying() {},
    setAside: async () => 'kept' as const,
  }
  const trash = createLinuxTrash({
    ...{ holder: files.holder, home: top, clock: () => 0 },
    uid: process.getuid?.() ?? 0,
  })
  gate = playGate(
    [createFsWriteCapability({ files, undo }), createFsDeleteCapability({ files, undo, trash })],
    mintPermit,
  )
  for (const folder of ['in', 'out']) fs.mkdirSync(`${top}/${folder}`)
  for (const name of ['a', 'b']) fs.writeFileSync(`${top}/in/${name}`, name)
})
afterEach(() => fs.rmSync(top, { recursive: true, force: true }))

const below = (folder: string) => fs.readdirSync(`${top}/${folder}`).sort()
const REQUESTS: [OperationName, () => object][] = [
  [
    'fs.move',
    () => ({ moves: ['a', 'b'].map((name) => ({ from: `${top}/in/${name}`, to: `${top}/out/${name}` })) }),
  ],
  ['fs.trash', () => ({ paths: ['a', 'b'].map((name) => `${top}/in/${name}`) })],
]

async function prepared(operation: OperationName, args: object) {
  const made = await gate.prepare(operation, args)
  if (made.kind !== 'ok') throw new Error(JSON.stringify(made))
  return made.value
}

test.each(REQUESTS)('%s takes nothing out of a folder that was moved since', async (operation, args) => {
  const mine = await prepared(operation, args())
  fs.renameSync(`${top}/in`, `${top}/elsewhere`)
  expect(await gate.perform(mine)).toMatchObject({ kind: 'failed', code: 'changed' })
  mine.dispose()
  expect([below('elsewhere'), below('out')]).toEqual([['a', 'b'], []])
})

test.each(REQUESTS)('%s does not take what took a name since', async (operation, args) => {
  const mine = await prepared(operation, args())
  fs.writeFileSync(`${top}/other`, 'of a person')
  fs.renameSync(`${top}/other`, `${top}/in/a`)
  expect(await gate.perform(mine)).toMatchObject({ kind: 'failed', code: 'changed' })
  mine.dispose()
  expect([below('in'), below('out')]).toEqual([['a', 'b'], []])
  expect(fs.readFileSync(`${top}/in/a`, 'utf8')).toBe('of a person')
})

test.each(
  REQUESTS,
)('%s of several ends where its run ends, and says how far it came', async (operation, args) => {
  const control = new AbortController()
  atEnd = () => control.abort()
  const mine = await prepared(operation, args())
  const outcome = await gate.perform(mine, { signal: control.signal })
  mine.dispose()
  expect(outcome).toMatchObject({ kind: 'refused', code: 'cancelled' })
  // All of a move or nothing; what is in the trash can be taken out again.
  expect([below('in'), below('out')]).toEqual([operation === 'fs.move' ? ['a', 'b'] : ['b'], []])
})

test.skipIf(process.getuid?.() !== 0)('new content belongs to whom the old belonged', async () => {
  const file = `${top}/in/a`
  fs.chownSync(file, 12_345, 23_456)
  expect(await gate.pass('fs.writeFile', { path: file, data: 'new' })).toMatchObject({ kind: 'ok' })
  expect([fs.readFileSync(file, 'utf8'), fs.statSync(file).uid, fs.statSync(file).gid]).toEqual([
    ...['new', 12_345, 23_456],
  ])
})
