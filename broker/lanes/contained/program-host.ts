/** One host process and its channel, as the broker sees it: ready ahead of need, used once, ended whole. */
import { type ChildProcess, spawn } from 'node:child_process'
import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { type LaneGroup, noGroup } from '../lane-group.ts'
import {
  type ConnectAnswer,
  FromHost,
  MountPointList,
  type RunMessage,
  type ToHost,
} from './contained-messages.ts'
import { findStrays } from './find-strays.ts'
import { MOUNT_POINTS, removeEmpty } from './mount-points.ts'
import { openPipes, type ProgramOutput } from './program-pipes.ts'
import { removeFolder } from './remove-folder.ts'
import { SENT_FILE, sentUntold } from './sent-file.ts'

export interface HostOptions {
  /** The Node that runs hosts. */
  node: string
  /** `contained.child.js` (`.ts` in tests). */
  childFile: string
  /** PATH of hosts and programs. */
  searchPath: string
  /** Each host has a group of its own in it. */
  group?: LaneGroup
  /** For the diagnostic log. */
  log(text: string): void
}

export interface ProgramHost {
  process: ChildProcess
  /** Resolves when it can take a program; rejects with words when it can't contain any here, and what it said itself as their cause. */
  ready: Promise<void>
  /** @returns what the program writes */
  run(message: Omit<RunMessage, 'input' | 'pipes'>, input: string, on: HostEvents): ProgramOutput
  /** Holds what it runs still, or lets it go on. */
  hold(on: boolean): void
  /** A path that stands in the environment of everything that it starts. */
  mark: string
  /** The host and all that it started. */
  group: LaneGroup
  /** Tells what it had sent and could not tell, and removes its folder. After it has ended. */
  clear(): void
}
export interface HostEvents {
  ask(host: string, port: number): Promise<ConnectAnswer>
  over(end: Extract<FromHost, { kind: 'over' }>): void
  unable(text: string): void
  sent(to: Extract<FromHost, { kind: 'sent' }>['to']): void
  /** The sandbox is going to make what is missing of these. */
  mounts(paths: readonly string[]): void
}

/** Of hosts' private folders; the broker's pid follows. */
const PREFIX = 'sallyport-run-'
/** Longer than any start takes; a host that is silent for so long is broken. */
const READY_MS = 20_000
/** What it wrote before its end is there by then, also where a helper of its keeps the stream open. */
const LAST_WORDS_MS = 200

export function startHost(options: HostOptions): ProgramHost {
  const { node, childFile, searchPath } = options
  clearOldFolders()
  const folder = fs.mkdtempSync(path.join(shortTemporary(), `${PREFIX}${process.pid}-`))
  const child = spawn(node, ['--disable-warning=ExperimentalWarning', childFile], {
    env: {
      PATH: searchPath,
      LANG: 'C.UTF-8',
      HOME: path.join(folder, 'home'),
      TMPDIR: path.join(folder, 's'),
    },
    cwd: folder,
    stdio: ['pipe', 'pipe', 'pipe', 'ipc'],
    detached: true,
  })
  const group = child.pid === undefined ? noGroup : groupFor(child.pid, path.basename(folder), options)
  let events: HostEvents | null = null
  const untold = sentUntold(path.join(folder, SENT_FILE))
  let resolveReady = () => {}
  let rejectReady = (_error: Error) => {}
  const ready = new Promise<void>((resolve, reject) => {
    resolveReady = resolve
    rejectReady = reject
  })
  ready.catch(() => {})
  const timer = setTimeout(() => rejectReady(new Error('The sandbox did not start in time.')), READY_MS)
  timer.unref()
  const send = (message: ToHost) => {
    if (child.connected) child.send(message, () => {})
  }
  child.once('error', (error) => rejectReady(error))
  let isReady = false
  child.once('exit', (code, signal) => {
    // Once it is ready, its streams are the program's.
    if (isReady) return
    void lastWords(child).then((words) => {
      const cause = `${signal ?? `exit code ${code}`}${words === '' ? '' : `: ${words}`}`
      rejectReady(new Error('The sandbox’s host ended before it was ready.', { cause }))
    })
  })
  child.on('message', (message) => {
    const parsed = FromHost.safeParse(message)
    if (!parsed.success) return void child.kill('SIGKILL')
    take(parsed.data)
  })

  function take(message: FromHost): void {
    if (message.kind === 'ready') {
      clearTimeout(timer)
      isReady = true
      resolveReady()
    } else if (message.kind === 'unable') {
      rejectReady(new Error(message.text))
      events?.unable(message.text)
    } else if (message.kind === 'ask') {
      const { id, host, port } = message
      const nothing = { no: 'Nothing runs.', addresses: [] }
      void (events?.ask(host, port) ?? Promise.resolve(nothing)).then((answer) =>
        send({ kind: 'answer', id, ...answer }),
      )
    } else if (message.kind === 'mounts') {
      events?.mounts(message.paths)
      send({ kind: 'go' })
    } else if (message.kind === 'sent') {
      untold.told(message.to)
      events?.sent(message.to)
    } else if (message.kind === 'over') {
      events?.over(message)
    }
  }

  return {
    process: child,
    ready,
    mark: path.join(folder, 'home'),
    group,
    run(message, input, on) {
      events = on
      const pipes = openPipes(folder)
      const { stdout, stderr } = pipes ?? child
      if (!child.stdin || !stdout || !stderr) throw new Error('The host has no streams.')
      child.stdin.on('error', () => {}) // it may end before it has read all
      child.stdin.end(input)
      send({ ...message, input: input !== '', pipes: pipes !== null })
      return { stdout, stderr }
    },
    hold(on) {
      // With a group of its own the host stands still too, and whatever is born meanwhile.
      if (group.works) group.freeze(on)
      else send({ kind: 'hold', on })
    },
    clear() {
      const rest = untold.rest()
      if (rest.length > 0) events?.sent(rest)
      // What it had still sent word of counts no more: it is in there.
      events = null
      group.remove()
      removeFolder(folder)
    },
  }
}

/** The end of what one that has ended wrote on its standard error, on one line. */
function lastWords({ stderr }: ChildProcess): Promise<string> {
  return new Promise((resolve) => {
    let text = ''
    const done = () => resolve(text.replace(/\s+/g, ' ').trim())
    stderr?.setEncoding('utf8').on('data', (chunk: string) => {
      text = (text + chunk).slice(-1000)
    })
    stderr?.once('close', done)
    setTimeout(done, LAST_WORDS_MS).unref()
  })
}

/** Before it starts anything: a Node takes longer to come up. One that is not in its group is ended without. */
function groupFor(pid: number, name: string, { group = noGroup, log }: HostOptions): LaneGroup {
  const own = group.inner(name)
  if (own.take(pid)) return own
  if (group.works) log('A program’s host could not be put into its group; it is ended without it.')
  own.remove()
  return noGroup
}

/** Sockets lie below, and the length of their paths has a limit. */
function shortTemporary(): string {
  const usual = os.tmpdir()
  return process.platform === 'linux' && usual.length > 40 ? '/tmp' : usual
}

/** What hosts left behind whose broker was killed before it could clear up: their folders, and programs that outlived both. */
export function clearOldFolders(): void {
  for (const name of fs.readdirSync(shortTemporary())) {
    const pid = name.startsWith(PREFIX) ? Number(name.slice(PREFIX.length).split('-')[0]) : 0
    if (pid > 0 && !isAlive(pid)) removeOwn(path.join(shortTemporary(), name))
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return (error as { code?: unknown }).code === 'EPERM'
  }
}

function kill(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL')
  } catch {
    // It has ended meanwhile.
  }
}

function mountPointsOf(folder: string): string[] {
  try {
    return MountPointList.parse(JSON.parse(fs.readFileSync(path.join(folder, MOUNT_POINTS), 'utf8')))
  } catch {
    return [] // it had started nothing
  }
}

function removeOwn(folder: string): void {
  try {
    const stat = fs.lstatSync(folder)
    if (!stat.isDirectory() || stat.uid !== process.getuid?.()) return
    const mark = path.join(folder, 'home')
    for (const stray of findStrays(new Set([mark])).get(mark) ?? []) kill(stray)
    removeEmpty(mountPointsOf(folder))
    removeFolder(folder)
  } catch {
    // Another broker was faster.
  }
}
