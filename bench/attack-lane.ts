/**
 * The box under attack: the loops and memory eaters of e2e/attacks/escapes, one after the other, while another tool
 * goes on being called. When does the caller have its answer, how large does the process grow, what does the other
 * tool notice?
 */
import { readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import type { IsolateLane, ToolCallResult } from '../broker/ports.ts'
import { ok } from '../contract/outcome.ts'
import { callTool, makeTool } from '../e2e/fixtures/open-test-lane.ts'
import { type Goal, goal, percentile, round } from './bench-report.ts'

const folder = path.resolve(import.meta.dirname, '../e2e/attacks/escapes')
const MEMORY_MB = 64
const WALL_MS = 500
const QUIET_MS = 4_000
const MEGABYTE = 1024 * 1024

export async function measureAttacks(openLane: (poolSize?: number) => IsolateLane) {
  const lane = openLane(2)
  await lane.warm()
  const quiet = await callBeside(lane, () => sleep(QUIET_MS))
  const ends: { name: string; result: ToolCallResult }[] = []
  const busy = await callBeside(lane, async () => {
    for (const name of readdirSync(path.join(folder, 'tools')).filter((file) =>
      /^(loop|memory|flood)-/.test(file),
    ))
      ends.push({ name, result: await attack(lane, name) })
  })
  const survived = (await callTool(lane, makeTool('export const main = () => 1'))).outcome.kind === 'ok'
  await lane.close()
  // What ends before its deadline has no lateness.
  const late = ends.map(({ result }) => Math.max(0, result.wallMs - WALL_MS))
  const over = ends.map(({ result }) => result.peakRss / MEGABYTE - MEMORY_MB)
  const ratio = percentile(busy, 0.99) / percentile(quiet, 0.99)
  const goals: Goal[] = [
    goal('under attack: the answer after the deadline, p99 in ms', percentile(late, 0.99), 50),
    goal('under attack: memory over the limit, most, in MB', Math.max(...over), 64),
    goal('under attack: another tool’s p99 to its quiet p99', ratio, 2),
    goal('under attack: crashes of the host', survived ? 0 : 1, 0),
  ]
  const rows = [
    {
      what: `under attack: ${ends.length} attacks`,
      answerLateP50ms: round(percentile(late, 0.5)),
      answerLateMaxMs: round(Math.max(...late)),
      overLimitMaxMB: round(Math.max(...over)),
    },
    {
      what: 'another tool meanwhile',
      quietP50us: us(quiet, 0.5),
      quietP99us: us(quiet, 0.99),
      busyP50us: us(busy, 0.5),
      busyP99us: us(busy, 0.99),
      calls: busy.length,
    },
  ]
  return { rows, goals }
}

function attack(lane: IsolateLane, name: string): Promise<ToolCallResult> {
  const modules = {
    [`tools/${name}`]: readFileSync(path.join(folder, 'tools', name), 'utf8'),
    'kit.js': readFileSync(path.join(folder, 'kit.js'), 'utf8'),
  }
  const tool = makeTool(modules, { wallMs: WALL_MS, memoryMb: MEMORY_MB })
  return callTool(lane, tool, { principalId: `agent_${name}`, onRequest: async () => ok({ path: '/ok' }) })
}

/** Times of another tool's calls while `run` runs. */
async function callBeside(lane: IsolateLane, run: () => Promise<unknown>): Promise<number[]> {
  const tool = makeTool('export const main = async () => (await sallyport.fs.stat({ path: "/ok" })).path')
  const times: number[] = []
  let over = false
  const beside = async () => {
    while (!over) {
      const { wallMs } = await callTool(lane, tool, {
        principalId: 'agent_other',
        onRequest: async () => ok({ path: '/ok' }),
      })
      times.push(wallMs)
      await sleep(4)
    }
  }
  const calling = beside()
  await run()
  over = true
  await calling
  return times
}

function us(times: readonly number[], share: number): number {
  return round(percentile(times, share) * 1000)
}
