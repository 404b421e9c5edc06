/**
 * Results at the size that is still handed over, made to keep the broker's thread by characters that all must be taken
 * out. While each is looked through, labelled and framed, everybody else has a turn. The real gate.
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

const RESULTS: [what: string, value: string][] = [
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
