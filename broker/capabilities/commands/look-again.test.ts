import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import type { Before } from './before-program.ts'
import { lookAgain } from './look-again.ts'
import { toBytes } from './look-below.ts'

let top: string
beforeEach(() => {
  top = fs.realpathSync(fs.mkdtempSync(path.join(os.tmpdir(), 'sallyport-again-')))
})
afterEach(() => fs.rmSync(top, { recursive: true, force: true }))

const put = (name: string, text = 'x') => {
  fs.mkdirSync(path.dirname(`${top}/${name}`), { recursive: true })
  fs.writeFileSync(`${top}/${name}`, text)
}
const NAMES = new Set(['.git', '.envrc', '.claude', 'config', 'hooks'])
const rules = {
  isSingle: ({ name }: { name: string }) => NAMES.has(name),
  isFixed: (at: string) => /\/(?:\.git|\.envrc|\.claude|\.git\/(?:config|hooks))$/.test(at),
  isKept: () => false,
}
/** As if these folders had been empty. */
function look(more: { folders?: string[]; readOnly?: string[]; writable?: string[] } = {}) {
  const known = [top, ...(more.folders ?? [])].map((at) => [
    toBytes(at),
    { path: at, nearest: at, bytes: toBytes(at), writable: true, state: '' },
  ])
  const before: Before = { folders: new Map(known as []), repositories: new Map(), fixed: new Map() }
  const reach = { readable: [], writable: [top, ...(more.writable ?? [])], hidden: [] }
  return lookAgain(before, { ...reach, readOnly: more.readOnly ?? [] }, rules)
}

test('what appears in a folder that was closed is not the program’s, but in one that is open in it', async () => {
  put('shut/.envrc')
  put('shut/deep/.envrc')
  put('shut/open/.envrc')
  const folders = ['shut', 'shut/deep', 'shut/open'].map((name) => `${top}/${name}`)
  const closed = { readOnly: [`${top}/shut`], writable: [`${top}/shut/open`] }
  expect((await look({ folders, ...closed })).paths).toEqual([`${top}/shut/open/.envrc`])
  expect((await look({ folders })).paths).toHaveLength(3)
})

test('a folder whose name is no text takes nothing around it along', async () => {
  const odd = Buffer.concat([Buffer.from(`${top}/`), Buffer.from([0xff])])
  fs.mkdirSync(odd)
  fs.writeFileSync(Buffer.concat([odd, Buffer.from('/.envrc')]), 'x')
  fs.writeFileSync(Buffer.concat([odd, Buffer.from('/.git')]), 'gitdir: /elsewhere')
  expect(await look()).toMatchObject({ paths: [], unseen: [{ path: top }] })
})

test('references are no repository, whatever a branch is called; with what git needs for one they are', async () => {
  for (const name of ['HEAD', 'config', 'hooks/new']) put(`origin/${name}`)
  expect((await look()).paths).toEqual([])
  for (const name of ['objects', 'refs']) fs.symlinkSync('../not-yet-there', `${top}/origin/${name}`)
  expect((await look()).paths.sort()).toEqual([`${top}/origin/config`, `${top}/origin/hooks/new`])
})

test('more than a few empty files, and more hooks than git leaves, are not gone through one by one', async () => {
  for (let i = 0; i < 300; i++) {
    put(`.claude/${i}`, '')
    put(`a/.git/hooks/${i}.sample`, '')
  }
  put('few/.claude/empty', '')
  expect((await look()).paths).toEqual([`${top}/a/.git/hooks`, `${top}/.claude`])
})

test.skipIf(process.getuid?.() === 0)(
  'a folder that was shut behind it is looked into, and shut again',
  async () => {
    put('x/.git/HEAD')
    put('x/.git/config', '[core]\nfsmonitor = evil\n')
    for (const name of ['x/.git', 'x']) fs.chmodSync(`${top}/${name}`, 0o100)
    expect(await look()).toMatchObject({ paths: [`${top}/x/.git/config`], unseen: [] })
    expect(fs.statSync(`${top}/x`).mode & 0o777).toBe(0o100)
    for (const name of ['x', 'x/.git']) fs.chmodSync(`${top}/${name}`, 0o700)
  },
)
