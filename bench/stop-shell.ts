/**
 * The shell's part in measurements of Stop, without windows: starts the real broker as the desktop shell does, passes
 * calls on, and presses Stop as it does, by force too when the broker does not answer. It ends with who started it.
 */
import { existsSync, readdirSync, statSync } from 'node:fs'
import path from 'node:path'
import process from 'node:process'
import type { MethodName } from '../contract/broker-api.ts'
import { sallyportPaths } from '../contract/paths.ts'
import { createBrokerProcess } from '../electron/broker-process.ts'
import { holdLanes } from '../electron/lanes-of.ts'
import { createStopEverything } from '../electron/stop-everything.ts'
import { writeStopFile } from '../electron/write-stop-file.ts'

export type ShellOrder = { id: number } & (
  | { do: 'call'; method: MethodName; params: unknown }
  | { do: 'stop' }
  | { do: 'ready' }
)
export interface ShellReply {
  id: number
  ok: boolean
  value: unknown
}

const [folder] = process.argv.slice(2) as [string]
const READY_MS = 60_000
/** As the desktop app has it, but for a broker whose data are gone afterwards. */
const broker = createBrokerProcess({
  command: process.execPath,
  args: [path.resolve(import.meta.dirname, '..', 'dist', 'broker', 'main.js'), '--one-shot'],
  env: { ...process.env, TMPDIR: folder },
  events: [],
  onEvent() {},
  onState() {},
  onReady() {},
  onOutput(text) {
    if (process.env.BENCH_OUTPUT) process.stderr.write(text)
  },
})
const stopEverything = createStopEverything({
  link() {
    const link = broker.link()
    return link && { ...link, call: (method, params) => link.call(method, params, 'cli') }
  },
  holdLanes() {
    const pid = broker.pid()
    if (pid !== null && !process.env.BENCH_NO_GROUP) holdLanes(pid)
  },
  killBroker: broker.kill,
  startBroker: broker.start,
  noteStop: (content) => writeStopFile(stopFile(), content, false, false),
  writeStopFile: (content, replace) => writeStopFile(stopFile(), content, replace),
  onForced() {},
  now: Date.now,
})
broker.start()

/** Of the newest broker: each has a folder of its own. */
function stopFile(): string {
  const folders = readdirSync(folder).map((name) => path.join(folder, name))
  const homes = folders.filter((home) => existsSync(path.join(home, 'data', 'state.db')))
  const [home = folder] = homes.sort((a, b) => statSync(b).ctimeMs - statSync(a).ctimeMs)
  return sallyportPaths({ SALLYPORT_HOME: home }, process.platform, home).stopFile
}

async function obey(order: ShellOrder): Promise<Omit<ShellReply, 'id'>> {
  if (order.do === 'stop') {
    const answer = await stopEverything({ surface: 'shell', params: {} })
    return answer.ok ? answer : { ok: false, value: answer.fault }
  }
  const link = await broker.whenReady(READY_MS)
  if (link === null) return { ok: false, value: broker.state() }
  if (order.do === 'ready') return { ok: true, value: broker.pid() }
  const answer = await link.call(order.method, order.params, 'cli')
  return answer.ok ? answer : { ok: false, value: answer.fault }
}

process.on('message', (order: ShellOrder) => {
  void obey(order).then((reply) => process.send?.({ id: order.id, ...reply } satisfies ShellReply))
})
process.on('disconnect', () => process.exit(0))
