/**
 * A tool call that reads one file of 240 bytes: through the whole path (isolate in its sandbox process, gate, log,
 * labels), beside the official MCP filesystem server over stdio, in one run, in rotation. Also the first call of a
 * tool that never ran, from the warm pool, and cold: from nothing to the first result.
 *
 * Ratios are gated, never times: these machines are noisy.
 */
import { readFileSync } from 'node:fs'
import { type BenchOptions, type BenchReport, goal, median, percentile, round } from './bench-report.ts'
import { startMcpPeer } from './mcp-peer.ts'
import { type BenchBroker, startBenchBroker } from './real-broker.ts'

const WARM = 300
const ROUNDS = 20
const CALLS = 100
const PASSES = 3
const COLD = 15
const FIRST = 15

type Caller = () => Promise<unknown>

export async function run(_options: BenchOptions): Promise<BenchReport> {
  const warm = await measureWarm()
  const first = await measureFirst()
  const cold = await measureCold()
  const ratio = median(warm.passes.map((pass) => pass.ours / pass.mcp))
  return {
    name: 'call',
    versions: {
      node: process.versions.node,
      mcpServer: versionOf('@modelcontextprotocol/server-filesystem'),
    },
    rows: [
      ...warm.passes.map((pass, index) => ({
        what: `warm call, pass ${index + 1}`,
        oursP50us: round(pass.ours * 1000),
        oursP99us: round(pass.oursP99 * 1000),
        mcpP50us: round(pass.mcp * 1000),
        mcpP99us: round(pass.mcpP99 * 1000),
        ratio: round(pass.ours / pass.mcp),
      })),
      {
        what: 'first call of a tool from the warm pool',
        oursP50ms: round(median(first)),
        oursMaxMs: round(Math.max(...first)),
      },
      {
        what: 'cold: from nothing to the first result',
        oursP50ms: round(median(cold.ours)),
        mcpP50ms: round(median(cold.mcp)),
      },
    ],
    goals: [
      goal('warm call, p50 to MCP (aim: 0.5)', ratio, 0.8),
      goal('first call from the warm pool, p50 in ms', median(first), 10),
      goal('cold, p50 to MCP', median(cold.ours) / median(cold.mcp), 0.25),
    ],
  }
}

async function measureWarm() {
  const bench = await startBenchBroker()
  const mcp = await startMcpPeer(bench.folder)
  const ours = readOnce(bench)
  const theirs: Caller = () => mcp.read(bench.file)
  try {
    for (let i = 0; i < WARM; i++) {
      await ours()
      await theirs()
    }
    const passes = []
    for (let pass = 0; pass < PASSES; pass++) {
      const a: number[] = []
      const b: number[] = []
      for (let round = 0; round < ROUNDS; round++) {
        await time(ours, a)
        await time(theirs, b)
      }
      passes.push({
        ours: median(a),
        oursP99: percentile(a, 0.99),
        mcp: median(b),
        mcpP99: percentile(b, 0.99),
      })
    }
    return { passes }
  } finally {
    await mcp.close()
    await bench.close()
  }
}

/** Each time another principal, so another process: taken from the pool, which has refilled meanwhile. */
async function measureFirst(): Promise<number[]> {
  const bench = await startBenchBroker()
  const times: number[] = []
  try {
    for (let i = 0; i <= FIRST; i++) {
      await bench.broker.rooms.lane.warm()
      await new Promise((resolve) => setTimeout(resolve, 150))
      const call = readOnce(bench, `agent_first${i}`)
      const began = performance.now()
      await call()
      if (i > 0) times.push(performance.now() - began)
    }
  } finally {
    await bench.close()
  }
  return times
}

/** The lane with nothing warm against the server with nothing running: process, load, first result. */
async function measureCold() {
  const bench = await startBenchBroker()
  const ours: number[] = []
  const mcp: number[] = []
  try {
    for (let i = 0; i <= COLD; i++) {
      await bench.broker.rooms.lane.end('all')
      const beganSpawn = performance.now()
      await readOnce(bench, `agent_cold${i}`)()
      if (i > 0) ours.push(performance.now() - beganSpawn)
      const began = performance.now()
      const peer = await startMcpPeer(bench.folder)
      await peer.read(bench.file)
      if (i > 0) mcp.push(performance.now() - began)
      await peer.close()
    }
  } finally {
    await bench.close()
  }
  return { ours, mcp }
}

function readOnce(bench: BenchBroker, principalId = bench.context.principal.id): Caller {
  const { rooms } = bench.broker
  const tool = rooms.catalog.get('files')
  if (!tool) throw new Error('The tool “files” is not built. Run: npm run build')
  const context = { ...bench.context, principal: { ...bench.context.principal, id: principalId } }
  return async () => {
    const { outcome } = await rooms.gate.passToolCall(context, {
      callId: rooms.newId('call'),
      tool,
      fn: 'read',
      input: { path: bench.file },
    })
    if (outcome.kind !== 'ok') throw new Error(`${outcome.code}: ${outcome.person}`)
  }
}

async function time(call: Caller, into: number[]): Promise<void> {
  for (let i = 0; i < CALLS; i++) {
    const began = performance.now()
    await call()
    into.push(performance.now() - began)
  }
}

function versionOf(name: string): string {
  const file = new URL(`../node_modules/${name}/package.json`, import.meta.url)
  return (JSON.parse(readFileSync(file, 'utf8')) as { version: string }).version
}
