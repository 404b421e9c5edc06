/**
 * What measurements of Stop stop: the real broker with a crowd of busy tools and programs (`stop-crowd.ts`), seen from
 * outside. One scene is filled again and again; what has ended with a try, the broker or the shell too, is started anew.
 * What a try leaves outside (files, bytes at a peer) stays apart, and can be looked at again while the next is being
 * filled.
 */
import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { collectTrees, type ProcessTable } from '../broker/stop/process-table.ts'
import type { MethodName } from '../contract/broker-api.ts'
import { GROUP_KILL } from '../contract/lane-group.ts'
import { policyFor, writeTool } from './busy-parts.ts'
import { type BusyCrowd, type Crowd, makeBusy, toolsOf } from './stop-crowd.ts'
import { removeOldHomes, stopFileBelow } from './stop-homes.ts'
import type { ShellOrder, ShellReply } from './stop-shell.ts'
import { startUploadPeer, type UploadPeer } from './upload-peer.ts'

/** Of one upload. */
const UPLOAD_KB = 64
/** In the command of what a broker starts for itself: who ends its group, and who asks the keychain. */
const OWN = [GROUP_KILL, 'keychain.child']
const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const
const LOOK_MS = 5

export type Shell = ChildProcess & { pid: number }
export interface Scene {
  folder: string
  peer: UploadPeer
  /** Of the broker that runs. */
  stopFile(): string
  /**
   * Starts what is to be stopped.
   * @param after the broker that ends, so that the next one is waited for
   * @param programs fewer than the crowd's
   */
  fill(options?: FillOptions): Promise<Filled>
  ask(order: Unnumbered): Promise<unknown>
  close(): Promise<void>
}
export interface FillOptions {
  uploadKb?: number | undefined
  after?: number | undefined
  programs?: number | undefined
}
export interface Filled extends BusyCrowd {
  shell: Shell
  broker: number
  /** Every process below the broker but its own. */
  below: ProcessTable
  /** What it has for itself, and ends with it. */
  own: ProcessTable
  /** Epoch ms of the last of its effects. */
  lastEffect(): number
}
type Unnumbered = ShellOrder extends infer O ? (O extends unknown ? Omit<O, 'id'> : never) : never

export async function openScene(crowd: Crowd): Promise<Scene> {
  const folder = mkdtempSync(path.join(os.tmpdir(), 'bench-stop-'))
  const work = path.join(folder, 'work')
  mkdirSync(work)
  const tools = Array.from({ length: toolsOf(crowd) + 1 }, (_, n) =>
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
  async function runTool(n: number, fn: string, input = {}) {
    const { value } = await send({
      do: 'call',
      method: 'tool.run' satisfies MethodName,
      params: { path: tools[n], fn, input, policyText, answer: 'allow' },
    })
    return value as { outcome?: { kind?: string } }
  }
  /** One that was killed is still asked until its shell has heard of its end; and so is a shell that was killed. */
  async function readyBroker(after: number | undefined): Promise<number> {
    for (;;) {
      if (hasGone(shell)) shell = startShell()
      const asked = new AbortController()
      const gone = once(shell, 'exit', { signal: asked.signal }).then(() => null)
      gone.catch(() => {})
      const pid = (await Promise.race([ask({ do: 'ready' }), gone])) as number | null
      asked.abort()
      if (pid !== null && pid !== after) return pid
      await sleep(LOOK_MS)
    }
  }

  // Whoever ends this process ends all of it; where nobody can (SIGKILL), the shell sees its channel close and goes.
  const onEnd = () => {
    for (const pid of collectTrees([shell.pid]).keys()) kill(pid)
    rmSync(folder, { recursive: true, force: true })
  }
  const onSignal = () => process.exit(130)
  process.once('exit', onEnd)
  for (const name of SIGNALS) process.once(name, onSignal)

  async function fill({ uploadKb = UPLOAD_KB, after, programs = crowd.programs }: FillOptions = {}) {
    // Who waits for one that was killed waits for ever.
    waiting.clear()
    const broker = await readyBroker(after)
    removeOldHomes(folder)
    await ask({ do: 'call', method: 'stop.resume' satisfies MethodName, params: {} })
    const busy = await makeBusy(
      { ...crowd, programs },
      { work, round: ++round, uploadKb, peer, runTool },
    ).catch((error: unknown) => {
      throw new Error(`${error instanceof Error ? error.message : error}\n${lastWordsIn(folder)}`)
    })
    const below = collectTrees([broker])
    below.delete(broker)
    const own: ProcessTable = new Map()
    for (const [pid, facts] of below) {
      if (!OWN.some((word) => commandOf(pid).includes(word))) continue
      own.set(pid, facts)
      below.delete(pid)
    }
    const lastEffect = () => Math.max(...busy.effects().map(({ at }) => at))
    return { ...busy, shell, broker, below, own, lastEffect }
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

export function commandOf(pid: number): string {
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
