/** An effect of the product's own on a principal's behalf, such as a model call. */
import { afterAll, beforeAll, expect, it } from 'vitest'
import { ok } from '../../contract/outcome.ts'
import { Perimeter } from '../../contract/perimeter.ts'
import type { Need } from '../../contract/resource.ts'
import { openTestHouse, type TestHouse } from '../../e2e/fixtures/open-test-house.ts'

let house: TestHouse
beforeAll(async () => {
  house = await openTestHouse()
})
afterAll(() => house.close())

it('is on record with what it says of how it went', async () => {
  const need: Need = { capability: 'fs.read', resource: { kind: 'path', path: house.home } }
  const folders = [{ path: house.home, read: 'allow', write: 'deny' }]
  const outcome = await house.gate.passNeed(
    {
      principal: { id: 'agent_test', kind: 'agent', name: 'Test' },
      ...{
        perimeter: Perimeter.parse({ folders }),
        run: { id: 'run_1', title: 'Ask' },
        callId: 'call_1',
        tool: null,
      },
      signal: new AbortController().signal,
    },
    {
      need,
      sentence: { verb: 'Ask', object: 'm-1', tail: '(built in)' },
      ...{ exact: [], binding: 'b', bytesOut: 0 },
      async perform(permit) {
        permit.consume('fs.read', 'b')
        return ok({ inputTokens: 20, outputTokens: 10, text: 'not for the record' })
      },
      details: ({ inputTokens, outputTokens }) => ({ inputTokens, outputTokens }),
    },
  )
  expect(outcome).toMatchObject({ kind: 'ok', value: { text: 'not for the record' } })
  expect(house.entries.at(-1)).toMatchObject({
    ...{ kind: 'outcome', capability: 'fs.read', ok: true },
    details: { inputTokens: 20, outputTokens: 10 },
  })
})
