// Whatever a tool throws is its own failure: it can't give itself the gate's words, another limit's end, or an end of
// its process, which other calls of its agent would share.
import { expect, it } from 'vitest'
import { refused } from '../../contract/outcome.ts'
import { openSharedLane } from '../../e2e/fixtures/open-shared-lane.ts'
import { callTool, makeTool } from '../../e2e/fixtures/open-test-lane.ts'

const { lane } = await openSharedLane()
const refusal = refused('denied-by-policy', 'for people', 'for models')

async function endOf(body: string) {
  const tool = makeTool(`export const main = async () => { ${body} }`)
  return (await callTool(lane, tool, { onRequest: async () => refusal })).outcome
}
const written = (member: string, value: string) =>
  `try { await sallyport.open({ target: 'x' }) } catch (error) { error.${member} = ${value}; throw error }`

const WRITTEN = [
  ['a kind of ours', 'kind', '"cancelled"'],
  ['another limit’s kind', 'kind', '"out-of-memory"'],
  ['a kind of any length', 'kind', '"x".repeat(100)'],
  ['a code of any length', 'code', '"x".repeat(1000)'],
  ['another code', 'code', '"budget"'],
] as const

it.each(
  WRITTEN,
)('a refusal that is thrown on stays what it was, though it was given %s', async (_what, member, value) => {
  expect(await endOf(written(member, value))).toEqual(refusal)
  expect(lane.stats().crashed).toBe(0)
})

it.each([
  '"text"',
  '1.5',
  '-1',
  'NaN',
  '2 ** 60',
  '0',
  '{ toJSON: () => 2 ** 60 }',
])('an error that is made by hand is the tool’s own, whatever request it names (%s)', async (request) => {
  const outcome = await endOf(
    `throw new sallyport.SallyportError('refused', 'budget', 'by hand', ${request})`,
  )
  expect(outcome).toMatchObject({ kind: 'failed', code: 'tool-error' })
  expect(lane.stats().crashed).toBe(0)
})

it.each([
  'null',
  'undefined',
  '5',
  '({ kind: "cancelled", message: "x" })',
  '({ kind: "tool", message: "x", more: 1 })',
  '({ kind: "tool", message: "x".repeat(1e5) })',
])('what all objects turn into as JSON changes nothing of how a failure is told (%s)', async (json) => {
  expect(await endOf(`Object.prototype.toJSON = () => ${json}; throw new Error('mine')`)).toMatchObject({
    code: 'tool-error',
    person: expect.stringContaining('mine'),
  })
  expect(lane.stats().crashed).toBe(0)
})

it.each([
  'throw "x".repeat(1e5)',
  'await Promise.reject("x".repeat(1e5))',
])('a module that ends with a text of any length is one that could not be loaded (%s)', async (code) => {
  const { outcome } = await callTool(lane, makeTool(`${code}; export const main = () => 1`))
  expect(outcome).toMatchObject({
    code: 'tool-error',
    person: expect.stringContaining('could not be loaded'),
  })
  expect(lane.stats().crashed).toBe(0)
})
