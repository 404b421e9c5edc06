/**
 * A process that measurements of Stop press and kill: the real lanes under a real stop switch with its log and store.
 * Orders come over IPC: `start` fills the lanes with work that never ends, `stop` presses, the rest is for them to show.
 */
import path from 'node:path'
import process from 'node:process'
import { openActivityLog } from '../broker/activity/open-activity-log.ts'
import { createContainedPrograms } from '../broker/lanes/contained/contained-programs.ts'
import { createIsolateLane } from '../broker/lanes/isolate-lane.ts'
import type { ContainedProcess, InstalledTool } from '../broker/ports.ts'
import { createTreeKiller } from '../broker/stop/kill-tree.ts'
import { createStopSwitch } from '../broker/stop/stop-switch.ts'
import { openDocumentStore } from '../broker/store/documents.ts'
import { callTool, makeTool } from '../e2e/fixtures/open-test-lane.ts'

export type StopOrder = { do: 'start'; tools: number; programs: number } | { do: 'stop' }
export type StopReply =
  | { done: 'start'; tools: number; programs: number; fault: string }
  /** Monotonic nanoseconds and epoch ms of the press. */
  | {
      done: 'stop'
      pressedAt: string
      pressedMs: number
      receipt: { ms: number; isolates: number; processes: number; survivors: number[] }
    }

const folder = process.argv[2] as string
const dist = path.resolve(import.meta.dirname, '..', 'dist')
const clock = Date.now
const killTrees = createTreeKiller({ rootsFirst: true })
const store = openDocumentStore({ file: path.join(folder, 'state.db') })
const log = openActivityLog({ file: path.join(folder, 'activity.db'), clock })
const stop = createStopSwitch({ store, clock, log, file: path.join(folder, 'STOPPED') })
const lane = createIsolateLane({
  node: process.execPath,
  sandboxEntry: path.join(dist, 'sandbox', 'main.js'),
  killTrees,
  log() {},
  poolSize: 0,
})
const contained = createContainedPrograms({
  node: process.execPath,
  childFile: path.join(dist, 'broker', 'contained.child.js'),
  searchPath: '/usr/local/bin:/usr/bin:/bin',
  killTrees,
  log() {},
})
// What has effects by itself first: tools only have those that the switch refuses already.
stop.register(contained)
stop.register(lane)

/** Half of them in loops of the language, half inside one call of the engine, which no timer interrupts. */
const busyTools: InstalledTool[] = ['for (;;);', `/^(a+)+$/.test('${'a'.repeat(60)}!')`].map((body, n) => ({
  ...makeTool(`export const main = async () => { ${body} }`, { cpuMs: 300_000, wallMs: 600_000 }),
  hash: `${n}`.repeat(64),
}))

/** Ignores signals, has children that left its session, and writes all the time. */
const SCRIPT = `trap '' TERM INT HUP QUIT
for i in 1 2 3; do sleep 600 & done
setsid sleep 600 &
while :; do echo x >> "$OUT"; sleep 0.001; done`

async function start(tools: number, programs: number): Promise<StopReply> {
  stop.resume('bench')
  for (let n = 0; n < tools; n++) {
    const tool = busyTools[n % busyTools.length] as InstalledTool
    void callTool(lane, tool, { principalId: `agent_${n}`, limits: tool.manifest.limits })
  }
  const started = await Promise.all(Array.from({ length: programs }, (_, n) => startProgram(n)))
  const faults = started.filter((each) => typeof each === 'string')
  for (let n = 0; n < 600 && lane.stats().busy < tools; n++)
    await new Promise((resolve) => setTimeout(resolve, 50))
  return {
    done: 'start',
    tools: lane.stats().busy,
    programs: programs - faults.length,
    fault: faults[0] ?? '',
  }
}

async function startProgram(n: number): Promise<ContainedProcess | string> {
  const started = await contained.start({
    ...{
      principalId: `agent_${n}`,
      words: 'a loop',
      program: '/bin/bash',
      args: ['-c', SCRIPT],
      cwd: folder,
    },
    ...{
      env: { OUT: path.join(folder, `out-${n}`) },
      readable: [],
      writable: [folder],
      hidden: [],
      readOnly: [],
    },
    ...{ maxMemory: 512 * 1024 * 1024, maxProcesses: 200, timeoutMs: 600_000 },
    mayConnect: async () => 'no',
    signal: new AbortController().signal,
  })
  if (started.kind !== 'ok') return started.person
  started.value.stdout.resume()
  started.value.stderr.resume()
  return started.value
}

async function press(): Promise<StopReply> {
  const [pressedAt, pressedMs] = [String(process.hrtime.bigint()), Date.now()]
  const { ms, isolates, processes, survivors } = await stop.stop('bench')
  return { done: 'stop', pressedAt, pressedMs, receipt: { ms, isolates, processes, survivors } }
}

process.on('message', (order: StopOrder) => {
  const reply = order.do === 'start' ? start(order.tools, order.programs) : press()
  void reply.then((each) => process.send?.(each))
})
process.on('disconnect', () => process.exit(0))
