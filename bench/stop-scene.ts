/**
 * What measurements of Stop stop: the real broker with 32 busy tools and 8 contained process trees, seen from outside.
 * Half of the tools loop in the language, half inside one call of the engine, two write through the gate and two upload
 * through it; the programs ignore signals, fork, leave their session, and write all the time. All of it is warm before
 * it begins, so that setting up doesn't fight with what is busy already.
 */
import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import os from 'node:os'
import path from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { collectTrees, type ProcessTable } from '../broker/stop/process-table.ts'
import type { MethodName } from '../contract/broker-api.ts'
import { GROUP_KILL } from '../contract/lane-group.ts'
import type { ShellOrder, ShellReply } from './stop-shell.ts'

/** What a scene is filled with. */
export interface Crowd {
  tools: number
  programs: number
  /** As many of the tools write, and as many upload. */
  effects: number
  /** So long everything is busy before Stop, at least: until all that has effects has shown some. */
  busyMs: number
}
/** What the goals of Stop are about. */
export const FULL: Crowd = { tools: 32, programs: 8, effects: 2, busyMs: 400 }
/** One of each kind, to be stopped very often. */
export const SMALL: Crowd = { tools: 4, programs: 2, effects: 1, busyMs: 150 }
const START_MS = 60_000
/** Between two looks whether all is under way. */
const LOOK_MS = 20
/** Who has had so many effects at different times is at it. */
const SHOWN = 3
const KB = 64
const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const

export interface Scene {
  shell: ChildProcess & { pid: number }
  /** Starts what is to be stopped; gives back the broker and every process below it. */
  fill(): Promise<Filled>
  ask(order: Unnumbered): Promise<unknown>
  /** The newest of each kind that shows outside: a file that changed, bytes that arrived. */
  effects(): Effect[]
  /** Epoch ms of the last of them. */
  lastEffect(): number
  close(): Promise<void>
}
export interface Filled {
  broker: number
  below: ProcessTable
}
export interface Effect {
  /** The file's name, or `upload-` with the tool's number. */
  what: string
  /** Epoch milliseconds. */
  at: number
}
type Unnumbered = ShellOrder extends infer O ? (O extends unknown ? Omit<O, 'id'> : never) : never

const TOOL = `
export const warm = () => 'warm'
export async function spin({ file }) {
  await sallyport.fs.writeFile({ path: file, data: 'x' })
  for (;;);
}
export async function match({ file }) {
  await sallyport.fs.writeFile({ path: file, data: 'x' })
  return /^(a+)+$/.test('${'a'.repeat(60)}!')
}
export async function write({ file }) { for (;;) await sallyport.fs.writeFile({ path: file, data: 'x' }) }
export async function send({ url }) {
  const body = 'x'.repeat(${KB * 1024})
  for (;;) await sallyport.net.fetch({ url, method: 'POST', body })
}
export const program = ({ argv, cwd }) => sallyport.command.run({ argv, cwd, timeoutMs: 600000 })
`
const FUNCTIONS = ['warm', 'spin', 'match', 'write', 'send', 'program']
const LIMITS = { cpuMs: 300_000, wallMs: 600_000, capabilityCalls: 100_000 }

/** $1 is written to all the time, once $2 is there. */
const SCRIPT = `trap '' TERM INT HUP QUIT
echo up > "$1"
until [ -e "$2" ]; do sleep 0.05; done
for i in 1 2 3; do sleep 600 & done
setsid sleep 600 &
setsid bash -c 'while :; do echo y >> "$1.child"; sleep 0.002; done' child "$1" &
while :; do echo x >> "$1"; sleep 0.001; done`

export async function openScene(crowd: Crowd = FULL): Promise<Scene> {
  const folder = mkdtempSync(path.join(os.tmpdir(), 'bench-stop-'))
  const work = path.join(folder, 'work')
  mkdirSync(work)
  const tools = Array.from({ length: crowd.tools + 1 }, (_, n) =>
    writeTool(path.join(folder, `tool-${n}`), n),
  )
  const peer = await startPeer()
  const policyText = policyFor(work, peer.port)
  const shell = fork(path.join(import.meta.dirname, 'stop-shell.ts'), [folder], {
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
    detached: true,
  })
  lookOnInPeace(shell.pid as number)
  const waiting = new Map<number, (reply: ShellReply) => void>()
  let lastId = 0
  let round = 0
  let sources = new Map<string, { at: number; times: number }>()
  shell.on('message', (reply: ShellReply) => {
    waiting.get(reply.id)?.(reply)
    waiting.delete(reply.id)
  })

  function send(order: Unnumbered): Promise<ShellReply> {
    const id = ++lastId
    return new Promise((resolve) => {
      waiting.set(id, resolve)
      if (shell.connected) shell.send({ ...order, id }, () => {})
    })
  }
  async function ask(order: Unnumbered): Promise<unknown> {
    const { ok, value } = await send(order)
    if (!ok) throw new Error(`The broker said no: ${JSON.stringify(value)}`)
    return value
  }
  const api = (method: MethodName, params: unknown) => ask({ do: 'call', method, params })
  const runTool = (n: number, fn: string, input = {}) =>
    send({
      do: 'call',
      method: 'tool.run',
      params: { path: tools[n], fn, input, policyText, answer: 'allow' },
    })

  // Whoever ends this process ends all of it; where nobody can (SIGKILL), the shell sees its channel close and goes.
  const onEnd = () => {
    for (const pid of collectTrees([shell.pid as number]).keys()) kill(pid)
    rmSync(folder, { recursive: true, force: true })
  }
  const onSignal = () => process.exit(130)
  process.once('exit', onEnd)
  for (const name of SIGNALS) process.once(name, onSignal)

  /** Of the diagnostic log. */
  function lastWords(): string {
    const names = readdirSync(folder, { recursive: true }) as string[]
    const files = names.filter((name) => path.basename(name) === 'diagnostic.log')
    return files.map((name) => readFileSync(path.join(folder, name), 'utf8').slice(-2_000)).join('\n')
  }

  async function fill(): Promise<Filled> {
    const here = path.join(work, `${++round}`)
    mkdirSync(here)
    const broker = (await ask({ do: 'ready' })) as number
    await api('stop.resume', {})
    const go = path.join(here, 'go')
    const ended: string[] = []
    const begin = (n: number, fn: string, input: object) =>
      void runTool(n, fn, input).then(({ value }) => ended.push(`${fn}: ${JSON.stringify(value)}`))
    async function until(words: string, there: () => boolean): Promise<void> {
      for (const end = performance.now() + START_MS; !there(); await sleep(LOOK_MS))
        if (performance.now() > end || ended.length > 0)
          throw new Error(`${words}: ${ended[0]?.slice(0, 500)}\n${lastWords()}`)
    }
    const outs = Array.from({ length: crowd.programs }, (_, n) => path.join(here, `program-${n}`))
    for (const out of outs)
      begin(crowd.tools, 'program', { argv: ['bash', '-c', SCRIPT, 'bench', out, go], cwd: here })
    const warmed = await Promise.all(tools.slice(0, crowd.tools).map((_, n) => runTool(n, 'warm')))
    const cold = warmed.find(({ value }) => (value as { outcome?: { kind?: string } }).outcome?.kind !== 'ok')
    if (cold)
      throw new Error(`A tool did not start: ${JSON.stringify(cold.value).slice(0, 500)}\n${lastWords()}`)
    await until('A program did not start', () => outs.every((out) => existsSync(out)))
    writeFileSync(go, '')
    const senders = crowd.tools - crowd.effects
    const writers = senders - crowd.effects
    for (let n = writers; n < senders; n++) begin(n, 'write', { file: path.join(here, `tool-${n}`) })
    for (let n = senders; n < crowd.tools; n++) begin(n, 'send', { url: `${peer.url}${n}` })
    sources = new Map()
    const shows = crowd.programs * 2 + crowd.effects * 2
    const shown = () => [...seen().values()].filter(({ times }) => times >= SHOWN).length
    await until('Not all that has effects has shown some', () => shown() >= shows)
    for (let n = 0; n < writers; n++)
      begin(n, n % 2 === 0 ? 'spin' : 'match', { file: path.join(here, `busy-${n}`) })
    const begun = () => readdirSync(here).filter((name) => name.startsWith('busy-')).length
    await until('Not all tools are busy', () => begun() >= writers)
    await sleep(crowd.busyMs)
    const below = collectTrees([broker])
    below.delete(broker)
    // It is the broker's own, and ends with it.
    for (const pid of below.keys()) if (commandOf(pid).includes(GROUP_KILL)) below.delete(pid)
    return { broker, below }
  }

  function effects(): Effect[] {
    const here = path.join(work, `${round}`)
    // What else lies there holds places for the sandbox, and is taken away by the broker.
    const names = readdirSync(here).filter((name) => /^(program|tool)-/.test(name))
    const files = names.map((name) => ({ what: name, at: statSync(path.join(here, name)).mtimeMs }))
    return [...peer.arrived(), ...files]
  }

  /** How often each has been seen to have a newer effect than before. */
  function seen(): typeof sources {
    for (const { what, at } of effects()) {
      const known = sources.get(what)
      if (known?.at !== at) sources.set(what, { at, times: (known?.times ?? 0) + 1 })
    }
    return sources
  }

  return {
    shell: shell as Scene['shell'],
    fill,
    ask,
    effects,
    lastEffect: () => Math.max(...effects().map(({ at }) => at)),
    async close() {
      process.removeListener('exit', onEnd)
      for (const name of SIGNALS) process.removeListener(name, onSignal)
      const below = collectTrees([shell.pid as number])
      for (const pid of below.keys()) kill(pid)
      if (shell.exitCode === null && shell.signalCode === null) await once(shell, 'exit')
      peer.server.closeAllConnections()
      peer.server.close()
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

/** What is measured must not starve what measures, where that can be had; the shell has no part in it. */
function lookOnInPeace(shell: number): void {
  try {
    writeFileSync('/proc/self/autogroup', '-10')
    os.setPriority(-10)
    os.setPriority(shell, 0)
  } catch {
    // Only with privileges, and on Linux: without, times read a little longer.
  }
}

function commandOf(pid: number): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'latin1')
  } catch {
    return ''
  }
}

function kill(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL')
  } catch {
    // It has ended.
  }
}

/** Each has a content of its own, and so a process of its own. */
function writeTool(folder: string, n: number): string {
  mkdirSync(folder)
  const functions = FUNCTIONS.map((name) => ({
    ...{ name, title: name, description: 'Is busy.', input: { type: 'object' } },
  }))
  const manifest = {
    ...{ manifestVersion: 1, name: `busy-${n}`, version: '1.0.0', title: `Busy ${n}` },
    ...{ summary: 'Is busy.', main: 'tool.js', limits: LIMITS, functions },
    ...{
      capabilities: ['fs.read', 'fs.list', 'fs.write', 'net.request', 'command.run'],
      hosts: ['*'],
      commands: ['bash'],
    },
  }
  writeFileSync(path.join(folder, 'manifest.json'), JSON.stringify(manifest))
  writeFileSync(path.join(folder, 'tool.js'), `// ${n}\n${TOOL}`)
  return folder
}

const policyFor = (folder: string, port: number): string =>
  JSON.stringify({
    version: 1,
    perimeter: {
      folders: [{ path: folder, read: 'allow', write: 'allow' }],
      hosts: [{ scheme: 'http', host: '127.0.0.1', port, methods: ['POST'], send: 'allow' }],
      commands: [{ program: 'bash', run: 'allow' }],
      budgets: { calls: 1_000_000, minutes: 600, bytesOut: 1e12 },
    },
  })

interface PeerServer {
  server: Server
  port: number
  url: string
  /** Newest bytes of each sender. */
  arrived(): Effect[]
}
/** Takes what arrives, and keeps when it did. */
async function startPeer(): Promise<PeerServer> {
  const last = new Map<string, number>()
  const server = createServer((request, response) => {
    const what = `upload-${request.url?.slice(1)}`
    request.on('data', () => last.set(what, Date.now()))
    request.on('error', () => {})
    request.on('end', () => response.end('ok'))
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  const arrived = () => [...last].map(([what, at]) => ({ what, at }))
  return { server, port, url: `http://127.0.0.1:${port}/`, arrived }
}
