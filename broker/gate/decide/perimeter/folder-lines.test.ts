import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { lookUpPlaces } from '../../../policy/look-up-places.ts'
import { FolderLines } from './folder-lines.ts'

let home: string
beforeEach(() => {
  home = realpathSync(mkdtempSync(path.join(os.tmpdir(), 'sallyport-lines-')))
  for (const folder of ['work/one', 'work/two', 'private', 'docs'])
    mkdirSync(path.join(home, folder), { recursive: true })
})
afterEach(() => rmSync(home, { recursive: true }))

type Level = 'allow' | 'ask' | 'deny'
/** As the lines are read now: at a start, or when the perimeter was changed. */
function read(lines: [folder: string, read: Level, write: Level][]) {
  const places = lookUpPlaces({ platform: 'linux', home, own: [], searchPath: '/usr/bin' })
  const folders = new FolderLines(
    lines.map(([folder, read, write]) => ({ path: `~/${folder}`, read, write })),
    places,
  )
  return (file: string, side: 'read' | 'write' = 'read') =>
    folders.level({ kind: 'path', path: path.join(home, file) }, side).level
}
const link = (to: string, at: string) => {
  rmSync(path.join(home, at), { force: true })
  symlinkSync(to, path.join(home, at))
}

test('a link of the person’s own is followed, also to what lies elsewhere', () => {
  link('private', 'mine')
  expect(read([['mine', 'allow', 'ask']])('private/a')).toBe('allow')
  expect(
    read([
      ['work', 'allow', 'allow'],
      ['mine', 'allow', 'ask'],
    ])('private/a'),
  ).toBe('allow')
})

test('one that an agent may change opens nothing outside of what it has', () => {
  const lines: [string, Level, Level][] = [
    ['work', 'allow', 'ask'],
    ['work/current', 'allow', 'allow'],
  ]
  link('one', 'work/current')
  expect(read(lines)('work/one/a', 'write')).toBe('allow')
  for (const to of ['../private', `${home}/private`, '..', '/etc']) {
    link(to, 'work/current')
    const level = read(lines)
    expect([to, level('private/a'), level('docs/a')]).toEqual([to, 'deny', 'deny'])
    expect(level('work/two/a', 'write')).toBe('ask')
  }
  // A folder on the way does the same.
  link('..', 'work/up')
  expect(
    read([
      ['work', 'allow', 'allow'],
      ['work/up/private', 'allow', 'allow'],
    ])('private/a'),
  ).toBe('deny')
})

test('what closes is closed wherever its link leads', () => {
  link('../private', 'work/shut')
  const level = read([
    ['work', 'allow', 'allow'],
    ['private', 'allow', 'allow'],
    ['work/shut', 'deny', 'deny'],
  ])
  expect([level('private/a'), level('work/shut/a')]).toEqual(['deny', 'deny'])
})
