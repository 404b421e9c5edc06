/**
 * The box, under attack. Each file in tools/ is one tool that tries to get out, to eat up the machine, or to confuse
 * who listens. Its head says what it does, and how its call may end. Shown for each: it reaches nothing outside, it
 * ends within its limits, it leaves nothing running; and shown for all together: the broker's own thread is never kept
 * busy, and another tool goes on answering.
 *
 * How long the broker is kept busy is measured in CPU time of its thread between two turns of its loop. On a machine
 * with more to do than processors the time by the clock also holds what others took, so that has a laxer bound.
 */
import { readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import process from 'node:process'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { childrenOf } from '../../../broker/lanes/process-usage.ts'
import type { IsolateLane, ToolCallResult } from '../../../broker/ports.ts'
import type { ToolLimits } from '../../../contract/manifest.ts'
import { type Outcome, ok, refused } from '../../../contract/outcome.ts'
import type { Json } from '../../../contract/words.ts'
import {
  buildTestSandbox,
  callTool,
  makeTool,
  openTestLane,
  type TestSandbox,
} from '../../fixtures/open-test-lane.ts'

interface Attack {
  name: string
  about: string
  ends: string[]
  limits: Partial<ToolLimits>
  modules: Record<string, string>
}
const folder = import.meta.dirname
const attacks = readdirSync(path.join(folder, 'tools')).sort().map(readAttack)
const results = new Map<string, ToolCallResult[]>()
const MEGABYTE = 1024 * 1024

function readAttack(file: string): Attack {
  const source = readFileSync(path.join(folder, 'tools', file), 'utf8')
  const line = (start: string) =>
    source
      .split('\n')
      .find((text) => text.startsWith(start))
      ?.slice(start.length)
      .trim()
  const ends = (line('// ends:') ?? '').split(' ')
  return {
    name: file.replace(/\.js$/, ''),
    about: line('// ') ?? '',
    ends,
    limits: {
      wallMs: ends.includes('deadline') ? 400 : 5_000,
      cpuMs: 2_000,
      memoryMb: 64,
      ...JSON.parse(line('// limits:') ?? '{}'),
    },
    modules: { [`tools/${file}`]: source, 'kit.js': readFileSync(path.join(folder, 'kit.js'), 'utf8') },
  }
}

/** As a key or in a value. Making text of megabytes would keep the loop busy that is measured here. */
function holds(value: Json, word: string): boolean {
  if (typeof value === 'string') return value.includes(word)
  if (typeof value !== 'object' || value === null) return false
  return Object.entries(value).some(([key, inner]) => key.includes(word) || holds(inner as Json, word))
}

/** The gate of these tests: one path is allowed. */
async function answer(operation: string, args: Json): Promise<Outcome<Json>> {
  if (holds(args, 'polluted')) return ok({ args: 'held poison' })
  if (operation === 'fs.watch') await sleep(20)
  const wanted = (args as { path?: Json } | null)?.path
  if (operation.startsWith('fs.') && wanted === '/ok')
    return ok({ path: '/ok', name: 'ok', kind: 'file', size: 1, modifiedAt: 0 })
  return refused('denied-by-policy', 'No.', 'Not allowed.')
}

let sandbox: TestSandbox
let lane: IsolateLane
const neighbor = { calls: 0, failures: 0, slowest: 0, times: [] as number[] }
const loop = { cpu: [] as number[], wall: [] as number[] }

beforeAll(async () => {
  sandbox = await buildTestSandbox()
  lane = openTestLane(sandbox, { poolSize: 2 })
  await lane.warm()
  const watching = new AbortController()
  const around = Promise.all([callNeighbor(watching.signal), watchLoop(watching.signal)])
  const queue = [...attacks]
  const attacker = async () => {
    for (let attack = queue.shift(); attack; attack = queue.shift())
      results.set(attack.name, await run(attack))
  }
  await Promise.all([attacker(), attacker()])
  watching.abort()
  await around
}, 240_000)
afterAll(async () => {
  await lane.close()
  sandbox.remove()
})

/** Twice, in two runs: what the first leaves behind must not be there for the second. */
async function run(attack: Attack): Promise<ToolCallResult[]> {
  const tool = makeTool(attack.modules, attack.limits)
  const made: ToolCallResult[] = []
  for (const runId of attack.ends.includes('ok') ? ['run_1', 'run_2'] : ['run_1'])
    made.push(await callTool(lane, tool, { principalId: `agent_${attack.name}`, runId, onRequest: answer }))
  await lane.end(`agent_${attack.name}`)
  return made
}

async function callNeighbor(signal: AbortSignal) {
  const tool = makeTool(
    'export const main = async ({ n }) => (await sallyport.fs.stat({ path: "/ok" })).size + n',
  )
  for (let n = 0; !signal.aborted; n++) {
    const { outcome, wallMs } = await callTool(lane, tool, {
      principalId: 'agent_neighbor',
      input: { n },
      onRequest: answer,
    })
    neighbor.calls++
    neighbor.times.push(wallMs)
    if (outcome.kind !== 'ok' || outcome.value !== n + 1) neighbor.failures++
    await sleep(10)
  }
}

async function watchLoop(signal: AbortSignal) {
  const now = () => ({ wall: performance.now(), cpu: cpuOfThread() })
  for (let last = now(); !signal.aborted; ) {
    await sleep(5)
    const next = now()
    loop.cpu.push(next.cpu - last.cpu)
    loop.wall.push(next.wall - last.wall)
    last = next
  }
}

function cpuOfThread(): number {
  const { user, system } = process.threadCpuUsage()
  return (user + system) / 1000
}
const endOf = ({ outcome }: ToolCallResult) => (outcome.kind === 'ok' ? 'ok' : outcome.code)
const at = (values: number[], share: number) =>
  [...values].sort((a, b) => a - b)[Math.floor((values.length - 1) * share)] ?? 0

/**
 * Which of two limits is met first is the machine's doing: what eats memory slowly ends by the clock, and the other way;
 * a flood on a busy machine has the clock run out before it has made its amount.
 */
const LIMITS = ['deadline', 'out-of-memory']
function mayEnd(name: string, ends: string[]): string[] {
  if (ends.some((end) => LIMITS.includes(end))) return [...ends, ...LIMITS]
  return name.startsWith('flood-') ? [...ends, 'deadline'] : ends
}

describe('the attacks', () => {
  it('are at least sixty', () => expect(attacks.length).toBeGreaterThanOrEqual(60))
})

describe.each(attacks)('$name: $about', ({ name, ends, limits }) => {
  it('ends as it may, within its limits, and reaches nothing', () => {
    const made = results.get(name) ?? []
    expect(made.length).toBeGreaterThan(0)
    for (const result of made) {
      expect(mayEnd(name, ends)).toContain(endOf(result))
      if (result.outcome.kind === 'ok') expect(result.outcome.value).toMatchObject({ escaped: [] })
      // The clock's own end is sharp; what is added is the time until a busy machine lets it be told.
      expect(result.wallMs).toBeLessThan((limits.wallMs ?? 0) + 3_000)
      expect(result.peakRss).toBeLessThan(((limits.memoryMb ?? 0) + 64 + 32) * MEGABYTE)
    }
  })
})

describe('meanwhile', () => {
  it('the broker’s own thread is never busy for 100 ms on end', () => {
    expect(at(loop.cpu, 0.999)).toBeLessThan(100)
    // Where others use the processor too, the same work takes more of its time.
    expect(Math.max(...loop.cpu)).toBeLessThan(300)
    // By the wall clock a busy machine takes its share: most turns are short, and none is long.
    expect(at(loop.wall, 0.9)).toBeLessThan(100)
    expect(Math.max(...loop.wall)).toBeLessThan(3_000)
  })

  it('another tool goes on answering, rightly', () => {
    expect(neighbor.calls).toBeGreaterThan(100)
    expect(neighbor.failures).toBe(0)
    // An attack that held it up would hold it up for as long as it may run.
    expect(at(neighbor.times, 0.5)).toBeLessThan(200)
  })

  it('nothing of the broker’s own is changed', () => {
    expect(({} as { polluted?: unknown }).polluted).toBeUndefined()
    expect(Object.keys(Object.prototype)).toEqual([])
  })

  it('no process is left that nobody knows', async () => {
    const unknown = () => {
      const known = lane.stats().pids
      return known.flatMap(childrenOf).filter((pid) => !known.includes(pid))
    }
    // A spare that is only starting has children before they have told who they are.
    for (let tries = 0; tries < 50 && unknown().length > 0; tries++) await sleep(100)
    expect(unknown()).toEqual([])
    expect(lane.stats().busy).toBe(0)
  })
})
