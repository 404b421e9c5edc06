/** What a run or an agent has used up: nobody is asked for what could only be refused after the yes. */
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest'
import { Perimeter } from '../../contract/perimeter.ts'
import type { Json } from '../../contract/words.ts'
import { openTestHouse, type TestHouse } from '../../e2e/fixtures/open-test-house.ts'

let house: TestHouse
beforeAll(async () => {
  house = await openTestHouse({ person: () => 'allow', desktop: () => true })
})
afterAll(() => house.close())
beforeEach(() => {
  house.questions.length = 0
})

const pass = (operation: string, args: Json, perimeter: object) =>
  house.gate.passCapability(
    {
      principal: { id: 'agent_test', kind: 'agent', name: 'Test' },
      perimeter: Perimeter.parse(perimeter),
      ...{ run: { id: 'run_test', title: 'Test' }, callId: 'call_test', tool: null },
      signal: new AbortController().signal,
    },
    operation,
    args,
  )

it('more bytes than the run may send are refused before anybody is asked, and less is asked about', async () => {
  const post = (bytes: number) =>
    pass(
      'net.fetch',
      { url: 'http://127.0.0.1:9/', method: 'POST', body: 'x'.repeat(bytes) },
      {
        hosts: [{ scheme: 'http', host: '127.0.0.1', port: 9, methods: ['POST'], send: 'ask' }],
        budgets: { bytesOut: 10_000 },
      },
    )
  expect(await post(20_000)).toMatchObject({ kind: 'refused', code: 'budget' })
  expect(house.questions).toEqual([])
  expect(house.entries.at(-1)).toMatchObject({ kind: 'decision', decision: 'deny', ok: false })
  await post(6_000)
  expect(house.questions).toHaveLength(1)
  // What is asked about counts, whatever becomes of it.
  expect(await post(6_000)).toMatchObject({ kind: 'refused', code: 'budget' })
  expect(house.questions).toHaveLength(1)
})

it('what the perimeter denies is the perimeter’s no, however much it is', async () => {
  const args = { url: 'http://127.0.0.1:9/', method: 'POST', body: 'x'.repeat(20_000) }
  expect(await pass('net.fetch', args, { budgets: { bytesOut: 10 } })).toMatchObject({
    code: 'outside-perimeter',
  })
})

it('a notification too many is refused before anybody is asked', async () => {
  const show = () => pass('notify', { title: 'Tea is ready' }, { notify: 'ask' })
  for (let n = 0; n < 5; n++) expect(await show()).toMatchObject({ kind: 'ok' })
  expect(house.questions).toHaveLength(5)
  expect(await show()).toMatchObject({ kind: 'refused', code: 'budget' })
  expect(house.questions).toHaveLength(5)
})
