// Who is cancelled must not take those along who only compute when it happens: the process can't listen then, though
// nothing is wrong with it.
import { expect, it } from 'vitest'
import { ok } from '../../contract/outcome.ts'
import { openSharedLane } from '../../e2e/fixtures/open-shared-lane.ts'
import { callTool, makeTool } from '../../e2e/fixtures/open-test-lane.ts'

const { lane } = await openSharedLane()
const tool = makeTool(
  `export const main = async ({ computes }) => {
    await sallyport.notify({})
    if (!computes) await new Promise(() => {})
    await sallyport.notify({ computes })
    for (const until = Date.now() + 150; Date.now() < until; );
    return 'computed'
  }`,
)

it('a call that has asked already goes on when another one is cancelled while it computes', async () => {
  const cancel = new AbortController()
  let begun = () => {}
  const waits = new Promise<void>((resolve) => {
    begun = resolve
  })
  const waiting = callTool(lane, tool, {
    runId: 'run_waits',
    signal: cancel.signal,
    onRequest: async () => {
      begun()
      return ok(null)
    },
  })
  await waits
  const computing = callTool(lane, tool, {
    runId: 'run_computes',
    input: { computes: true },
    onRequest: async (_, args) => {
      if ((args as { computes?: true }).computes) setTimeout(() => cancel.abort(), 20)
      return ok(null)
    },
  })
  expect((await waiting).outcome).toMatchObject({ code: 'cancelled' })
  expect((await computing).outcome).toEqual(ok('computed'))
})
