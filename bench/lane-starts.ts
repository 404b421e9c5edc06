/** Starts of the box: a first call from the pool, from nothing, after a crash; and what an idle tool holds in memory. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { ok } from '../contract/outcome.ts'
import { callTool, makeTool } from '../e2e/fixtures/open-test-lane.ts'
import { median, round } from './bench-report.ts'
import { openLane, readArm, readTool, startContainedPeer } from './lane-arms.ts'
import { startMcpPeer } from './mcp-peer.ts'
import { proportionalMemory, treeOf } from './process-memory.ts'

const TIMES = 12

export async function measureStarts() {
  const folder = mkdtempSync(path.join(tmpdir(), 'sallyport-bench-'))
  const file = path.join(folder, 'note.txt')
  writeFileSync(file, 'x'.repeat(240))
  try {
    const first = await measureFirst(file)
    const recovery = await measureRecovery(file)
    const cold = await measureCold(folder, file)
    const memory = await measureMemory(folder, file)
    return {
      first: median(first),
      coldRatio: median(cold.lane) / median(cold.mcp),
      memoryRatio: memory.lane / memory.mcp,
      rows: [
        {
          what: 'first call of a tool from the warm pool',
          p50ms: round(median(first)),
          maxMs: round(Math.max(...first)),
        },
        {
          what: 'after a crash of its process: the next answer',
          p50ms: round(median(recovery)),
          maxMs: round(Math.max(...recovery)),
        },
        {
          what: 'cold: from nothing to the first result',
          laneP50ms: round(median(cold.lane)),
          mcpP50ms: round(median(cold.mcp)),
          mcpInSandboxRuntimeP50ms: round(median(cold.contained)),
        },
        {
          what: 'memory of one tool, idle after a call (PSS, MB)',
          lane: round(memory.lane),
          mcp: round(memory.mcp),
          mcpInSandboxRuntime: round(memory.contained),
        },
        { what: 'memory of a further run of a tool in its process (PSS, MB)', lane: round(memory.realm) },
      ],
    }
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

async function measureFirst(file: string): Promise<number[]> {
  const lane = openLane()
  const times: number[] = []
  for (let i = 0; i <= TIMES; i++) {
    await lane.warm()
    await new Promise((resolve) => setTimeout(resolve, 250))
    // Another text is another tool, which never ran.
    const tool = makeTool(`// ${i}\n${readTool().modules['tool.js']}`)
    const began = performance.now()
    await readArm(lane, tool, () => file)()
    if (i > 0) times.push(performance.now() - began)
  }
  await lane.close()
  return times
}

async function measureRecovery(file: string): Promise<number[]> {
  const lane = openLane()
  const times: number[] = []
  const read = readArm(lane, readTool(), () => file)
  for (let i = 0; i <= TIMES; i++) {
    await read()
    await lane.warm()
    const { pids: all, osSandbox } = lane.stats()
    const pids = all.slice(0, osSandbox === 'bubblewrap' ? 2 : 1)
    const began = performance.now()
    // Both, the outer and the inner: an inner one alone would answer for a moment more.
    for (const pid of pids) process.kill(pid, 'SIGKILL')
    await read()
    if (i > 0) times.push(performance.now() - began)
  }
  await lane.close()
  return times
}

async function measureCold(folder: string, file: string) {
  const times = { lane: [] as number[], mcp: [] as number[], contained: [] as number[] }
  const lane = openLane(0)
  const timed = async (into: number[], run: () => Promise<() => Promise<unknown>>) => {
    const began = performance.now()
    const end = await run()
    into.push(performance.now() - began)
    await end()
  }
  for (let i = 0; i < TIMES; i++) {
    await timed(times.lane, async () => {
      await readArm(lane, readTool(), () => file)()
      return () => lane.end('all')
    })
    await timed(times.mcp, async () => {
      const peer = await startMcpPeer(folder)
      await peer.read(file)
      return peer.close
    })
    if (i % 3 === 0)
      await timed(times.contained, async () => {
        const { peer, close } = await startContainedPeer(folder)
        await peer.read(file)
        return close
      })
  }
  await lane.close()
  return times
}

async function measureMemory(folder: string, file: string) {
  const lane = openLane(0)
  const mcp = await startMcpPeer(folder)
  const contained = await startContainedPeer(folder)
  const tool = readTool()
  try {
    await Promise.all([readArm(lane, tool, () => file)(), mcp.read(file), contained.peer.read(file)])
    await new Promise((resolve) => setTimeout(resolve, 500))
    const of = (pids: number[]) => proportionalMemory(pids.flatMap(treeOf)) / 1024 / 1024
    const pids = [...new Set(lane.stats().pids)]
    const figures = {
      lane: proportionalMemory(pids) / 1024 / 1024,
      mcp: of([mcp.pid() ?? 0]),
      contained: of([contained.peer.pid() ?? 0]),
    }
    const held = Array.from({ length: 17 }, (_, n) =>
      callTool(lane, tool, {
        runId: `run_${n}`,
        onRequest: () => new Promise((resolve) => setTimeout(() => resolve(ok({ data: '' })), 1_000)),
      }),
    )
    await new Promise((resolve) => setTimeout(resolve, 700))
    const more = proportionalMemory(pids) / 1024 / 1024
    await Promise.all(held)
    return { ...figures, realm: (more - figures.lane) / 16 }
  } finally {
    await Promise.all([lane.close(), mcp.close(), contained.close()])
  }
}
