/**
 * Stop, measured from outside, on the real broker under a shell as the desktop has it: 32 busy tools and 8 contained
 * process trees that ignore signals, two of the tools writing and two uploading through the gate (`stop-scene.ts`).
 *
 * Two times count, both from the request (the press at the shell, or the SIGKILL):
 * - to the last effect that shows outside: the newest time of change of a file, or of bytes that reached a peer;
 * - to the last process: until nothing of what ran is left in the process table.
 *
 * Besides the press there is what Stop must work against (`stop-cases.ts`). Beside it the floor: SIGKILL to as many busy Node processes, and nothing else. `--tries N` presses N times (and a third as
 * often for each of the other cases); without it, as often as fits into two minutes. `--case NAME` measures one.
 * `--trace` says on standard error what happened in each try (`stop-trace.ts`).
 * `--small` stops few at a time (one tool of each kind, one program), as is needed for a thousand tries and more.
 */
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import os from 'node:os'
import { setTimeout as sleep } from 'node:timers/promises'
import { collectTrees, hasEnded, type ProcessTable, readProcess } from '../broker/stop/process-table.ts'
import { type BenchOptions, type BenchReport, goal, median, percentile, round } from './bench-report.ts'
import { CASES, type StopCase } from './stop-cases.ts'
import { type Crowd, type Filled, FULL, openScene, type Scene, SMALL } from './stop-scene.ts'
import { traceTry } from './stop-trace.ts'

/** After so long a process counts as a survivor. */
const GONE_MS = 5_000
/**
 * Everything is looked at again for what came late: when the next try is about to begin, or, after the last, so long
 * after.
 */
const LATE_MS = 150
/** Between two looks for the last process: looking takes the processor from those that are to end. */
const LOOK_MS = 3
const BUDGET_MS = 110_000
/** More is a fault of its own. */
const MOST_UNFILLED = 10
const BARE = 3
const BARE_MS = 20_000

interface Try {
  lastEffectMs: number
  lastProcessMs: number
  processes: number
  survivors: number
  lateEffects: number
  receiptMs: number
  /** With filling the scene. */
  wholeMs: number
}
export async function run({ args }: BenchOptions): Promise<BenchReport> {
  const { tries, only, crowd } = readArguments(args)
  const { done, unfilled } = await measureCases(only ? [only] : Object.keys(CASES), tries, crowd)
  const busy = crowd.tools + crowd.programs
  const floor = only ? [] : await measureBare(busy)
  const all = Object.values(done).flat()
  const pressed = done.pressed ?? all
  const effects = pressed.map(({ lastEffectMs }) => lastEffectMs)
  const total = (pick: (each: Try) => number) => all.reduce((sum, each) => sum + pick(each), 0)
  return {
    name: 'stop',
    versions: { node: process.versions.node },
    rows: [
      ...Object.entries(done).map(([name, list]) => rowOf((CASES[name] as StopCase).words, list)),
      ...(unfilled === 0
        ? []
        : [{ what: 'scenes that could not be filled, and were no try', tries: unfilled }]),
      ...(floor.length === 0
        ? []
        : [
            {
              what: `SIGKILL of ${busy} busy Node processes, nothing else`,
              tries: floor.length,
              lastProcessP50ms: round(median(floor)),
              lastProcessMaxMs: round(Math.max(...floor)),
            },
          ]),
    ],
    goals: [
      goal('request to the last effect, p50 in ms', median(effects), 20),
      goal('request to the last effect, p99 in ms', percentile(effects, 0.99), 50),
      goal('request to the last process, p99 in ms', percentile(pressed.map(processMs), 0.99), 1_000),
      goal(
        'survivors in all tries',
        total(({ survivors }) => survivors),
        0,
      ),
      goal(
        'effects after the last process was gone',
        total(({ lateEffects }) => lateEffects),
        0,
      ),
    ],
  }
}

const processMs = ({ lastProcessMs }: Try) => lastProcessMs

function rowOf(what: string, tries: Try[]) {
  const effects = tries.map(({ lastEffectMs }) => lastEffectMs)
  const receipts = tries.map(({ receiptMs }) => receiptMs).filter((ms) => ms > 0)
  return {
    what,
    tries: tries.length,
    processes: median(tries.map(({ processes }) => processes)),
    lastEffectP50ms: round(median(effects)),
    lastEffectP99ms: round(percentile(effects, 0.99)),
    lastEffectMaxMs: round(Math.max(...effects)),
    lastProcessP50ms: round(median(tries.map(processMs))),
    lastProcessMaxMs: round(Math.max(...tries.map(processMs))),
    receiptP50ms: receipts.length === 0 ? null : round(median(receipts)),
    wholeTryP50ms: round(median(tries.map(({ wholeMs }) => wholeMs))),
    survivors: tries.reduce((sum, { survivors }) => sum + survivors, 0),
    lateEffects: tries.reduce((sum, { lateEffects }) => sum + lateEffects, 0),
  }
}

function readArguments(args: string[]): { tries: number | null; only: string | null; crowd: Crowd } {
  const after = (name: string) => (args.includes(name) ? args[args.indexOf(name) + 1] : undefined)
  const [tries, only] = [after('--tries') ?? args.find((arg) => /^\d+$/.test(arg)), after('--case')]
  if (tries !== undefined && !/^[1-9]\d*$/.test(tries)) throw new Error(`--tries ${tries} is no number`)
  if (only !== undefined && !Object.hasOwn(CASES, only))
    throw new Error(`--case is one of: ${Object.keys(CASES).join(', ')}`)
  const crowd = args.includes('--small') ? SMALL : FULL
  return { tries: tries === undefined ? null : Number(tries), only: only ?? null, crowd }
}

// ── tries ────────────────────────────────────────────────────────────────────────────────────────────────────

/** Without a number, in rotation until the time is used up: each case at least once. */
async function measureCases(
  names: string[],
  tries: number | null,
  crowd: Crowd,
): Promise<{ done: Record<string, Try[]>; unfilled: number }> {
  const done: Record<string, Try[]> = Object.fromEntries(names.map((name) => [name, []]))
  const until = performance.now() + BUDGET_MS
  const wants = (name: string): boolean => {
    const had = (done[name] as Try[]).length
    const { share } = CASES[name] as StopCase
    if (tries === null) return had === 0 || performance.now() < until
    return (
      had < (names.length === 1 || name === 'pressed' ? tries : Math.max(1, Math.round(tries / 3))) &&
      share > 0
    )
  }
  const rotation = names.flatMap((name) => Array<string>((CASES[name] as StopCase).share).fill(name))
  // The rare ones first, so that each has its turn.
  rotation.sort((a, b) => (CASES[a] as StopCase).share - (CASES[b] as StopCase).share)
  let scene = await openScene(crowd)
  let before: Measured | null = null
  let unfilled = 0
  /** Nothing was stopped yet when it fails, so it is no try; a thousand others need not end with it. */
  async function fill({ uploadKb }: StopCase): Promise<Filled> {
    for (;;) {
      try {
        return await scene.fill({ uploadKb })
      } catch (error) {
        if (++unfilled > MOST_UNFILLED) throw error
        process.stderr.write(`Not filled: ${error instanceof Error ? error.message : String(error)}\n`)
        await before?.lookAgain()
        before = null
        await scene.close()
        scene = await openScene(crowd)
      }
    }
  }
  try {
    while (names.some(wants))
      for (const name of rotation.filter(wants)) {
        if (!wants(name)) continue
        const each = CASES[name] as StopCase
        const began = performance.now()
        const filled = await fill(each)
        await before?.lookAgain()
        before = await measure(scene, each, filled, began)
        ;(done[name] as Try[]).push(before.result)
      }
    await sleep(LATE_MS)
    await before?.lookAgain()
  } finally {
    await scene.close()
  }
  return { done, unfilled }
}

interface Measured {
  result: Try
  /** Counts what came late. Once. */
  lookAgain(): Promise<void>
}

/** @param began with filling it */
async function measure(scene: Scene, each: StopCase, filled: Filled, began: number): Promise<Measured> {
  const facts = readProcess(filled.broker)
  const own = new Map(filled.own)
  if (facts) own.set(filled.broker, facts)
  await each.prepare?.(scene, filled)
  const [start, startMs] = [performance.now(), Date.now()]
  const trace = process.argv.includes('--trace') ? traceTry(startMs, filled.shell, filled.broker) : null
  const acted = each.act(scene, filled)
  const { at, survivors } = await untilGone(filled.below)
  const last = filled.lastEffect()
  const receiptMs = await acted
  await each.tidy?.(scene, filled)
  if (trace) process.stderr.write(`${trace.end(filled.effects())}\n`)
  const result: Try = {
    lastEffectMs: Math.max(0, last - startMs),
    lastProcessMs: at - start,
    processes: filled.below.size,
    survivors,
    lateEffects: 0,
    receiptMs: receiptMs ?? 0,
    wholeMs: performance.now() - began,
  }
  return {
    result,
    async lookAgain() {
      // A broker whose shell is gone leaves by itself, and takes its time to close the record.
      if (each.endsBroker) result.survivors += (await untilGone(own)).survivors
      if (filled.lastEffect() > last) result.lateEffects++
      filled.clear()
    },
  }
}

/** When nobody was left. One that is still there is enough of a look. */
async function untilGone(processes: ProcessTable): Promise<{ at: number; survivors: number }> {
  const until = performance.now() + GONE_MS
  const left = [...processes]
  for (;;) {
    while (left.length > 0 && hasEnded(...(left.at(-1) as (typeof left)[number]))) left.pop()
    const at = performance.now()
    if (left.length === 0) return { at, survivors: 0 }
    if (at > until) {
      const survivors = left.filter(([pid, facts]) => !hasEnded(pid, facts))
      for (const [pid] of survivors) process.kill(pid, 'SIGKILL')
      return { at, survivors: survivors.length }
    }
    await sleep(LOOK_MS)
  }
}

// ── the floor ────────────────────────────────────────────────────────────────────────────────────────────────

async function measureBare(count: number): Promise<number[]> {
  const taken: number[] = []
  for (let n = 0; n < BARE; n++) {
    const children = await Promise.all(Array.from({ length: count }, startBusyNode))
    const known = collectTrees(children.map(({ pid }) => pid ?? 0))
    const start = performance.now()
    for (const child of children) child.kill('SIGKILL')
    taken.push((await untilGone(known)).at - start)
  }
  return taken
}

/** Ends by itself, if nobody is left to end it. */
async function startBusyNode(): Promise<ChildProcess> {
  const code = `process.stdout.write('up'); for (const end = Date.now() + ${BARE_MS}; Date.now() < end;);`
  const child = spawn(process.execPath, ['-e', code], { stdio: ['ignore', 'pipe', 'ignore'], detached: true })
  os.setPriority(child.pid as number, 10)
  await once(child.stdout, 'data')
  return child
}
