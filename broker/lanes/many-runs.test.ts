// Runs that come one after the other use one process; what each leaves behind must not add up until a call that needs
// nothing is ended for it.
import { expect, it } from 'vitest'
import { openSharedLane } from '../../e2e/fixtures/open-shared-lane.ts'
import { callTool, makeTool } from '../../e2e/fixtures/open-test-lane.ts'

const { lane } = await openSharedLane()

it.each([
  ['nothing', '', 32, 200],
  ['a list of its own', 'globalThis.kept = new Array(1e5).fill(n)', 64, 120],
])(
  'runs that keep %s end well, however many there are',
  { timeout: 60_000 },
  async (_what, body, memoryMb, count) => {
    const tool = makeTool(`export const main = ({ n }) => { ${body}; return n }`, { memoryMb })
    for (let n = 0; n < count; n++) {
      const { outcome } = await callTool(lane, tool, { runId: `run_${n}`, input: { n } })
      expect(outcome).toEqual({ kind: 'ok', value: n })
    }
  },
)
