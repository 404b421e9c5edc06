/**
 * What measurements of Stop stop: the real broker with 32 busy tools and 8 contained process trees (`busy-parts.ts`),
 * seen from outside. All of it is warm before it begins, so that setting up doesn't fight with what is busy already.
 * One scene is filled again and again; what has ended with a try, the broker or the shell too, is started anew. What a
 * try leaves outside (files, bytes at a peer) stays apart, and can be looked at again while the next is being filled.
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
import os from 'node:os'
import path from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { collectTrees, type ProcessTable } from '../broker/stop/process-table.ts'
import type { MethodName } from '../contract/broker-api.ts'
import { GROUP_KILL } from '../contract/lane-group.ts'
import { policyFor, programOf, writeTool } from './busy-parts.ts'
import { removeOldHomes, stopFileBelow } from './stop-homes.ts'
import type { ShellOrder, ShellReply } from './stop-shell.ts'
import { type Effect, startUploadPeer, type UploadPeer } from './upload-peer.ts'

/** What a scene is filled with. */
export interface Crowd {
  tools: number
  programs: number
  /** As many of the tools write, and as many upload. */
  effects: number
  /** So long everything is busy before Stop, at least: until all that has effects has shown some. */
  busyMs: number
  /** Those that only compute begin when the others have shown effects: many of them would hold these up. */
  computeLast: boolean
}
/** What the goals of Stop are about. */
export const FULL: Crowd = { tools: 32, programs: 8, effects: 2, busyMs: 400, computeLast: true }
/** One of each kind, to be stopped very often; the program has two process trees, one of them in a session of its own. */
export const SMALL: Crowd = { tools: 4, programs: 1, effects: 1, busyMs: 50, computeLast: false }
const START_MS = 60_000
/** Between two looks whether all is under way. */
const LOOK_MS = 8
/** Who has had so many effects at different times is at it. */
const SHOWN = 3
/** Of one upload. */
const UPLOAD_KB = 64
/** In the command of what a broker starts for itself: who ends its group, and who asks the keychain. */
const OWN = [GROUP_KILL, 'keychain.child']
const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const

export type Shell = ChildProcess & { pid: number }
export interface Scene {
  folder: string
  peer: UploadPeer
  /** Of the broker that runs. */
  stopFile(): string
  /** Starts what is to be stopped. */
  fill(options?: { uploadKb?: number }): Promise<Filled>
  ask(order: Unnumbered): Promise<unknown>
  close(): Promise<void>
}
export interface Filled {
  shell: Shell
  broker: number
  /** Every process below the broker but its own. */
  below: ProcessTable
  /** What it has for itself, and ends with it. */
  own: ProcessTable
  /** The newest of each kind that shows outside: a file that changed, bytes that arrived. */
  effects(): Effect[]
  /** Epoch ms of the last of them. */
  lastEffect(): number
  /** Forgets its effects. */
  clear(): void
}
type Unnumbered = ShellOrder extends infer O ? (O extends unknown ? Omit<O, 'id'> : never) : never

export async function openScene(crowd: Crowd = FULL): Promise<Scene> {
  const folder = mkdtempSync(path.join(os.tmpdir(), 'bench-stop-'))
  const work = path.join(folder, 'work')
  mkdirSync(work)
  const tools = Array.from({ length: crowd.tools + 1 }, (_, n) =>
    writeTool(path.join(folder, `tool-${n}`), n),
  )
  const peer = await startUploadPeer()
  const policyText = policyFor(work, peer.port)
  const waiting = new Map<number, (reply: ShellReply) => void>()
  let shell = startShell()
  let lastId = 0
  let round = 0

  function startShell(): Shell {
    const child = fork(path.join(import.meta.dirname, 'stop-shell.ts'), [folder], {
      stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
      detached: true,
    })
    lookOnInPeace(child.pid as number)
    child.on('message', (reply: ShellReply) => {
      waiting.get(reply.id)?.(reply)
      waiting.delete(reply.id)
    })
    return child as Shell
  }
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
    for (const pid of collectTrees([shell.pid]).keys()) kill(pid)
    rmSync(folder, { recursive: true, force: true })
  }
  const onSignal = () => process.exit(130)
  process.once('exit', onEnd)
  for (const name of SIGNALS) process.once(name, onSignal)

  async function fill({ uploadKb = UPLOAD_KB } = {}): Promise<Filled> {
    const current = ++round
    const here = path.join(work, `${current}`)
    mkdirSync(here)
    // Who waits for one that was killed waits for ever.
    waiting.clear()
    if (hasGone(shell)) shell = startShell()
    const broker = (await ask({ do: 'ready' })) as number
    removeOldHomes(folder)
    await api('stop.resume', {})
    const go = path.join(here, 'go')
    const ended: string[] = []
    const begin = (n: number, fn: string, input: object) =>
      void runTool(n, fn, input).then(({ value }) => ended.push(`${fn}: ${JSON.stringify(value)}`))
    async function until(words: string, there: () => boolean): Promise<void> {
      for (const end = performance.now() + START_MS; !there(); await sleep(LOOK_MS))
        if (performance.now() > end || ended.length > 0)
          throw new Error(`${words}: ${ended[0]?.slice(0, 500)}\n${lastWordsIn(folder)}`)
    }
    const outs = Array.from({ length: crowd.programs }, (_, n) => path.join(here, `program-${n}`))
    for (const out of outs) begin(crowd.tools, 'program', { argv: programOf(out, go), cwd: here })
    const warmed = await Promise.all(tools.slice(0, crowd.tools).map((_, n) => runTool(n, 'warm')))
    const cold = warmed.find(({ value }) => (value as { outcome?: { kind?: string } }).outcome?.kind !== 'ok')
    if (cold)
      throw new Error(
        `A tool did not start: ${JSON.stringify(cold.value).slice(0, 500)}\n${lastWordsIn(folder)}`,
      )
    await until('A program did not start', () => outs.every((out) => existsSync(out)))

    const effects = () => effectsIn(here, peer.arrived(current))
    const isAtIt = everyShows(crowd.programs * 2 + crowd.effects * 2, effects)
    writeFileSync(go, '')
    const senders = crowd.tools - crowd.effects
    const writers = senders - crowd.effects
    const begun = () => readdirSync(here).filter((name) => name.startsWith('busy-')).length
    for (let n = writers; n < senders; n++) begin(n, 'write', { file: path.join(here, `tool-${n}`) })
    for (let n = senders; n < crowd.tools; n++)
      begin(n, 'send', { url: peer.urlOf(current, n), kb: uploadKb })
    if (crowd.computeLast) await until('Not all that has effects has shown some', isAtIt)
    for (let n = 0; n < writers; n++)
      begin(n, n % 2 === 0 ? 'spin' : 'match', { file: path.join(here, `busy-${n}`) })
    await until('Not all are busy', () => isAtIt() && begun() >= writers)
    await sleep(crowd.busyMs)
    const below = collectTrees([broker])
    below.delete(broker)
    const own: ProcessTable = new Map()
    for (const [pid, facts] of below) {
      if (!OWN.some((word) => commandOf(pid).includes(word))) continue
      own.set(pid, facts)
      below.delete(pid)
    }
    return {
      ...{ shell, broker, below, own, effects },
      lastEffect: () => Math.max(...effects().map(({ at }) => at)),
      clear() {
        peer.forget(current)
        rmSync(here, { recursive: true, force: true })
      },
    }
  }

  return {
    folder,
    peer,
    stopFile: () => stopFileBelow(folder),
    fill,
    ask,
    async close() {
      process.removeListener('exit', onEnd)
      for (const name of SIGNALS) process.removeListener(name, onSignal)
      const below = collectTrees([shell.pid])
      for (const pid of below.keys()) kill(pid)
      if (!hasGone(shell)) await once(shell, 'exit')
      peer.close()
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

const hasGone = ({ exitCode, signalCode }: ChildProcess) => exitCode !== null || signalCode !== null

function effectsIn(folder: string, arrived: Effect[]): Effect[] {
  // What else lies there holds places for the sandbox, and is taken away by the broker.
  const names = readdirSync(folder).filter((name) => /^(program|tool)-/.test(name))
  const files = names.map((name) => ({ what: name, at: statSync(path.join(folder, name)).mtimeMs }))
  return [...arrived, ...files]
}

/** True once so many kinds have been seen to have newer effects, again and again. */
function everyShows(kinds: number, effects: () => Effect[]): () => boolean {
  const seen = new Map<string, { at: number; times: number }>()
  return () => {
    for (const { what, at } of effects()) {
      const known = seen.get(what)
      if (known?.at !== at) seen.set(what, { at, times: (known?.times ?? 0) + 1 })
    }
    return [...seen.values()].filter(({ times }) => times >= SHOWN).length >= kinds
  }
}

/** Of the diagnostic log. */
function lastWordsIn(folder: string): string {
  const names = readdirSync(folder, { recursive: true }) as string[]
  const files = names.filter((name) => path.basename(name) === 'diagnostic.log')
  return files.map((name) => readFileSync(path.join(folder, name), 'utf8').slice(-2_000)).join('\n')
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
