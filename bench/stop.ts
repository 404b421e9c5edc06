/**
 * Stop, measured from outside: a process with the real lanes runs 32 tools that loop for ever and 8 contained process
 * trees that ignore signals and write files; Stop is pressed, and this process watches the process table and the files.
 * Then the same with SIGKILL to the process itself, where nobody is left to press. `npm run bench -- stop 1000` tries
 * as often. Beside it, the floor: SIGKILL to one busy Node process, and to as many as the lanes run, and nothing else.
 */
import { type ChildProcess, fork, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { collectTrees, hasEnded, type ProcessFacts } from '../broker/stop/process-table.ts'
import { type BenchOptions, type BenchReport, goal, median, percentile, round } from './bench-report.ts'
import type { StopOrder, StopReply } from './stop-host.ts'

const TOOLS = 32
const PROGRAMS = 8
/** After so long a process counts as a survivor. */
const GONE_MS = 5_000
/** Files are looked at again after this, for effects that came late. */
const LATE_MS = 150
const BARE = 5

interface Try {
  ms: number
  survivors: number
  processes: number
  receiptMs: number
  lastEffectMs: number
  lateEffects: number
}

export async function run({ args }: BenchOptions): Promise<BenchReport> {
  const tries = Number(args[0] ?? 20)
  const killTries = Math.max(5, Math.round(tries / 4))
  const pressed = await measurePresses(tries)
  const killed: Try[] = []
  for (let n = 0; n < killTries; n++) killed.push(await killHost())
  const bare = await measureBare(1)
  const floor = await measureBare(TOOLS + PROGRAMS)
  const all = [...pressed, ...killed]
  const times = pressed.map(({ ms }) => ms)
  const sum = (pick: (each: Try) => number) => all.reduce((total, each) => total + pick(each), 0)
  return {
    name: 'stop',
    versions: { node: process.versions.node },
    rows: [
      rowOf(`stop, ${TOOLS} busy tools and ${PROGRAMS} contained trees`, pressed),
      rowOf('SIGKILL of the process that runs them', killed),
      {
        what: `SIGKILL of ${TOOLS + PROGRAMS} busy Node processes, nothing else`,
        tries: floor.length,
        p50ms: round(median(floor)),
        maxMs: round(Math.max(...floor)),
      },
      {
        what: 'SIGKILL of one busy Node process',
        tries: bare.length,
        p50ms: round(median(bare)),
        maxMs: round(Math.max(...bare)),
      },
    ],
    goals: [
      goal('stop until the last process is gone, p50 in ms', median(times), 20),
      goal('stop until the last process is gone, p99 in ms', percentile(times, 0.99), 50),
      goal(
        'survivors in all tries',
        sum(({ survivors }) => survivors),
        0,
      ),
      goal(
        'effects after the last process was gone',
        sum(({ lateEffects }) => lateEffects),
        0,
      ),
      goal(
        'last effect after the press, p99 in ms',
        percentile(
          pressed.map(({ lastEffectMs }) => lastEffectMs),
          0.99,
        ),
        100,
      ),
    ],
  }
}

function rowOf(what: string, tries: Try[]) {
  const times = tries.map(({ ms }) => ms)
  return {
    what,
    tries: tries.length,
    processes: median(tries.map(({ processes }) => processes)),
    p50ms: round(median(times)),
    p99ms: round(percentile(times, 0.99)),
    maxMs: round(Math.max(...times)),
    receiptP50ms: round(median(tries.map(({ receiptMs }) => receiptMs))),
    lastEffectMaxMs: round(Math.max(...tries.map(({ lastEffectMs }) => lastEffectMs))),
    survivors: tries.reduce((total, { survivors }) => total + survivors, 0),
  }
}

// ── a host with work ─────────────────────────────────────────────────────────────────────────────────────────

interface Host {
  process: ChildProcess & { pid: number }
  folder: string
  ask(order: StopOrder): Promise<StopReply>
  close(): Promise<void>
}

function startHost(): Host {
  const folder = mkdtempSync(path.join(os.tmpdir(), 'bench-stop-'))
  const child = fork(path.join(import.meta.dirname, 'stop-host.ts'), [folder], {
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  })
  return {
    process: child as Host['process'],
    folder,
    async ask(order) {
      child.send(order)
      const [reply] = (await once(child, 'message')) as [StopReply]
      return reply
    },
    async close() {
      child.kill('SIGKILL')
      if (child.exitCode === null && child.signalCode === null) await once(child, 'exit')
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

/** Fills the host, and finds every process below it. */
async function fill(host: Host): Promise<Map<number, ProcessFacts>> {
  const reply = await host.ask({ do: 'start', tools: TOOLS, programs: PROGRAMS })
  if (reply.done !== 'start' || reply.tools < TOOLS || reply.programs < PROGRAMS)
    throw new Error(`The work did not start: ${JSON.stringify(reply)}`)
  await sleep(300)
  const below = collectTrees([host.process.pid])
  below.delete(host.process.pid)
  return below
}

async function measurePresses(tries: number): Promise<Try[]> {
  const host = startHost()
  const done: Try[] = []
  try {
    for (let n = 0; n < tries; n++) {
      const processes = await fill(host)
      const reply = host.ask({ do: 'stop' })
      const { at, survivors } = await untilGone(processes)
      const told = await reply
      if (told.done !== 'stop') throw new Error('The host did not stop.')
      done.push({
        ms: Number(at - BigInt(told.pressedAt)) / 1e6,
        survivors: survivors + told.receipt.survivors.length,
        processes: processes.size,
        receiptMs: told.receipt.ms,
        ...(await effects(host.folder, told.pressedMs)),
      })
    }
  } finally {
    await host.close()
  }
  return done
}

async function killHost(): Promise<Try> {
  const host = startHost()
  try {
    const processes = await fill(host)
    const [start, startMs] = [process.hrtime.bigint(), Date.now()]
    host.process.kill('SIGKILL')
    const { at, survivors } = await untilGone(processes)
    const seen = await effects(host.folder, startMs)
    return { ms: Number(at - start) / 1e6, survivors, processes: processes.size, receiptMs: 0, ...seen }
  } finally {
    await host.close()
  }
}

async function measureBare(count: number): Promise<number[]> {
  const taken: number[] = []
  for (let n = 0; n < BARE; n++) {
    const children = await Promise.all(Array.from({ length: count }, startBusyNode))
    const known = collectTrees(children.map(({ pid }) => pid ?? 0))
    const start = process.hrtime.bigint()
    for (const child of children) child.kill('SIGKILL')
    taken.push(Number((await untilGone(known)).at - start) / 1e6)
  }
  return taken
}

async function startBusyNode(): Promise<ChildProcess> {
  const child = spawn(process.execPath, ['-e', 'process.stdout.write("up"); for (;;);'], {
    stdio: ['ignore', 'pipe', 'ignore'],
  })
  await once(child.stdout, 'data')
  return child
}

// ── looking on ───────────────────────────────────────────────────────────────────────────────────────────────

/** Between two looks, in ms: a look at each turn would take a processor from those that are to end. */
const LOOK_MS = 1

/** Polls the process table; monotonic nanoseconds of the moment when nobody was left. */
async function untilGone(processes: Map<number, ProcessFacts>): Promise<{ at: bigint; survivors: number }> {
  const until = performance.now() + GONE_MS
  let left = [...processes]
  for (;;) {
    left = left.filter(([pid, facts]) => !hasEnded(pid, facts))
    const at = process.hrtime.bigint()
    if (left.length === 0 || performance.now() > until) {
      for (const [pid] of left) process.kill(pid, 'SIGKILL')
      return { at, survivors: left.length }
    }
    await sleep(LOOK_MS)
  }
}

/** When the last line was written, and how many files grew although nobody should be there. */
async function effects(
  folder: string,
  pressedMs: number,
): Promise<{ lastEffectMs: number; lateEffects: number }> {
  const look = () =>
    readdirSync(folder)
      .filter((name) => name.startsWith('out-'))
      .map((name) => statSync(path.join(folder, name)))
  const before = look()
  await sleep(LATE_MS)
  const after = look()
  const last = Math.max(pressedMs, ...before.map(({ mtimeMs }) => mtimeMs))
  return {
    lastEffectMs: last - pressedMs,
    lateEffects: after.filter(({ size }, n) => size !== before[n]?.size).length,
  }
}
