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

test('a way is judged by every link on it, whoever made the first one', () => {
  const lines: [string, Level, Level][] = [
    ['work', 'allow', 'allow'],
    ['mine', 'allow', 'allow'],
  ]
  link('work/current', 'mine')
  for (const to of ['one', '../private', '../docs/../private', 'one/../../private', '/etc']) {
    link(to, 'work/current')
    const level = read(lines)
    expect([to, level('work/one/a'), level('private/a')]).toEqual([to, 'allow', 'deny'])
  }
})

test('nor does one open what a deeper line keeps, alone or with another that leads there, too', () => {
  const lines: [string, Level, Level][] = [
    ['work', 'allow', 'allow'],
    ['work/two', 'ask', 'deny'],
    ['work/current', 'allow', 'allow'],
    ['work/latest', 'allow', 'allow'],
  ]
  for (const at of ['work/current', 'work/latest']) link('two/inner', at)
  mkdirSync(path.join(home, 'work/two/inner'))
  const level = read(lines)
  expect([level('work/two/inner/a'), level('work/two/inner/a', 'write')]).toEqual(['ask', 'deny'])
})

test('two that lead to each other’s ground, and one that leads around itself, open nothing', () => {
  link('../two', 'work/one/next')
  link('../one', 'work/two/next')
  const level = read([
    ['work/one/next', 'allow', 'allow'],
    ['work/two/next', 'allow', 'allow'],
  ])
  expect([level('work/one/a'), level('work/two/a')]).toEqual(['deny', 'deny'])
  link('..', 'work/around')
  expect(read([['work/around', 'allow', 'allow']])('work/one/a')).toBe('deny')
})

test('what asks or is read-only takes away where its link leads, and opens nothing there', () => {
  link('../private', 'work/ref')
  expect(
    read([
      ['work', 'allow', 'allow'],
      ['work/ref', 'allow', 'deny'],
    ])('private/a'),
  ).toBe('deny')
  const level = read([
    ['work', 'allow', 'allow'],
    ['private', 'allow', 'allow'],
    ['work/ref', 'ask', 'ask'],
  ])
  expect([level('private/a'), level('private/a', 'write'), level('docs/a')]).toEqual(['ask', 'ask', 'deny'])
})
