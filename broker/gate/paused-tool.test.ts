import { writeFileSync } from 'node:fs'
import path from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { openTestHouse, type TestHouse } from '../../e2e/fixtures/open-test-house.ts'
import { makeTool } from '../../e2e/fixtures/open-test-lane.ts'
import { createToolPauses } from '../stop/tool-pauses.ts'

let house: TestHouse
beforeAll(async () => {
  house = await openTestHouse()
})
afterAll(() => house.close())

const read = (signal = new AbortController().signal) =>
  house.callTool(
    'files',
    'read',
    { path: path.join(house.home, 'note.txt') },
    { folders: [{ path: house.home, read: 'allow', write: 'deny' }] },
    { signal },
  )
/** Whether it has come to an end by then. */
const isOver = (call: Promise<unknown>) => Promise.race([call.then(() => true), sleep(300, false)])

test('what a paused tool is asked for waits, and goes on when it is resumed; other tools work on', async () => {
  writeFileSync(path.join(house.home, 'note.txt'), 'there')
  expect(await read()).toMatchObject({ kind: 'ok' })
  house.toolPauses.set('files', true, 'you')
  const begun = house.entries.length
  const waiting = read()
  expect(await isOver(waiting)).toBe(false)
  expect(house.entries.length).toBe(begun)
  expect(await house.callTool('web', 'request', { url: 'https://example.org/' })).toMatchObject({
    code: 'outside-perimeter',
  })
  house.toolPauses.set('files', false, 'you')
  expect(await waiting).toMatchObject({ kind: 'ok' })
  expect(house.entries.slice(begun).some(({ kind }) => kind === 'intent')).toBe(true)
})

test('a call that is on its way asks for nothing more until then', async () => {
  const tool = makeTool(
    `export const main = async ({ path }) => {
      let count = 0
      for (; count < 500; count++) await sallyport.fs.readFile({ path })
      return count
    }`,
    { capabilityCalls: 1_000 },
  )
  tool.manifest.capabilities.push('fs.read')
  const reads = () => house.entries.length
  const before = reads()
  const file = path.join(house.home, 'note.txt')
  const folders = [{ path: house.home, read: 'allow', write: 'deny' }] as const
  const call = house.callTool(tool, 'main', { path: file }, { folders: [...folders] })
  await expect.poll(reads, { interval: 1 }).toBeGreaterThan(before + 20)
  house.toolPauses.set('probe', true, 'you')
  expect(await isOver(call)).toBe(false)
  const done = reads()
  await sleep(100)
  expect(reads()).toBe(done)
  house.toolPauses.set('probe', false, 'you')
  expect(await call).toMatchObject({ kind: 'ok', value: 500 })
})

test('a run that is ended, or stopped with all others, does not wait on', async () => {
  house.toolPauses.set('files', true, 'you')
  const control = new AbortController()
  const waiting = read(control.signal)
  expect(await isOver(waiting)).toBe(false)
  control.abort()
  expect(await waiting).toMatchObject({ kind: 'refused', code: 'cancelled' })
  const other = read()
  expect(await isOver(other)).toBe(false)
  await house.stop.stop('you')
  expect(await other).toMatchObject({ kind: 'refused', code: 'stopped' })
  house.stop.resume('you')
  house.toolPauses.set('files', false, 'you')
  expect(await read()).toMatchObject({ kind: 'ok' })
})

test('a pause outlives the broker, is on record, and is told', () => {
  const told: string[][] = []
  const parts = { store: house.store, log: house.log, clock: () => 7 }
  const first = createToolPauses(parts)
  first.onChange((paused) => told.push(paused.map(({ tool }) => tool)))
  first.set('web', true, 'you')
  first.set('web', true, 'you')
  const again = createToolPauses(parts)
  expect(again.list()).toEqual([{ tool: 'web', by: 'you', at: 7 }])
  expect(again.blocks('web')).toMatchObject({
    code: 'paused',
    person: expect.stringContaining('“web” is paused'),
  })
  again.set('web', false, 'you')
  expect([again.blocks('web'), createToolPauses(parts).list()]).toEqual([null, []])
  expect(told).toEqual([['web']])
  const subjects = house.entries.slice(-2).map(({ subject }) => subject)
  expect(subjects).toEqual(['Pause the tool web', 'Resume the tool web'])
})
