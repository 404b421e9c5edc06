/**
 * The box: what a call through it costs, beside the official MCP filesystem server over stdio and the same server
 * inside sandbox-runtime, all in one run and in rotation; and what it holds under attack.
 *
 * `whole path` is gate, log, labels and all; `lane` is the box alone, its read done by the caller when the tool asks;
 * `leastPath` is the box, the read and the record, and nothing that guards (`least-path.ts`); `boxAndRead` is that without
 * the record. Each call reads another of the peer's and our files, so that nobody gains by remembering one. Ratios are gated, never times: these machines are
 * noisy.
 */
import { readFileSync } from 'node:fs'
import path from 'node:path'
import { callTool, makeTool } from '../e2e/fixtures/open-test-lane.ts'
import { measureAttacks } from './attack-lane.ts'
import { type BenchOptions, type BenchReport, goal, median, percentile, round } from './bench-report.ts'
import { type Arm, openLane, readArm, readTool, startContainedPeer } from './lane-arms.ts'
import { measureStarts } from './lane-starts.ts'
import { openLeastPath } from './least-path.ts'
import { startMcpPeer } from './mcp-peer.ts'
import { startBenchBroker } from './real-broker.ts'

const root = path.resolve(import.meta.dirname, '..')
const ROUNDS = 20
const CALLS = 60
const WARM_UP = 200
const IN_FLIGHT = [1, 8, 32]
const AT_ONCE = 1_500

export async function run(_options: BenchOptions): Promise<BenchReport> {
  const warm = await measureWarm()
  const starts = await measureStarts()
  const attacks = await measureAttacks(openLane)
  const last: Record<string, unknown> = warm.throughput.at(-1) ?? {}
  return {
    name: 'sandbox',
    versions: {
      node: process.versions.node,
      isolatedVm: versionOf('isolated-vm'),
      mcpServer: versionOf('@modelcontextprotocol/server-filesystem'),
      sandboxRuntime: versionOf('@anthropic-ai/sandbox-runtime'),
    },
    rows: [...warm.latency, ...warm.throughput, ...starts.rows, ...attacks.rows],
    goals: [
      goal('whole path with a read, p50 to MCP (aim: 0.5)', warm.ratio, 0.8),
      goal(
        'whole path, calls a second at 32 in flight to MCP (aim: 3)',
        Number(last.wholePath) / Number(last.mcp),
        1.5,
        'higher',
      ),
      goal('first call from the warm pool, p50 in ms', starts.first, 10),
      goal('cold: from nothing to the first result, p50 to MCP', starts.coldRatio, 0.25),
      goal('memory of an idle tool (PSS), to MCP', starts.memoryRatio, 1),
      ...attacks.goals,
    ],
  }
}

async function measureWarm() {
  const bench = await startBenchBroker()
  const lane = openLane()
  const least = openLeastPath(lane, readTool())
  const bare = openLeastPath(lane, readTool(), { recorded: false })
  const mcp = await startMcpPeer(bench.folder)
  const contained = await startContainedPeer(bench.folder)
  const empty = makeTool('export const main = async () => 1')
  const arms: Record<string, Arm> = {
    wholePath: () => callFiles(bench),
    leastPath: () => least.read(bench.nextFile()),
    boxAndRead: () => bare.read(bench.nextFile()),
    lane: readArm(lane, readTool(), bench.nextFile),
    laneNoRequest: () => callTool(lane, empty, { runId: 'run_bench' }),
    mcp: () => mcp.read(bench.nextFile()),
    mcpInSandboxRuntime: () => contained.peer.read(bench.nextFile()),
  }
  try {
    for (const arm of Object.values(arms)) for (let i = 0; i < WARM_UP; i++) await arm()
    const times = await inRotation(arms)
    const { laneNoRequest: _, ...reading } = arms
    const throughput = []
    for (const inFlight of IN_FLIGHT)
      throughput.push({
        what: `calls a second, ${inFlight} in flight`,
        ...(await callsPerSecond(reading, inFlight)),
      })
    const p50 = (name: string) => median(times[name] ?? [])
    const latency = Object.entries(times).map(([name, list]) => ({
      what: `warm call, ${name}`,
      p50us: round(median(list) * 1000),
      p99us: round(percentile(list, 0.99) * 1000),
      toMcp: round(p50(name) / p50('mcp')),
    }))
    return { latency, throughput, ratio: p50('wholePath') / p50('mcp') }
  } finally {
    least.close()
    bare.close()
    await Promise.all([mcp.close(), contained.close(), lane.close()])
    await bench.close()
  }
}

async function callFiles(bench: Awaited<ReturnType<typeof startBenchBroker>>) {
  const { rooms } = bench.broker
  const tool = rooms.catalog.get('files')
  if (!tool) throw new Error('The tool “files” is not built. Run: npm run build')
  const { outcome } = await rooms.gate.passToolCall(bench.context, {
    callId: rooms.newId('call'),
    tool,
    fn: 'read',
    input: { path: bench.nextFile() },
  })
  if (outcome.kind !== 'ok') throw new Error(`${outcome.code}: ${outcome.person}`)
}

async function inRotation(arms: Record<string, Arm>): Promise<Record<string, number[]>> {
  const times: Record<string, number[]> = {}
  for (let turn = 0; turn < ROUNDS; turn++) {
    for (const [name, arm] of Object.entries(arms)) {
      const list = listOf(times, name)
      for (let i = 0; i < CALLS; i++) {
        const began = performance.now()
        await arm()
        list.push(performance.now() - began)
      }
    }
  }
  return times
}

/** The median of three rounds in rotation. */
async function callsPerSecond(arms: Record<string, Arm>, inFlight: number): Promise<Record<string, number>> {
  const rates: Record<string, number[]> = {}
  for (let turn = 0; turn < 3; turn++) {
    for (const [name, arm] of Object.entries(arms)) {
      let left = AT_ONCE
      const began = performance.now()
      await Promise.all(
        Array.from({ length: inFlight }, async () => {
          while (left-- > 0) await arm()
        }),
      )
      listOf(rates, name).push((AT_ONCE / (performance.now() - began)) * 1000)
    }
  }
  return Object.fromEntries(Object.entries(rates).map(([name, list]) => [name, Math.round(median(list))]))
}

function listOf(lists: Record<string, number[]>, name: string): number[] {
  lists[name] ??= []
  return lists[name]
}

function versionOf(name: string): string {
  return (
    JSON.parse(readFileSync(path.join(root, 'node_modules', name, 'package.json'), 'utf8')) as {
      version: string
    }
  ).version
}
