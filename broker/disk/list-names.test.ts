import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { listNames, namesInParts } from './list-names.ts'
import { removeTree } from './remove-tree.ts'

/** More than are sorted. */
const MANY = 21_000

let top: string
beforeAll(() => {
  top = fs.mkdtempSync(path.join(os.tmpdir(), 'names-'))
  fs.mkdirSync(`${top}/many`)
  for (let n = 0; n < MANY; n++) fs.closeSync(fs.openSync(`${top}/many/${'n'.repeat(80)}${n}`, 'w'))
  fs.mkdirSync(`${top}/few`)
  for (const name of ['b', 'a', 'ä']) fs.writeFileSync(`${top}/few/${name}`, '')
})
afterAll(() => fs.rmSync(top, { recursive: true, force: true }))

/** Disks differ in how large they say that a folder is. */
const folder = (name: string, size = 2 ** 22) => ({
  at: `${top}/${name}`,
  stat: Object.assign(fs.statSync(`${top}/${name}`), { size }),
})

async function all(parts: AsyncIterable<string[]>): Promise<string[][]> {
  const list: string[][] = []
  for await (const part of parts) list.push(part)
  return list
}

test('a folder of a great many names is never in one hand', async () => {
  const parts = await all(namesInParts(folder('many'), 'utf8'))
  expect(parts.length).toBeGreaterThan(20)
  expect(Math.max(...parts.map((part) => part.length))).toBeLessThan(1_000)
  expect(new Set(parts.flat()).size).toBe(MANY)
  const listed = await all(listNames(folder('many')))
  expect(listed.length).toBeGreaterThan(1)
  expect(new Set(listed.flat()).size).toBe(MANY)
})

test('few names come in order, and none of what is gone', async () => {
  for (const size of [100, 2 ** 22])
    expect(await all(listNames(folder('few', size)))).toEqual([['a', 'b', 'ä']])
  const gone = { ...folder('few'), at: `${top}/gone` }
  expect(await all(listNames(gone))).toEqual([[]])
  await expect(all(namesInParts(gone, 'utf8'))).rejects.toThrow('ENOENT')
})

test('what is removed goes with all below it, names that are no text too, and no link is followed', async () => {
  fs.mkdirSync(`${top}/tree/sub`, { recursive: true })
  fs.writeFileSync(Buffer.from(`${top}/tree/sub/\xff`, 'latin1'), '')
  fs.symlinkSync('../few', `${top}/tree/link`)
  await removeTree(`${top}/tree`)
  expect(fs.existsSync(`${top}/tree`)).toBe(false)
  expect(fs.readdirSync(`${top}/few`)).toHaveLength(3)
  await removeTree(`${top}/tree`)
})
