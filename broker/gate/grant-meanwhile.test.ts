/** A question that goes because a grant was made meanwhile has no answer of its own: the grant counts, or nothing does. */
import { existsSync } from 'node:fs'
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest'
import { openTestHouse, type TestHouse } from '../../e2e/fixtures/open-test-house.ts'
import { NO_TOOL } from '../consent/desk.ts'

let house: TestHouse
let asked: number
beforeAll(async () => {
  house = await openTestHouse()
})
afterAll(() => house.close())
beforeEach(() => {
  asked = 0
})

/** Of a request alone: a grant for another run would cover nothing. */
const RUN = 'run_fs.writeFile'

function makeGrant() {
  return house.grants.add({
    ...{ effect: 'allow', principalId: 'agent_test', tool: NO_TOOL, capability: 'fs.write' },
    scope: { kind: 'path', path: house.home, below: true },
    ...{ words: 'Write in ~ and below', end: { kind: 'run', runId: RUN } },
    ...{ madeAt: Date.now(), madeBy: 'you', questionId: null, reason: '' },
  })
}
const write = (name: string) =>
  house.passAlone(
    'fs.writeFile',
    { path: `${house.home}/${name}`, data: 'x' },
    { folders: [{ path: house.home, read: 'allow', write: 'ask' }] },
  )

it('goes on by the grant, which is counted', async () => {
  house.says(() => {
    asked += 1
    if (asked > 1) return 'deny'
    makeGrant()
    return 'covered'
  })
  expect(await write('a.txt')).toMatchObject({ kind: 'ok' })
  expect(asked).toBe(1)
  expect(house.grants.list()).toMatchObject([{ uses: 1 }])
  for (const { id } of house.grants.list()) house.grants.revoke(id, 'you')
})

it('is asked again when the grant was revoked before it counted', async () => {
  house.says(() => {
    asked += 1
    if (asked > 1) return 'deny'
    house.grants.revoke(makeGrant().id, 'you')
    return 'covered'
  })
  expect(await write('b.txt')).toMatchObject({ kind: 'refused', code: 'denied-by-person' })
  expect(asked).toBe(2)
  expect(existsSync(`${house.home}/b.txt`)).toBe(false)
})

it('is a person’s no on record only where a person said so', async () => {
  for (const said of ['deny', 'nothing'] as const) {
    house.says(() => said)
    expect(await write(`${said}.txt`)).toMatchObject({ kind: 'refused' })
    const { decision, asked } = house.entries.findLast(({ kind }) => kind === 'decision') ?? {}
    expect([decision, asked], said).toEqual(['deny', said === 'deny'])
  }
})
