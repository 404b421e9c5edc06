import { createHash } from 'node:crypto'
import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { Change } from './change.ts'
import { fingerprint } from './fingerprint.ts'
import type { ImageStore } from './image-store.ts'
import { putBack } from './put-back.ts'

let top: string
beforeEach(() => {
  top = fs.realpathSync(fs.mkdtempSync(path.join(os.tmpdir(), 'sallyport-back-')))
})
afterEach(() => {
  vi.restoreAllMocks()
  fs.rmSync(top, { recursive: true, force: true })
})

const hashOf = (text: string) => createHash('sha256').update(text).digest('hex')
const images = (get: (hash: string) => Buffer | null): ImageStore => ({
  get: async (hash) => get(hash),
  put: async () => '',
  has: () => true,
  sizes: () => new Map(),
  delete: () => {},
})
const change = (facts: object) =>
  Change.parse({
    id: 'change_1',
    seq: 1,
    runId: 'run_1',
    callId: 'call_1',
    principalId: 'agent_1',
    at: 1,
    from: null,
    state: 'done',
    before: { kind: 'none' },
    after: null,
    nowAt: null,
    ...facts,
  })
const elsewhere = () => {
  // As the system says of every rename and link to another disk.
  const exdev = () => {
    throw Object.assign(new Error('another disk'), { code: 'EXDEV' })
  }
  const { renameSync, linkSync } = fs
  const crosses = (from: fs.PathLike, to: fs.PathLike) =>
    fs.realpathSync(path.dirname(String(from))) !== fs.realpathSync(path.dirname(String(to)))
  vi.spyOn(fs, 'renameSync').mockImplementation((from, to) =>
    crosses(from, to) ? exdev() : renameSync(from, to),
  )
  vi.spyOn(fs, 'linkSync').mockImplementation((from, to) =>
    crosses(from, to) ? exdev() : linkSync(from, to),
  )
}

test('what a person writes while the old content is made ready is not lost', async () => {
  const at = `${top}/a.txt`
  fs.writeFileSync(at, 'of the run')
  const before = { kind: 'file', hash: hashOf('old'), size: 3, mode: 0o644, mtimeMs: 1 }
  const get = () => {
    fs.writeFileSync(at, 'of a person')
    return Buffer.from('old')
  }
  const made = change({ what: 'changed', path: at, before, after: await fingerprint(at) })
  expect(await putBack(made, images(get))).toMatch(/changed since/)
  expect(fs.readFileSync(at, 'utf8')).toBe('of a person')
  expect(fs.readdirSync(top)).toEqual(['a.txt'])
})

test('what a person writes into a new file while it is taken away is given its name back', async () => {
  const at = `${top}/a.txt`
  fs.writeFileSync(at, 'of the run')
  const made = change({ what: 'created', path: at, after: await fingerprint(at) })
  const { renameSync } = fs
  vi.spyOn(fs, 'renameSync').mockImplementationOnce((from, to) => {
    fs.writeFileSync(at, 'of a person')
    renameSync(from, to)
  })
  const nothing = images(() => null)
  expect(await putBack(made, nothing)).toMatch(/changed since/)
  expect([fs.readdirSync(top), fs.readFileSync(at, 'utf8')]).toEqual([['a.txt'], 'of a person'])
  fs.writeFileSync(at, 'of the run')
  expect(await putBack(made, nothing)).toBeNull()
  expect(fs.readdirSync(top)).toEqual([])
})

test('and where that name is taken by then, neither is lost', async () => {
  const at = `${top}/a.txt`
  fs.writeFileSync(at, 'of the run')
  const made = change({ what: 'created', path: at, after: await fingerprint(at) })
  const { renameSync } = fs
  vi.spyOn(fs, 'renameSync').mockImplementationOnce((from, to) => {
    fs.writeFileSync(at, 'of a person')
    renameSync(from, to)
    fs.writeFileSync(at, 'and another')
  })
  expect(
    await putBack(
      made,
      images(() => null),
    ),
  ).toMatch(/changed since/)
  const texts = fs.readdirSync(top).map((name) => fs.readFileSync(`${top}/${name}`, 'utf8'))
  expect(texts.sort()).toEqual(['and another', 'of a person'])
})

test('a folder that was moved is not put over one that took its place, be it empty', async () => {
  fs.mkdirSync(`${top}/moved`)
  fs.writeFileSync(`${top}/moved/a.txt`, 'of the run')
  fs.mkdirSync(`${top}/was`)
  const { ino } = fs.statSync(`${top}/was`)
  const moved = change({
    ...{ what: 'moved', path: `${top}/moved`, from: `${top}/was` },
    after: await fingerprint(`${top}/moved`),
  })
  expect(
    await putBack(
      moved,
      images(() => null),
    ),
  ).toMatch(/Something else stands there/)
  expect([fs.readdirSync(`${top}/was`), fs.statSync(`${top}/was`).ino]).toEqual([[], ino])
  expect(fs.readFileSync(`${top}/moved/a.txt`, 'utf8')).toBe('of the run')
})

test('a folder that was moved to another disk comes back whole, while others have their turn', async () => {
  fs.mkdirSync(`${top}/was`)
  fs.mkdirSync(`${top}/there/folder/sub`, { recursive: true })
  for (let at = 0; at < 300; at++) fs.writeFileSync(`${top}/there/folder/sub/${at}`, `${at}`)
  fs.symlinkSync('sub/1', `${top}/there/folder/link`)
  const after = await fingerprint(`${top}/there/folder`)
  const moved = change({ what: 'moved', path: `${top}/there/folder`, from: `${top}/was/folder`, after })
  elsewhere()
  let turns = 0
  const timer = setInterval(() => turns++, 1)
  expect(
    await putBack(
      moved,
      images(() => null),
    ),
  ).toBeNull()
  clearInterval(timer)
  expect(turns).toBeGreaterThan(3)
  expect(await fingerprint(`${top}/was/folder`)).toBe(after)
  expect(fs.readlinkSync(`${top}/was/folder/link`)).toBe('sub/1')
  expect(fs.readdirSync(`${top}/there`)).toEqual([])
  expect(fs.readdirSync(`${top}/was`)).toEqual(['folder'])
})

test('what is written into it while it is carried back stays, and so does all of it', async () => {
  fs.mkdirSync(`${top}/was`)
  fs.mkdirSync(`${top}/there/folder`, { recursive: true })
  fs.writeFileSync(`${top}/there/folder/a`, 'a')
  const after = await fingerprint(`${top}/there/folder`)
  const moved = change({ what: 'moved', path: `${top}/there/folder`, from: `${top}/was/folder`, after })
  elsewhere()
  const { cp } = fs.promises
  vi.spyOn(fs.promises, 'cp').mockImplementation(async (...args) => {
    await cp(...args)
    fs.writeFileSync(`${top}/there/folder/b`, 'of a person')
  })
  expect(
    await putBack(
      moved,
      images(() => null),
    ),
  ).toMatch(/changed since/)
  expect(fs.readdirSync(`${top}/there/folder`)).toEqual(['a', 'b'])
  expect(fs.readdirSync(`${top}/was`)).toEqual([])
})

test('what appears in the place at the last moment is not written over', async () => {
  fs.writeFileSync(`${top}/b.txt`, 'of the run')
  const moved = change({
    what: 'moved',
    path: `${top}/b.txt`,
    from: `${top}/a.txt`,
    after: await fingerprint(`${top}/b.txt`),
  })
  const { linkSync } = fs
  vi.spyOn(fs, 'linkSync').mockImplementation((from, to) => {
    fs.writeFileSync(to, 'of a person')
    linkSync(from, to)
  })
  expect(
    await putBack(
      moved,
      images(() => null),
    ),
  ).toMatch(/Something else stands there/)
  expect(fs.readFileSync(`${top}/a.txt`, 'utf8')).toBe('of a person')
  expect(fs.readFileSync(`${top}/b.txt`, 'utf8')).toBe('of the run')
})
