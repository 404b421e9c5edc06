// Runs of one tool share a process and an isolate. What one of them leaves behind must not be there for another,
// however its calls end.
import { expect, it } from 'vitest'
import { openSharedLane } from '../../e2e/fixtures/open-shared-lane.ts'
import { callTool, makeTool } from '../../e2e/fixtures/open-test-lane.ts'

const { lane } = await openSharedLane()

it.each([
  ['at once', ''],
  ['behind a wait', 'await 0\n'],
])('a package that fails to load %s leaves nothing for whoever tries next', async (_, before) => {
  const tool = makeTool(
    `${before}if (!globalThis.left) { globalThis.left = 'by another run'; throw new Error('the first time') }
    export const main = () => globalThis.left`,
  )
  for (const runId of ['run_1', 'run_2', 'run_2'])
    expect((await callTool(lane, tool, { runId })).outcome, runId).toMatchObject({
      code: 'tool-error',
      person: expect.stringContaining('the first time'),
    })
})
