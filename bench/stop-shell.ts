/**
 * The shell's part in measurements of Stop, without windows: starts the real broker as the desktop shell does, passes
 * calls on, and presses Stop as it does, by force too when the broker does not answer. It ends with who started it.
 */
import path from 'node:path'
import process from 'node:process'
import type { MethodName } from '../contract/broker-api.ts'
import { createBrokerProcess } from '../electron/broker-process.ts'
import { endLanes, holdLanes } from '../electron/lanes-of.ts'
import { createStopEverything } from '../electron/stop-everything.ts'
import { writeStopFile } from '../electron/write-stop-file.ts'
import { stopFileBelow } from './stop-homes.ts'

export type ShellOrder = { id: number } & (
  | { do: 'call'; method: MethodName; params: unknown }
  | { do: 'stop' }
  | { do: 'ready' }
  | { do: 'debugger' }
)
export interface ShellReply {
  id: number
  ok: boolean
  value: unknown
}

const [folder] = process.argv.slice(2) as [string]
const READY_MS = 60_000
/** Where the broker's debugger listens, once it has been asked to. */
const debuggers = followDebugger()
/**
 * As the desktop app has it, but for a broker whose data are gone afterwards, and which comes back at once: that it is
 * killed again and again is the purpose here.
 */
const broker = createBrokerProcess({
  command: process.execPath,
  args: [
    '--inspect-port=0',
    path.resolve(import.meta.dirname, '..', 'dist', 'broker', 'main.js'),
    '--one-shot',
  ],
  limits: { backoffMs: 1, steadyMs: 0 },
  env: { ...process.env, TMPDIR: folder },
  events: [],
  onEvent() {},
  onState() {},
  onReady() {},
  onOutput(text) {
    debuggers.hear(text)
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
  endLanes() {
    const pid = broker.pid()
    return pid === null ? 0 : endLanes(pid)
  },
  killBroker: broker.kill,
  startBroker: broker.start,
  noteStop: (content) => writeStopFile(stopFileBelow(folder), content, false, false),
  writeStopFile: (content, replace) => writeStopFile(stopFileBelow(folder), content, replace),
  onForced() {},
  now: Date.now,
})
broker.start()

async function obey(order: ShellOrder): Promise<Omit<ShellReply, 'id'>> {
  if (order.do === 'stop') {
    const answer = await stopEverything({ surface: 'shell', params: {} })
    return answer.ok ? answer : { ok: false, value: answer.fault }
  }
  if (order.do === 'debugger') return { ok: true, value: await debuggers.next() }
  const link = await broker.whenReady(READY_MS)
  if (link === null) return { ok: false, value: broker.state() }
  if (order.do === 'ready') return { ok: true, value: broker.pid() }
  const answer = await link.call(order.method, order.params, 'cli')
  return answer.ok ? answer : { ok: false, value: answer.fault }
}

/** Of each broker it is one address, which is given out once. */
function followDebugger() {
  let address = ''
  let tell = (_address: string) => {}
  return {
    hear(text: string): void {
      const found = /ws:\/\/127\.0\.0\.1:\d+\/\S+/.exec(text)
      if (!found) return
      address = found[0]
      tell(address)
    },
    async next(): Promise<string> {
      const known =
        address ||
        (await new Promise<string>((resolve) => {
          tell = resolve
        }))
      address = ''
      return known
    },
  }
}

process.on('message', (order: ShellOrder) => {
  void obey(order).then((reply) => process.send?.({ id: order.id, ...reply } satisfies ShellReply))
})
process.on('disconnect', () => process.exit(0))
