import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { longestTurn } from '../../../e2e/harness/longest-turn.ts'
import { removeFolder } from './remove-folder.ts'

const make = () => fs.mkdtempSync(path.join(os.tmpdir(), 'sallyport-private-'))
async function isGone(folder: string): Promise<boolean> {
  for (let tries = 0; tries < 600 && fs.existsSync(folder); tries++) await sleep(50)
  return !fs.existsSync(folder)
}

test('a few files are gone at once, links and odd names with them, and what they lead to stays', () => {
  const [folder, other] = [make(), make()]
  fs.writeFileSync(`${other}/kept`, '')
  fs.mkdirSync(`${folder}/a/b`, { recursive: true })
  fs.writeFileSync(`${folder}/a/b/c`, '')
  fs.symlinkSync(other, `${folder}/a/link`)
  fs.writeFileSync(Buffer.from(`${folder}/\xff`, 'latin1'), '')
  removeFolder(folder)
  expect(fs.existsSync(folder)).toBe(false)
  expect(fs.readdirSync(other)).toEqual(['kept'])
  removeFolder(folder)
  fs.rmSync(other, { recursive: true })
})

test('a great many are gone soon, and nobody waits for that', async () => {
  const folder = make()
  fs.mkdirSync(`${folder}/many`)
  for (let i = 0; i < 40_000; i++) fs.writeFileSync(`${folder}/many/${i}`, '')
  expect(await longestTurn(async () => removeFolder(folder))).toBeLessThan(100)
  expect(await isGone(folder)).toBe(true)
})

// An administrator gets into any.
test.skipIf(process.getuid?.() === 0)('folders that were shut are opened', async () => {
  const folder = make()
  fs.mkdirSync(`${folder}/shut/in`, { recursive: true })
  fs.chmodSync(`${folder}/shut`, 0)
  removeFolder(folder)
  expect(await isGone(folder)).toBe(true)
})
