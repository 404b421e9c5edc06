/**
 * The isolate lane: tools run in sandbox processes from a warm pool, one process for each tool that a principal is
 * using. Idle ones are closed; a spare is kept ready, so that a tool's first call waits for no start.
 */
import { type Outcome, refused } from '../../contract/outcome.ts'
import type { Json } from '../../contract/words.ts'
import type { IsolateLane, ToolCall, ToolCallResult } from '../ports.ts'
import { shareAbortListeners } from './abort-listeners.ts'
import { createCallClock } from './call-clock.ts'
import { cancelled, endedAlongside, stoppedCall } from './end-call.ts'
import { type LaneGroup, noGroup } from './lane-group.ts'
import { createProcessPool } from './process-pool.ts'
import { createSandboxSpawner } from './spawn-sandbox.ts'
import { startProcessWatch } from './watch-processes.ts'

export interface IsolateLaneOptions {
  /** The Node 26 binary. */
  node: string
  /** The bundle's main.cjs; guest.js and native/ lie beside it. */
  sandboxEntry: string
  /** Without a just-in-time compiler; read at each start of a process. */
  strict?: () => boolean
  /** Refuses tools where the OS sandbox is missing; read at each call. */
  requireOsSandbox?: () => boolean
  /** Spare processes kept ready. */
  poolSize?: number
  /** Idle processes are closed after so many ms. */
  idleMs?: number
  /** Bytes of answers that may wait for all processes to be read; 512 MB when left out. */
  unreadBytes?: number
  /** Ends process trees, collected whole before the first signal. */
  killTrees(
    roots: readonly number[],
    options: { timeoutMs: number },
  ): Promise<{ killed: number; survivors: number[] }>
  /** Where sandbox processes are put, so that all are ended at once. */
  group?: Pick<LaneGroup, 'take' | 'works'>
  /** For the diagnostic log. */
  log(text: string): void
}

const STOP_MS = 1_000

export function createIsolateLane(options: IsolateLaneOptions): IsolateLane {
  const now = () => performance.now()
  const clock = createCallClock(now)
  const watch = startProcessWatch({
    onFault: (error) => options.log(`the thread that watches limits broke: ${String(error)}`),
  })
  const spawner = createSandboxSpawner(options)
  const pool = createProcessPool({
    spawner,
    group: options.group ?? noGroup,
    watch,
    clock,
    aborts: shareAbortListeners((error) =>
      options.log(`a call could not be told that it was cancelled: ${String(error)}`),
    ),
    now,
    strict: options.strict ?? (() => false),
    spares: options.poolSize ?? 1,
    idleMs: options.idleMs ?? 60_000,
    ...(options.unreadBytes ? { unreadBytes: options.unreadBytes } : {}),
    log: options.log,
  })
  const requireOsSandbox = options.requireOsSandbox ?? (() => false)

  async function run(call: ToolCall): Promise<ToolCallResult> {
    const startedAt = now()
    const ends = (outcome: Outcome<Json>) => ({ outcome, wallMs: now() - startedAt, cpuMs: 0, peakRss: 0 })
    for (const repeated of [false, true]) {
      if (call.signal.aborted) return ends(cancelled(call.tool.title))
      let found = pool.ready(call)
      while (!found) {
        const problem = await pool.prepare(call)
        if (problem) return ends(problem)
        if (call.signal.aborted) return ends(cancelled(call.tool.title))
        // Others may have filled it meanwhile.
        found = pool.ready(call)
      }
      if (requireOsSandbox() && spawner.status().kind === 'none')
        return ends(noOsSandbox(spawner.status().text))
      const result = await found.run(call, repeated)
      if (result !== 'again') return result
    }
    return ends(endedAlongside(call.tool.title))
  }

  async function end(scope: 'all' | string) {
    const ending = pool.of(scope)
    const isolates = ending.filter((process) => process.toolHash !== null && !process.gone()).length
    const roots = ending.flatMap((process) => process.pids())
    const killing = options.killTrees(roots, { timeoutMs: STOP_MS })
    for (const process of ending) process.end(stoppedCall)
    if (scope === 'all') pool.rest()
    const { killed, survivors } = await killing
    return { isolates, processes: killed, survivors }
  }

  return {
    name: 'isolate lane',
    run,
    end,
    hold: pool.hold,
    warm: () => pool.warm(),
    stats: () => {
      const { kind, text, mayNot } = spawner.status()
      return {
        ...pool.counts(),
        osSandbox: kind,
        text,
        mayNot,
        pids: pool.of('all').flatMap((process) => process.pids()),
      }
    },
    close: async () => {
      await end('all')
      pool.close()
      clock.close()
      await watch.close()
    },
  }
}

function noOsSandbox(text: string) {
  return refused(
    'unavailable',
    `Tools are only run inside an operating system sandbox here, and there is none. ${text}`,
    'Tools can not run on this computer now: its operating system sandbox is missing. Tell the person; trying again does not help.',
  )
}
