import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { entryAt, isUnchanged } from './open-place.ts'

let top: string
let file: string
beforeEach(() => {
  top = fs.mkdtempSync(path.join(os.tmpdir(), 'sallyport-place-'))
  file = `${top}/a.txt`
  fs.writeFileSync(file, 'old')
  fs.chmodSync(file, 0o644)
  fs.utimesSync(file, 1_700_000_000, 1_700_000_000)
})
afterEach(() => fs.rmSync(top, { recursive: true, force: true }))

const sameTime = (at = file) => fs.utimesSync(at, 1_700_000_000, 1_700_000_000)

test.each<[string, () => void]>([
  [
    'another file took its name, of the same size and time',
    () => {
      fs.writeFileSync(`${top}/b.txt`, 'new')
      sameTime(`${top}/b.txt`)
      fs.renameSync(`${top}/b.txt`, file)
    },
  ],
  ['it was written to, and is as long as before', () => fs.writeFileSync(file, 'new')],
  [
    'it is longer, and its time was set back',
    () => {
      fs.appendFileSync(file, 'er')
      sameTime()
    },
  ],
  ['it may be run now', () => fs.chmodSync(file, 0o755)],
  [
    'a folder took its name',
    () => {
      fs.rmSync(file)
      fs.mkdirSync(file)
    },
  ],
  ['it is gone', () => fs.rmSync(file)],
])('what was looked at has changed where %s', (_what, change) => {
  const then = entryAt(file)
  expect(isUnchanged(then, entryAt(file))).toBe(true)
  change()
  const now = entryAt(file)
  expect([isUnchanged(then, now), isUnchanged(now, then)]).toEqual([false, false])
})

test('it has not where it was only read, or something came into a folder', () => {
  const [read, folder] = [entryAt(file), entryAt(top)]
  fs.readFileSync(file)
  fs.writeFileSync(`${top}/b.txt`, 'b')
  expect([isUnchanged(read, entryAt(file)), isUnchanged(folder, entryAt(top))]).toEqual([true, true])
  expect(isUnchanged(null, entryAt(`${top}/none`))).toBe(true)
})
