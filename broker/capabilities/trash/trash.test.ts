// What the fs.trash tests don't reach: trash folders that are not the person's own, and the trash of a desktop.
import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import process from 'node:process'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { failed, ok } from '../../../contract/outcome.ts'
import type { Desktop } from '../../ports.ts'
import { createFileRoom } from '../files/file-room.ts'
import { createDesktopTrash } from './desktop-trash.ts'
import { createLinuxTrash, type LinuxTrashOptions } from './linux-trash.ts'
import type { Trash } from './trash.ts'

const NOW = 1_800_000_000_000
let top: string
let holder: LinuxTrashOptions['holder']
beforeEach(() => {
  top = fs.realpathSync(fs.mkdtempSync(path.join(os.tmpdir(), 'sallyport-trash-')))
  holder = createFileRoom({ ownPaths: [], home: top }).holder
})
afterEach(() => fs.rmSync(top, { recursive: true, force: true }))

async function putInto(trash: Trash, name: string, before: () => void = () => {}) {
  const place = holder.holdEntry(`${top}/${name}`)
  if (!('entry' in place) || !place.entry) throw new Error(`${name} is not there`)
  try {
    before()
    return await trash.put(place, () => {})
  } finally {
    place.close()
  }
}
function put(name: string) {
  fs.mkdirSync(path.dirname(`${top}/${name}`), { recursive: true })
  fs.writeFileSync(`${top}/${name}`, name)
}
const exists = (name: string) => fs.existsSync(`${top}/${name}`)

describe('the trash at home', () => {
  const BIN = '.local/share/Trash'
  const trash = (name: string, more: Partial<LinuxTrashOptions> = {}) => {
    const own = { holder, home: top, uid: process.getuid?.() ?? 0, clock: () => NOW }
    return putInto(createLinuxTrash({ ...own, ...more }), name)
  }

  test.each([BIN, `${BIN}/files`, `${BIN}/info`])('is not followed where %s is a link', async (link) => {
    put('a.txt')
    fs.mkdirSync(`${top}/elsewhere/files`, { recursive: true })
    fs.mkdirSync(`${top}/elsewhere/info`)
    fs.mkdirSync(path.dirname(`${top}/${link}`), { recursive: true })
    fs.symlinkSync(`${top}/elsewhere`, `${top}/${link}`)
    expect((await trash('a.txt')).kind).toBe('failed')
    expect(exists('a.txt')).toBe(true)
    expect(fs.readdirSync(`${top}/elsewhere`, { recursive: true }).sort()).toEqual(['files', 'info'])
  })

  test('is not used where it is somebody else’s', async () => {
    put('a.txt')
    expect((await trash('a.txt', { uid: 54_321 })).kind).toBe('failed')
    expect(exists('a.txt')).toBe(true)
  })

  test('is the person’s alone, and says when and from where', async () => {
    put('a.txt')
    expect(await trash('a.txt', { dataHome: 'relative' })).toMatchObject({ kind: 'ok' })
    const modeOf = (name: string) => fs.statSync(`${top}/${BIN}/${name}`).mode & 0o777
    expect(['.', 'files', 'info', 'info/a.txt.trashinfo'].map(modeOf)).toEqual([0o700, 0o700, 0o700, 0o600])
    const when = new Date(NOW).toLocaleString('sv-SE').replace(' ', 'T')
    expect(fs.readFileSync(`${top}/${BIN}/info/a.txt.trashinfo`, 'utf8')).toBe(
      `[Trash Info]\nPath=${top}/a.txt\nDeletionDate=${when}\n`,
    )
  })

  test('takes the longest of names, and one that lies there without a note of it', async () => {
    const long = 'x'.repeat(255)
    put(long)
    put(`${BIN}/files/a.txt`)
    put('a.txt')
    expect(await trash(long)).toMatchObject({ kind: 'ok' })
    expect(await trash('a.txt')).toMatchObject({ kind: 'ok', value: { now: `${top}/${BIN}/files/a.txt.2` } })
    expect(fs.readFileSync(`${top}/${BIN}/files/a.txt`, 'utf8')).toBe(`${BIN}/files/a.txt`)
    expect(exists(long)).toBe(false)
  })
})

describe('the trash of a desktop', () => {
  const asked: unknown[] = []
  const desktop = (answer: Awaited<ReturnType<Desktop['do']>>): Desktop => ({
    unable: () => null,
    async do(action) {
      asked.push(action)
      return answer
    },
  })

  test('is told a name only while it is still that of what was decided on', async () => {
    asked.length = 0
    put('folder/a.txt')
    const trash = createDesktopTrash(desktop(ok('')), holder)
    const path = `${top}/folder/a.txt`
    expect(await putInto(trash, 'folder/a.txt')).toMatchObject({ kind: 'ok' })
    expect(asked).toEqual([{ do: 'trash', path }])
    const late = await putInto(trash, 'folder/a.txt', () => {
      fs.renameSync(`${top}/folder`, `${top}/other`)
      put('folder/a.txt')
    })
    expect(late.kind).not.toBe('ok')
    expect(asked).toHaveLength(1)
  })

  test('says so when the desktop did not do it', async () => {
    put('a.txt')
    const trash = createDesktopTrash(desktop(failed('io', 'It is full.')), holder)
    expect(await putInto(trash, 'a.txt')).toMatchObject({ kind: 'failed', person: 'It is full.' })
  })
})
