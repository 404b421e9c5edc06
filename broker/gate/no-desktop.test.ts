/** What only a desktop can do, where there is none: nobody is asked for what can't be done then. */
import { writeFileSync } from 'node:fs'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import type { Json } from '../../contract/words.ts'
import { openTestHouse, type TestHouse } from '../../e2e/fixtures/open-test-house.ts'

let house: TestHouse
let desktop: boolean
beforeAll(async () => {
  house = await openTestHouse({ person: () => 'allow', desktop: () => desktop })
  writeFileSync(`${house.home}/a.pdf`, '')
})
afterAll(() => house.close())
beforeEach(() => {
  desktop = false
  house.questions.length = 0
})

const ASKS = {
  folders: [{ path: '~', read: 'ask', write: 'ask' }],
  hosts: [{ host: 'example.org', read: 'ask', send: 'ask' }],
  clipboard: { read: 'ask', write: 'ask' },
  notify: 'ask',
}
const SHUT = { notify: 'deny', open: 'deny' }
const pass = (operation: string, args: Json, perimeter: object) => house.passAlone(operation, args, perimeter)

describe.each<[string, Json]>([
  ['notify', { title: 'Done' }],
  ['clipboard.write', { text: 'x' }],
  ['clipboard.read', {}],
  ['open', { target: 'https://example.org/' }],
  ['open', { target: '~/a.pdf' }],
])('%s %j', (operation, args) => {
  it('is refused before anybody is asked, and that is on record', async () => {
    const outcome = await pass(operation, args, ASKS)
    expect(outcome).toMatchObject({
      ...{ kind: 'refused', code: 'unavailable' },
      person: expect.stringContaining('no desktop session'),
      model: expect.stringMatching(/Go on without it, or tell the person/),
    })
    expect(house.questions).toEqual([])
    expect(house.entries.at(-1)).toMatchObject({ kind: 'decision', decision: 'deny', ok: false })
  })

  it('is the perimeter’s no where that says no, desktop or not', async () => {
    for (desktop of [false, true])
      expect(await pass(operation, args, SHUT)).toMatchObject({ kind: 'refused', code: 'outside-perimeter' })
    expect(house.questions).toEqual([])
  })

  it('is asked about where there is one', async () => {
    desktop = true
    expect(await pass(operation, args, ASKS)).toMatchObject({ kind: 'ok' })
    expect(house.questions).toHaveLength(1)
  })
})
