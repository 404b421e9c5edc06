// What is outside of an agent's folders stays unknown to it: a link there, a folder there, whether a name exists.
import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { Perimeter } from '../../../contract/perimeter.ts'
import type { Json } from '../../../contract/words.ts'
import { openTestHouse, type TestHouse } from '../../../e2e/fixtures/open-test-house.ts'
import { makeTool } from '../../../e2e/fixtures/open-test-lane.ts'
import type { ContainedPrograms } from '../../ports.ts'
import type { HeldThing } from './held.ts'
import { wayTo } from './way-to.ts'

/** Programs could be run, and none is. */
const contained = {
  available: () => ({ available: true, text: '' }),
  start: () => Promise.reject(new Error('nothing was to start')),
} as unknown as ContainedPrograms

let house: TestHouse
let top: string
const area = () => `${top}/area`

beforeAll(async () => {
  house = await openTestHouse({ contained })
  top = fs.realpathSync(fs.mkdtempSync(path.join(os.tmpdir(), 'sallyport-way-')))
  for (const folder of ['area/sub', 'outside/folder']) fs.mkdirSync(`${top}/${folder}`, { recursive: true })
  fs.writeFileSync(`${top}/area/a.txt`, 'mine')
  fs.writeFileSync(`${top}/outside/file`, 'theirs')
  fs.symlinkSync(`${top}/outside/folder`, `${top}/outside/link`)
  fs.symlinkSync('/usr/bin/true', `${top}/outside/program`)
  fs.symlinkSync(`${top}/area/sub`, `${top}/outside/back`)
  fs.symlinkSync('sub', `${top}/area/inside`)
  fs.symlinkSync(`${top}/outside`, `${top}/area/out`)
  fs.symlinkSync(top, `${top}/alias`)
})
afterAll(async () => {
  fs.rmSync(top, { recursive: true, force: true })
  await house.close()
})

const ONLY_LOOKS = '() => sallyport.fs.stat({ path }), () => sallyport.fs.readStream({ path })'
const ACTS = `() => sallyport.fs.stat({ path }), () => sallyport.fs.readFile({ path }), () => sallyport.fs.list({ path }), () => sallyport.fs.writeFile({ path, data: '', mode: 'create' }), () => sallyport.fs.readStream({ path }), () => sallyport.fs.trash({ paths: [path] }), () => sallyport.fs.search({ path, pattern: 'x' }), () => sallyport.fs.copy({ copies: [{ from: path, to: path + '2' }] })`

/** What a tool is told of each path, with the path itself taken out of the words. */
async function told(paths: string[], folder = area(), acts = ACTS): Promise<string[]> {
  const tool = makeTool(`export const main = async ({ paths }) => {
    const told = []
    for (const path of paths) for (const act of [${acts}])
      told.push(await act().then(() => 'ok', (e) => e.code + ' ' + e.message.replaceAll(path, 'PATH')))
    return told
  }`)
  const capabilities = ['fs.read', 'fs.list', 'fs.write', 'fs.delete', 'command.run'] as const
  tool.manifest = { ...tool.manifest, capabilities: [...capabilities], commands: ['*'] }
  const perimeter = Perimeter.parse({
    folders: [{ path: folder, read: 'allow', write: 'allow' }],
    tools: [{ name: 'probe' }],
  })
  const outcome = await house.callTool(tool, 'main', { paths } as Json, perimeter)
  if (outcome.kind !== 'ok') throw new Error(outcome.person)
  return outcome.value as string[]
}

describe('a place outside of an agent’s folders', () => {
  const out = (rest: string) => `${top}/outside/${rest}`

  it('is the same to a tool whether it is there or not, a link or a file', async () => {
    const [nothing] = await told([out('nothing')])
    expect(nothing).toMatch(/^outside-perimeter PATH is in none of the folders/)
    const others = ['file', 'folder', 'link', 'link/x', 'back', 'back/x', 'file/x', 'folder/x', 'nothing/x']
    for (const name of others) expect(await told([out(name)]), name).toEqual(await told([out('nothing')]))
  })

  it('is the same to who would run it', async () => {
    const runs = `() => sallyport.command.run({ argv: [path], cwd: ${JSON.stringify(area())} })`
    const [nothing] = await told([out('nothing')], area(), runs)
    expect(nothing).toMatch(/^outside-perimeter PATH is not among the programs/)
    for (const name of ['file', 'folder', 'link', 'program', 'link/x', 'back', 'file/x'])
      expect(await told([out(name)], area(), runs), name).toEqual([nothing])
  })

  it('can not be felt out by going through it and back', async () => {
    const through = (name: string) => out(`${name}/../../area/a.txt`)
    const expected = await told([through('nothing')])
    expect(expected[0]).toMatch(/^outside-perimeter PATH/)
    for (const name of ['file', 'folder', 'link', 'folder/../nothing'])
      expect(await told([through(name)])).toEqual(expected)
    const linked = (name: string) => `${area()}/out/${name}/../../area/a.txt`
    expect(await told([linked('folder')])).toEqual(await told([linked('nothing')]))
    expect((await told([linked('folder')]))[0]).toMatch(/^outside-perimeter/)
  })

  it.runIf(process.platform === 'linux')(
    'is not named when the link that led there is gone before anybody looks at the way',
    () => {
      const held = { ...{ state: 'there', path: out('file') }, stat: fs.statSync(top), at: '', close() {} }
      expect(wayTo(`${area()}/sub`, held as HeldThing, true, 'linux')).toEqual({
        ...{ asked: `${area()}/sub`, places: [], cut: true },
      })
    },
  )

  describe.runIf(process.platform === 'linux')('can not be felt out by a link', () => {
    const looks = `${ONLY_LOOKS}, () => sallyport.fs.readFile({ path }), () => sallyport.fs.list({ path }), () => sallyport.fs.writeFile({ path, data: 'x' })`
    const link = (name: string, to: string) => {
      fs.rmSync(`${area()}/turns/${name}`, { force: true })
      fs.symlinkSync(to, `${area()}/turns/${name}`)
    }
    const names = Array.from({ length: 501 }, (_, n) => (n + 36).toString(36).padStart(2, '0'))
    beforeAll(() => {
      for (const name of names) fs.mkdirSync(`${area()}/turns/${name}`, { recursive: true })
    })

    it('that leads back to itself through it', async () => {
      const circle = async (name: string) => {
        link('circle', `../../outside/${name}/../../area/turns/circle`)
        return told([`${area()}/turns/circle`, `${area()}/turns/circle/x`], area(), looks)
      }
      const expected = await circle('nothing')
      for (const told of expected) expect(told).toMatch(/^outside-perimeter/)
      expect(await circle('folder')).toEqual(expected)
    })

    it.each([
      ['turns so often that nobody looks at all of it', names.map((name) => `${name}/..`).join('/'), 1],
      ['has more names than anybody follows', '10/../'.repeat(600), 4],
    ])('whose way %s', async (_, turns, links) => {
      const chain = (name: string, end: string) => {
        for (let n = 1; n < links; n++) link(`${name}${n - 1}`, `${turns}/${name}${n}`)
        link(`${name}${links - 1}`, `${turns}/../${end}`)
        return `${area()}/turns/${name}0`
      }
      const expected = await told([chain('nothing', '../outside/nothing/../../area/a.txt')], area(), looks)
      for (const told of expected) expect(told).toMatch(/^outside-perimeter/)
      expect(await told([chain('folder', '../outside/folder/../../area/a.txt')], area(), looks)).toEqual(
        expected,
      )
      expect(await told([chain('inside', 'a.txt')], area(), looks)).toEqual(expected)
    })
  })

  it('does not stand in the way of links and dots inside, or of a folder’s own way', async () => {
    const first = async (asked: string, folder?: string) => (await told([asked], folder, ONLY_LOOKS))[0]
    for (const inside of [
      'inside',
      'sub/../a.txt',
      'inside/../a.txt',
      '../area/a.txt',
      'sub/../sub/../a.txt',
    ])
      expect(await first(`${area()}/${inside}`), inside).toBe('ok')
    // The perimeter itself was written with a link in it.
    expect(await first(`${top}/alias/area/a.txt`, `${top}/alias/area`)).toBe('ok')
    expect(await first(`${top}/area/a.txt`, `${top}/alias/area`)).toBe('ok')
  })
})
