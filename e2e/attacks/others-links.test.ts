/**
 * A line or a rule for one agent leads through a link that another agent may change, and that one points it elsewhere.
 * What it points at is open to nobody: not at the next start, and not from the moment on in which the other may.
 */
import { mkdirSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { inputOf } from '../../broker/agents/open-agent-book.ts'
import { compilePolicy } from '../../broker/gate/decide/compile-policy.ts'
import { createDecider } from '../../broker/gate/decide/decider.ts'
import { input, NO_GRANTS } from '../../broker/gate/decide/testing/known-computer.ts'
import { lookUpPlaces } from '../../broker/policy/look-up-places.ts'
import { AgentInput } from '../../contract/agent.ts'
import { type FolderLine, Perimeter } from '../../contract/perimeter.ts'
import { PolicyFile } from '../../contract/policy.ts'
import type { Need } from '../../contract/resource.ts'
import { openTestHouse, type TestHouse } from '../fixtures/open-test-house.ts'

let house: TestHouse
let home: string
beforeEach(async () => {
  house = await openTestHouse({ person: () => 'deny' })
  home = realpathSync(house.home)
  for (const folder of ['work/one', 'private', 'docs/x']) {
    mkdirSync(path.join(home, folder), { recursive: true })
    writeFileSync(path.join(home, folder, 'note.txt'), folder)
  }
  symlinkSync('one', path.join(home, 'work/current'))
  symlinkSync('work/current', path.join(home, 'mine'))
})
afterEach(() => house.close())

type Level = FolderLine['read']
const lines = (...all: [folder: string, read: Level, write: Level][]) =>
  all.map(([folder, read, write]) => ({ path: `~/${folder}`, read, write }))
/** The other agent, which may write in `work`. */
function makeOther(folders = lines(['work', 'allow', 'allow'])) {
  const input = {
    name: 'Other',
    model: { provider: 'tour', model: 'tour' },
    instructions: '',
    perimeter: { folders },
  }
  const made = house.book.create(AgentInput.parse(input), 'you')
  if (made.kind !== 'ok') throw new Error(made.person)
  return made.value
}
function point(to: string, at = 'work/current') {
  rmSync(path.join(home, at))
  symlinkSync(to, path.join(home, at))
}
const pass = (file: string, folders: FolderLine[]) =>
  house.passAlone('fs.readFile', { path: path.join(home, file) }, { folders })

describe.skipIf(process.platform !== 'linux').each([
  ['the link itself', 'work/current'],
  ['a link of the person’s that leads through it', 'mine'],
])('a line for %s', (_what, name) => {
  it('opens nothing where another agent may point it', async () => {
    makeOther()
    point('../private')
    const own = lines([name, 'allow', 'allow'])
    const refused = { kind: 'refused', code: 'outside-perimeter' }
    expect(await pass('private/note.txt', own)).toMatchObject({
      ...refused,
      person: expect.stringMatching(/is not followed there, because another agent may change a link/),
    })
    expect(await pass(`${name}/note.txt`, own)).toMatchObject(refused)
    expect(house.questions).toEqual([])
  })

  it('is followed until another agent may, and no longer from then on', () => {
    // One and the same perimeter, as the app keeps it.
    const kept = Perimeter.parse({ folders: lines([name, 'allow', 'allow']) })
    const need: Need = {
      capability: 'fs.read',
      resource: { kind: 'path', path: path.join(home, 'work/one/note.txt') },
    }
    const asked = () => house.gate.decider.ceiling(need, kept)
    expect(asked()).not.toBeNull()
    const other = makeOther(lines(['work', 'allow', 'deny']))
    expect(asked()).not.toBeNull()
    const input = AgentInput.parse({
      ...inputOf(other),
      perimeter: { folders: lines(['work', 'allow', 'ask']) },
    })
    house.book.update(other.id, input, 'you')
    expect(asked()).toBeNull()
    house.book.delete(other.id, 'you')
    expect(asked()).not.toBeNull()
  })

  it('closes what it leads to all the same', async () => {
    makeOther()
    point('../docs/x')
    const folders = lines(['docs', 'allow', 'allow'], [name, 'deny', 'deny'])
    expect(await pass('docs/x/note.txt', folders)).toMatchObject({ kind: 'refused' })
    expect(await pass('docs/other.txt', folders)).toMatchObject({ kind: 'failed', code: 'not-found' })
  })
})

it.runIf(process.platform === 'linux')(
  'a line by such a link is followed to where the agent has as much by a line of its own',
  async () => {
    makeOther()
    point('../docs/x')
    const [docs, led] = [lines(['docs', 'allow', 'ask']), lines(['work/current', 'allow', 'ask'])]
    expect(await pass('work/current/note.txt', [...docs, ...led])).toMatchObject({ kind: 'ok' })
    expect(
      await pass('work/current/note.txt', [...docs, ...lines(['work/current', 'allow', 'deny'])]),
    ).toMatchObject({
      kind: 'ok',
    })
    const write = (folders: FolderLine[]) =>
      house.passAlone('fs.writeFile', { path: path.join(home, 'docs/x/new.txt'), data: 'x' }, { folders })
    expect(await write([...docs, ...lines(['work/current', 'allow', 'allow'])])).toMatchObject({
      code: 'denied-by-person',
    })
  },
)

it.runIf(process.platform === 'linux')('a rule by such a link counts for nobody', () => {
  const places = lookUpPlaces({ platform: 'linux', home, own: [], searchPath: '/usr/bin' })
  const rules = [{ id: 'notes', effect: 'allow', capabilities: ['fs.read'], paths: ['~/work/current'] }]
  const personal = PolicyFile.parse({ version: 1, rules })
  const policy = compilePolicy({ managed: null, personal, failedClosed: null }, places)
  const { decide } = createDecider({
    ...{ policy: () => policy, grants: () => NO_GRANTS, places },
    perimeters: () => house.book.perimeters(),
  })
  const decided = () =>
    decide(
      input(
        { capability: 'fs.read', resource: { kind: 'path', path: path.join(home, 'work/one/note.txt') } },
        { tool: null, inside: { folders: lines(['', 'ask', 'deny']) } },
      ),
    ).effect
  expect(decided()).toBe('allow')
  makeOther()
  expect(decided()).toBe('ask')
})
