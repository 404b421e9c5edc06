// Results and arguments that are exactly as rich as they may be come through; one step more is refused in words. Either
// way the process lives on: other calls of its agent are in it.
import { afterEach, describe, expect, it } from 'vitest'
import { ok } from '../../contract/outcome.ts'
import { openSharedLane } from '../../e2e/fixtures/open-shared-lane.ts'
import { callTool, makeTool } from '../../e2e/fixtures/open-test-lane.ts'

const { lane } = await openSharedLane()
afterEach(() => expect(lane.stats().crashed).toBe(0))

const nested = (levels: number) => `JSON.parse('['.repeat(${levels}) + ']'.repeat(${levels}))`
const many = (values: number) => `new Array(${values}).fill(0)`
const run = (body: string) =>
  callTool(lane, makeTool(`export const main = async () => { ${body} }`), {
    onRequest: async () => ok('taken'),
  })

describe('a result', () => {
  it.each([
    ['64 levels', nested(64)],
    ['200,000 values', many(200_000)],
  ])('of %s is handed over', async (_what, value) => {
    expect((await run(`return ${value}`)).outcome.kind).toBe('ok')
  })

  it.each([
    ['65 levels', nested(65)],
    ['200,001 values', many(200_001)],
  ])('of %s is refused', async (_what, value) => {
    expect((await run(`return ${value}`)).outcome).toMatchObject({ kind: 'refused', code: 'too-large' })
  })
})

describe('what is asked', () => {
  it.each([
    ['16 levels', nested(16), 'taken'],
    ['200,000 values', many(200_000), 'taken'],
    ['17 levels', nested(17), 'too-large'],
    ['200,001 values', many(200_001), 'too-large'],
  ])('with %s: %s', async (_what, value, end) => {
    const { outcome } = await run(
      `try { return await sallyport.notify(${value}) } catch (error) { return error.code }`,
    )
    expect(outcome).toEqual(ok(end))
  })
})
