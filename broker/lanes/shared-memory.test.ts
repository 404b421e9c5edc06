// Calls of one agent's tool share a process and its memory: when it runs out, each is told that it was not alone.
import { expect, it } from 'vitest'
import { ok } from '../../contract/outcome.ts'
import { openSharedLane } from '../../e2e/fixtures/open-shared-lane.ts'
import { callTool, makeTool } from '../../e2e/fixtures/open-test-lane.ts'

const { lane } = await openSharedLane()
const HEAP = 'const all = []; for (;;) all.push({ a: new Array(1000).fill(1) })'
const BUFFERS = 'const all = []; for (;;) all.push(new Uint8Array(1e6).fill(1))'

it.each([
  ['on the engine’s heap', HEAP],
  ['beside it', BUFFERS],
])('a call that has memory run out %s tells the others in its process that it was shared', async (_what, eat) => {
  const tool = makeTool(
    `export const main = async ({ eats }) => {
      await sallyport.notify({})
      if (!eats) await new Promise(() => {})
      ${eat}
    }`,
    { memoryMb: 64 },
  )
  let begun = () => {}
  const waits = new Promise<void>((resolve) => {
    begun = resolve
  })
  const onRequest = async () => {
    begun()
    return ok(null)
  }
  const waiting = callTool(lane, tool, { runId: 'run_waits', onRequest })
  await waits
  const ends = await Promise.all([
    waiting,
    callTool(lane, tool, { runId: 'run_eats', input: { eats: true } }),
  ])
  for (const { outcome } of ends)
    expect(outcome).toMatchObject({ code: 'out-of-memory', model: expect.stringContaining('2 calls of it') })
  const { outcome } = await callTool(lane, tool, { input: { eats: true } })
  expect(outcome).toMatchObject({ code: 'out-of-memory', model: expect.not.stringContaining('calls of it') })
})
