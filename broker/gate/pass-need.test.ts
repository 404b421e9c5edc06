/** An effect of the product's own on a principal's behalf, such as a model call. */
import { afterAll, beforeAll, expect, it } from 'vitest'
import { ok } from '../../contract/outcome.ts'
import { Perimeter } from '../../contract/perimeter.ts'
import type { Need } from '../../contract/resource.ts'
import { openTestHouse, type TestHouse } from '../../e2e/fixtures/open-test-house.ts'
import type { PermitFacts } from './permit.ts'

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

it.each([
  true,
  false,
])('is the person’s own act of this moment where it was said so (%s), and only there', async (byHand) => {
  const need: Need = { capability: 'fs.read', resource: { kind: 'path', path: house.home } }
  let facts: PermitFacts | null = null
  const outcome = await house.gate.passNeed(
    {
      principal: { id: 'product', kind: 'product', name: 'Sallyport' },
      perimeter: Perimeter.parse({ folders: [{ path: house.home, read: 'allow', write: 'deny' }] }),
      ...{ run: null, tool: null, callId: 'call_2', signal: new AbortController().signal },
      ...(byHand ? { byHand } : {}),
    },
    {
      need,
      sentence: { verb: 'Look', object: 'home', tail: '' },
      ...{ exact: [], binding: 'b', bytesOut: 0 },
      async perform(permit) {
        facts = permit.consume('fs.read', 'b')
        return ok(null)
      },
    },
  )
  expect(outcome.kind).toBe('ok')
  expect(facts).toMatchObject({
    principalId: 'product',
    capability: 'fs.read',
    binding: 'b',
    callId: 'call_2',
  })
  expect((facts as PermitFacts | null)?.byHand === true).toBe(byHand)
})
