/**
 * From spawn to the first contentful paint, and the memory after ten idle seconds, beside a bare Electron window in the
 * same run, in rotation. Both are asked over the DevTools protocol, so that neither has to help with its measurement.
 */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { type Desktop, startDesktop } from '../e2e/harness/desktop.ts'
import { descendants, killAll, start } from '../e2e/harness/processes.ts'
import { until } from '../e2e/harness/time-limit.ts'
import { findElectron } from '../scripts/electron-runtime.mjs'
import { pinnedNode } from '../scripts/project.mjs'
import { askPage } from './ask-page.ts'
import { type BenchOptions, type BenchReport, goal, median, round } from './bench-report.ts'
import { proportionalMemory } from './process-memory.ts'

const ROUNDS = 7
const IDLE_MS = 10_000
const root = path.resolve(import.meta.dirname, '..')
const ARMS = { bare: path.join(root, 'bench/bare-window'), ours: root } as const

const isWindow = (url: string) =>
  url.startsWith('data:') || (url.includes('index.html') && !url.includes('consent'))
/** Wall time of the paint, epoch ms; null before it. */
const FIRST_PAINT = `(() => {
  const [paint] = performance.getEntriesByName('first-contentful-paint')
  return paint ? performance.timeOrigin + paint.startTime : null
})()`

interface Started {
  paintMs: number
  pssMb: number
  /** Sandbox processes that the broker keeps warm. */
  warm: number
}

export async function run(_options: BenchOptions): Promise<BenchReport> {
  const runtime = findElectron()
  if (!runtime) throw new Error('There is no Electron runtime. Run: npm run set-up')
  const desktop = await startDesktop()
  const results: Record<keyof typeof ARMS, Started[]> = { bare: [], ours: [] }
  try {
    for (let round = 0; round <= ROUNDS; round++)
      for (const arm of ['bare', 'ours'] as const) {
        // Memory takes ten seconds each: three rounds of it are enough.
        const measured = await startOnce(desktop, runtime.binary, ARMS[arm], round > 0 && round <= 3)
        if (round > 0) results[arm].push(measured)
      }
  } finally {
    await desktop.stop()
  }
  const paint = (arm: keyof typeof ARMS) => median(results[arm].map((each) => each.paintMs))
  const memory = (arm: keyof typeof ARMS) =>
    median(results[arm].flatMap((each) => (each.pssMb > 0 ? [each.pssMb] : [])))
  const warm = Math.max(...results.ours.map((each) => each.warm))
  return {
    name: 'start',
    versions: { electron: runtime.version, node: process.versions.node },
    rows: [
      {
        what: 'spawn to first contentful paint, p50 ms',
        bare: round(paint('bare')),
        ours: round(paint('ours')),
        ratio: round(paint('ours') / paint('bare')),
      },
      {
        what: 'idle memory, PSS of all processes, MB',
        bare: round(memory('bare')),
        ours: round(memory('ours')),
        warmChildren: warm,
      },
    ],
    goals: [
      goal('first contentful paint to bare', paint('ours') / paint('bare'), 1.25),
      goal(
        'idle memory in MB: 1.25 x bare + 32 for each warm child',
        memory('ours'),
        round(1.25 * memory('bare') + 32 * warm),
      ),
    ],
  }
}

async function startOnce(
  desktop: Desktop,
  electron: string,
  app: string,
  withMemory: boolean,
): Promise<Started> {
  const profile = mkdtempSync(path.join(os.tmpdir(), 'sallyport-start-'))
  const rootArgs = process.getuid?.() === 0 ? ['--no-sandbox'] : []
  const began = Date.now()
  const child = start(
    electron,
    [...rootArgs, '--disable-gpu', '--remote-debugging-port=0', `--user-data-dir=${profile}`, app],
    { ...desktop.env, SALLYPORT_NODE: pinnedNode() ?? '', SALLYPORT_HOME: path.join(profile, 'home') },
    { cwd: desktop.home },
  )
  try {
    const port = await until(
      () => /DevTools listening on ws:\/\/[^:]+:(\d+)/.exec(child.output())?.[1],
      30_000,
      'waiting for DevTools',
    )
    const paintedAt = (await until(
      () => askPage(Number(port), isWindow, FIRST_PAINT),
      30_000,
      'waiting for the first paint',
    )) as number
    if (!withMemory) return { paintMs: paintedAt - began, pssMb: 0, warm: 0 }
    await new Promise((resolve) => setTimeout(resolve, IDLE_MS))
    const pids = [child.pid, ...descendants(child.pid)]
    const warm = pids.filter(
      (pid) => commandOf(pid).includes('sandbox/main.cjs') && !commandOf(pid).includes('bwrap'),
    ).length
    return { paintMs: paintedAt - began, pssMb: proportionalMemory(pids) / 1024 / 1024, warm }
  } finally {
    const left = descendants(child.pid)
    await child.end()
    await killAll(left)
    rmSync(profile, { recursive: true, force: true, maxRetries: 5 })
  }
}

function commandOf(pid: number): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ')
  } catch {
    return ''
  }
}
