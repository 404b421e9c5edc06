/**
 * Stop, measured from outside, on the real broker under a shell as the desktop has it: 32 busy tools and 8 contained
 * process trees that ignore signals, two of the tools writing and two uploading through the gate (`stop-scene.ts`).
 *
 * Two times count, both from the request (the press at the shell, or the SIGKILL):
 * - to the last effect that shows outside: the newest time of change of a file, or of bytes that reached a peer;
 * - to the last process: until nothing of what ran is left in the process table.
 *
 * Besides the press there is what Stop must work against (`stop-cases.ts`). Beside it the floor: SIGKILL to as many busy
 * Node processes, and nothing else. `--tries N` presses N times (and a third as often for each of the other cases);
 * without it, as often as fits into two minutes. `--case NAME[,NAME…]` measures these. `--trace` says on standard error what
 * happened in each try (`stop-trace.ts`). `--small` stops few at a time (one tool of each kind, one program), as is
 * needed for a thousand tries and more; `--soak FILE` is for these (`stop-soak.ts`).
 */
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import os from 'node:os'
import { collectTrees } from '../broker/stop/process-table.ts'
import { type BenchOptions, type BenchReport, goal, median, percentile, round } from './bench-report.ts'
import { CASES, type StopCase } from './stop-cases.ts'
import { type Crowd, FULL, SMALL, toolsOf } from './stop-crowd.ts'
import { soakStop } from './stop-soak.ts'
import { openTries } from './stop-tries.ts'
import { type Try, untilGone } from './stop-try.ts'

const BUDGET_MS = 110_000
const SOAK_TRIES = 1_000
const BARE = 3
const BARE_MS = 20_000

export async function run({ args }: BenchOptions): Promise<BenchReport> {
  const { tries, only, soak, crowd } = readArguments(args)
  const names = only ?? Object.keys(CASES)
  const { done, unfilled } = soak
    ? await soakStop({ file: soak, names, tries: tries ?? SOAK_TRIES, crowd })
    : await measureCases(names, tries, crowd)
  const busy = toolsOf(crowd) + crowd.programs
  const floor = only || soak ? [] : await measureBare(busy)
  const all = Object.values(done).flat()
  const pressed = done.pressed ?? all
  const effects = pressed.map(({ lastEffectMs }) => lastEffectMs)
  const total = (pick: (each: Try) => number) => all.reduce((sum, each) => sum + pick(each), 0)
  return {
    name: 'stop',
    versions: { node: process.versions.node },
    rows: [
      ...Object.entries(done)
        .filter(([, list]) => list.length > 0)
        .map(([name, list]) => rowOf((CASES[name] as StopCase).words, list)),
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

interface Arguments {
  tries: number | null
  only: string[] | null
  /** The file of a long run. */
  soak: string | null
  crowd: Crowd
}

function readArguments(args: string[]): Arguments {
  const after = (name: string) => (args.includes(name) ? args[args.indexOf(name) + 1] : undefined)
  const [tries, only] = [after('--tries') ?? args.find((arg) => /^\d+$/.test(arg)), after('--case')]
  if (tries !== undefined && !/^[1-9]\d*$/.test(tries)) throw new Error(`--tries ${tries} is no number`)
  const names = only?.split(',') ?? null
  if (names?.some((name) => !Object.hasOwn(CASES, name)))
    throw new Error(`--case is one of: ${Object.keys(CASES).join(', ')}`)
  const soak = after('--soak') ?? null
  if (args.includes('--soak') && (soak ?? '--').startsWith('--')) throw new Error('--soak needs a file')
  const crowd = args.includes('--small') || soak ? SMALL : FULL
  return { tries: tries === undefined ? null : Number(tries), only: names, soak, crowd }
}

/** Without a number, in rotation until the time is used up: each case at least once. */
async function measureCases(
  names: string[],
  tries: number | null,
  crowd: Crowd,
): Promise<{ done: Record<string, Try[]>; unfilled: number }> {
  const done: Record<string, Try[]> = Object.fromEntries(names.map((name) => [name, []]))
  const begun = new Map<string, number>()
  const until = performance.now() + BUDGET_MS
  const wants = (name: string): boolean => {
    const had = begun.get(name) ?? 0
    if (tries === null) return had === 0 || performance.now() < until
    return had < (names.length === 1 || name === 'pressed' ? tries : Math.max(1, Math.round(tries / 3)))
  }
  const rotation = names.flatMap((name) => Array<string>((CASES[name] as StopCase).share).fill(name))
  // The rare ones first, so that each has its turn.
  rotation.sort((a, b) => (CASES[a] as StopCase).share - (CASES[b] as StopCase).share)
  const all = await openTries(crowd, (name, result) => void done[name]?.push(result))
  try {
    while (names.some(wants))
      for (const name of rotation.filter(wants)) {
        if (!wants(name)) continue
        begun.set(name, (begun.get(name) ?? 0) + 1)
        await all.one(name)
      }
  } finally {
    await all.close()
  }
  return { done, unfilled: all.unfilled() }
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
