// What lies below a searched folder is not all to be searched: each file is decided on by itself, and some are nobody's.
import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { mintPermit } from '../../gate/permit.ts'
import type { PerformContext } from '../../ports.ts'
import { createLeakScanner } from '../../secrets/leak-scanner.ts'
import { createFileRoom } from '../files/file-room.ts'
import { createFsReadCapability } from '../fs-read.ts'
import { playGate } from '../testing/play-gate.ts'
import { createWordMatcher } from './match-words.ts'

let top: string
beforeEach(() => {
  top = fs.realpathSync(fs.mkdtempSync(path.join(os.tmpdir(), 'sallyport-search-')))
  for (const name of ['open/a', 'open/kept.env', 'own/record', 'own/deep/record']) put(name)
})
afterEach(() => fs.rmSync(top, { recursive: true, force: true }))

function put(name: string) {
  fs.mkdirSync(path.dirname(path.join(top, name)), { recursive: true })
  fs.writeFileSync(path.join(top, name), 'needle')
}
function openGate() {
  const files = createFileRoom({ ownPaths: [`${top}/own`], home: top })
  const deps = { files, matcher: createWordMatcher(), leaks: createLeakScanner() }
  return playGate([createFsReadCapability(deps)], mintPermit)
}
async function search(context: Partial<PerformContext> = {}, args: object = {}) {
  const outcome = await openGate().pass('fs.search', { path: top, pattern: 'needle', ...args }, context)
  if (outcome.kind !== 'ok') return outcome
  const { matches } = outcome.value.value as { matches: { path: string }[] }
  return matches.map((match) => match.path.slice(top.length + 1))
}

test('Sallyport’s own files are in no search of a folder around them', async () => {
  expect(await search()).toEqual(['open/a', 'open/kept.env'])
})

test('a file that a stricter rule covers is left out of a folder that is searched', async () => {
  const wouldDecide: PerformContext['wouldDecide'] = ({ resource }) =>
    resource.kind === 'path' && resource.path.endsWith('.env') ? 'deny' : 'allow'
  expect(await search({ wouldDecide })).toEqual(['open/a'])
})

test('one file with a second name is not searched, and it is said why', async () => {
  fs.linkSync(`${top}/open/a`, `${top}/twin`)
  expect(await search({}, { path: `${top}/twin` })).toMatchObject({
    kind: 'refused',
    person: expect.stringContaining('more than one name'),
  })
})

test('no file of a search stays open, whether anything was found in it or not', async () => {
  fs.writeFileSync(`${top}/open/binary`, 'needle\0')
  const handles = () => fs.readdirSync('/proc/self/fd').length
  await search()
  const before = handles()
  for (const args of [{}, { pattern: 'nowhere' }, { limit: 1 }, { path: `${top}/open/a` }])
    await search({}, args)
  expect(handles()).toBe(before)
})

test('an answer to one search is none to another: all that it looks for is bound', async () => {
  const bindings = new Set<string>()
  for (const more of [
    {},
    { path: `${top}/open` },
    { pattern: 'password' },
    { regex: true },
    { ignoreCase: true },
    { glob: '*.env' },
    { limit: 1 },
  ]) {
    const prepared = await openGate().prepare('fs.search', { path: top, pattern: 'needle', ...more })
    if (prepared.kind !== 'ok') throw new Error(prepared.person)
    bindings.add(prepared.value.binding)
    prepared.value.dispose?.()
  }
  expect(bindings.size).toBe(7)
})
