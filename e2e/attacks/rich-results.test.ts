/**
 * Results at the size that is still handed over, made to keep the broker's thread: by characters that all must be taken
 * out, by keys that all must be listed. While each is looked through, labelled and framed, everybody else has a turn.
 * The real gate.
 */
import { afterAll, beforeAll, expect, it } from 'vitest'
import type { Outcome } from '../../contract/outcome.ts'
import type { Json } from '../../contract/words.ts'
import { openTestHouse, type TestHouse } from '../fixtures/open-test-house.ts'
import { makeTool } from '../fixtures/open-test-lane.ts'
import { longestTurn } from '../harness/longest-turn.ts'

/** What the broker promises, ms. */
const LONGEST_TURN = 100

let house: TestHouse
beforeAll(async () => {
  house = await openTestHouse()
  await house.callTool(makeTool('export const main = () => 1'), 'main', {})
})
afterAll(() => house.close())

/** Keys that no two objects share: nothing that the engine knows of one helps with another. */
const objects = (count: number, keys: number) =>
  `Array.from({ length: ${count} }, (_, o) =>
    Object.fromEntries(Array.from({ length: ${keys} }, (_, k) => ['k' + (o * ${keys} + k), 1])))`
const RESULTS: [what: string, value: string][] = [
  ['objects of as many keys as one may have', objects(4, 20_000)],
  ['many objects of many keys', objects(900, 108)],
  ['a million characters that turn the direction', '"\\u202e".repeat(1_300_000)'],
  ['as many between others', '"a\\u202e".repeat(1_000_000)'],
]

it.each(RESULTS)('everybody else has a turn during %s', { timeout: 60_000 }, async (_what, value) => {
  const tool = makeTool(`export const main = () => ${value}`, { outputBytes: 4 * 1024 * 1024, memoryMb: 256 })
  let outcome: Outcome<Json> | undefined
  const turn = await longestTurn(async () => {
    outcome = await house.callTool(tool, 'main', {})
  })
  expect(outcome?.kind).toBe('ok')
  expect(turn).toBeLessThan(LONGEST_TURN)
})

it('does not hand over one object of a hundred thousand keys, and nobody waits for that', async () => {
  const tool = makeTool(`export const main = () => ${objects(1, 99_000)}[0]`, {
    outputBytes: 4 * 1024 * 1024,
  })
  let outcome: Outcome<Json> | undefined
  const turn = await longestTurn(async () => {
    outcome = await house.callTool(tool, 'main', {})
  })
  expect(outcome).toMatchObject({
    kind: 'refused',
    code: 'too-large',
    model: expect.stringContaining('20000 keys'),
  })
  expect(turn).toBeLessThan(LONGEST_TURN)
})
