/**
 * A policy file swapped by a tool: written, moved over, moved away, reached by a link, and with its folder swapped
 * whole. The perimeter lets the tool change everything there is, and the person says yes to all: still refused, and
 * the policy in force stays.
 */
import {
  existsSync,
  linkSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import path from 'node:path'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { compilePolicy } from '../../broker/gate/decide/compile-policy.ts'
import { findRuleFaults } from '../../broker/gate/decide/find-rule-faults.ts'
import { lookUpPlaces } from '../../broker/policy/look-up-places.ts'
import { managedPlace } from '../../broker/policy/managed-place.ts'
import { openPolicyBook } from '../../broker/policy/open-policy-book.ts'
import { CAPABILITIES, type Json } from '../../contract/words.ts'
import { openTestHouse, type TestHouse } from '../fixtures/open-test-house.ts'
import { makeTool } from '../fixtures/open-test-lane.ts'

const POLICY = JSON.stringify({
  version: 1,
  rules: [{ id: 'no-secrets', effect: 'deny', capabilities: ['fs.read'], paths: ['/secrets'] }],
})
const LOOSE = JSON.stringify({ version: 1, rules: [] })

const EVERYTHING = [{ path: '/', read: 'allow' as const, write: 'allow' as const }]

let house: TestHouse
let work: string
let own: string
let personal: string
let book: ReturnType<typeof openPolicyBook>
beforeAll(async () => {
  house = await openTestHouse({ person: () => 'allow' })
  own = path.join(house.base, 'own')
  personal = path.join(own, 'config', 'policy.jsonc')
  work = path.join(house.home, 'work')
  mkdirSync(path.dirname(personal), { recursive: true })
  writeFileSync(personal, POLICY)
  const places = lookUpPlaces({ platform: 'linux', home: house.home, own: [own], searchPath: '/usr/bin' })
  book = openPolicyBook({
    ...{ personalFile: personal, lastGoodFile: path.join(own, 'data', 'last-good.jsonc') },
    ...{ managedFile: path.join(own, 'managed', 'policy.json'), managedOwner: process.getuid?.() ?? 0 },
    check: findRuleFaults,
    compile: (sources) => compilePolicy(sources, places),
    watch: true,
  })
})
afterAll(async () => {
  book.close()
  await house.close()
})
beforeEach(() => {
  rmSync(work, { recursive: true, force: true })
  mkdirSync(path.join(work, 'folder', 'config'), { recursive: true })
  writeFileSync(path.join(work, 'loose.jsonc'), LOOSE)
  writeFileSync(path.join(work, 'folder', 'policy.jsonc'), LOOSE)
  writeFileSync(path.join(work, 'folder', 'config', 'policy.jsonc'), LOOSE)
})

/** One step by itself, by a tool that may do anything. */
function attempt(operation: string, args: Json) {
  const tool = makeTool('export const main = ({ name, args }) => sallyport.fs[name](args)')
  tool.manifest = { ...tool.manifest, capabilities: [...CAPABILITIES] }
  return house.callTool(tool, 'main', { name: operation, args }, { folders: EVERYTHING })
}
const inForce = () =>
  book
    .compiled()
    .strictest(
      { capability: 'fs.read', resource: { kind: 'path', path: '/secrets/key' } },
      { id: 'agent_test', kind: 'agent', name: 'Test' },
      null,
    )?.rule
const stays = async (what: string) => {
  await new Promise((resolve) => setTimeout(resolve, 20))
  expect(readFileSync(personal, 'utf8'), what).toBe(POLICY)
  expect(inForce(), what).toContain('no-secrets')
}
const refuses = async (operation: string, args: Json) => {
  const what = `${operation} ${JSON.stringify(args)}`
  const outcome = await attempt(operation, args)
  expect(outcome, what).toMatchObject({ kind: 'refused' })
  expect(outcome.kind === 'refused' && outcome.code, what).not.toBe('invalid-request')
  await stays(what)
}

describe('a policy file swapped by a tool', () => {
  it('is tried by a tool that may change everything else', async () => {
    for (const [operation, args] of [
      ['writeFile', { path: `${work}/free.txt`, data: 'x' }],
      ['move', { moves: [{ from: `${work}/folder`, to: `${house.home}/moved` }] }],
      ['trash', { paths: [`${house.home}/moved`] }],
    ] as const)
      expect(await attempt(operation, args as unknown as Json), operation).toMatchObject({ kind: 'ok' })
  })
  it('is not written, in whatever way, nor is another made beside it', async () => {
    for (const mode of ['create', 'replace', 'append'])
      await refuses('writeFile', { path: personal, data: LOOSE, mode })
    await refuses('writeFile', { path: `${own}/config/../config/policy.jsonc`, data: LOOSE })
    await refuses('writeFile', {
      path: path.join(own, 'data', 'last-good.jsonc'),
      data: LOOSE,
      parents: true,
    })
    await refuses('copy', { copies: [{ from: `${work}/loose.jsonc`, to: personal }] })
    await refuses('readFile', { path: personal })
  })
  it('is not moved away, moved over or trashed', async () => {
    await refuses('move', { moves: [{ from: `${work}/loose.jsonc`, to: personal }] })
    await refuses('move', { moves: [{ from: personal, to: `${work}/mine.jsonc` }] })
    await refuses('trash', { paths: [personal] })
    // One bad pair among good ones: none of them is done.
    const pairs = [
      { from: `${work}/loose.jsonc`, to: `${work}/other.jsonc` },
      { from: `${work}/folder/policy.jsonc`, to: personal },
    ]
    await refuses('move', { moves: pairs })
    expect(existsSync(`${work}/other.jsonc`)).toBe(false)
  })
  it('is not reached by a link: to the file, to its folder, or to a folder above', async () => {
    symlinkSync(personal, `${work}/file`)
    symlinkSync(path.dirname(personal), `${work}/dir`)
    symlinkSync(house.base, `${work}/up`)
    for (const to of [`${work}/file`, `${work}/dir/policy.jsonc`, `${work}/up/own/config/policy.jsonc`]) {
      await refuses('writeFile', { path: to, data: LOOSE })
      await refuses('writeFile', { path: to, data: LOOSE, mode: 'append' })
    }
    await refuses('move', { moves: [{ from: `${work}/loose.jsonc`, to: `${work}/dir/policy.jsonc` }] })
    await refuses('trash', { paths: [`${work}/up/own`] })
  })
  it('is not changed through a second name of it (a hard link)', async () => {
    linkSync(personal, `${work}/twin.jsonc`)
    for (const mode of ['replace', 'append']) {
      await attempt('writeFile', { path: `${work}/twin.jsonc`, data: LOOSE, mode })
      await stays(`twin, ${mode}`)
    }
    await attempt('copy', { copies: [{ from: `${work}/loose.jsonc`, to: `${work}/twin.jsonc` }] })
    await stays('copied over the twin')
    rmSync(`${work}/twin.jsonc`, { force: true })
  })
  it('stays when a folder that it lies in is to be swapped whole', async () => {
    for (const folder of [path.dirname(personal), own, house.base]) {
      await refuses('move', { moves: [{ from: folder, to: `${house.home}/away` }] })
      await refuses('move', { moves: [{ from: `${work}/folder`, to: folder }] })
      await refuses('trash', { paths: [folder] })
    }
    expect(readdirSync(own)).toContain('config')
    expect(lstatSync(own).isSymbolicLink()).toBe(false)
  })
  it('holds for the organization’s file too: its folder is not made, written or swapped', async () => {
    const place = managedPlace('linux')
    const before = existsSync(path.dirname(place))
    try {
      await refuses('writeFile', { path: place, data: LOOSE, parents: true })
      await refuses('makeFolder', { path: path.dirname(place) })
      await refuses('move', { moves: [{ from: `${work}/folder`, to: path.dirname(place) }] })
      await refuses('copy', { copies: [{ from: `${work}/loose.jsonc`, to: place }], parents: true })
      symlinkSync('/etc', `${work}/etc`)
      await refuses('writeFile', { path: `${work}/etc/sallyport/policy.json`, data: LOOSE, parents: true })
      expect(existsSync(path.dirname(place))).toBe(before)
    } finally {
      if (!before) rmSync(path.dirname(place), { recursive: true, force: true })
    }
  })
})
