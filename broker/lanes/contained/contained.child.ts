/**
 * The host of one contained program: a process of its own, because the sandbox runtime keeps one network proxy and one
 * set of rules for each process, and two programs must not share them. It starts the program in the sandbox with its
 * own three streams, asks the broker about connections, watches memory and number of processes, and ends with it. If
 * the broker goes, the channel breaks and all of this goes too.
 */
import { type ChildProcess, spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import fs from 'node:fs'
import { createRequire } from 'node:module'
import os from 'node:os'
import path from 'node:path'
import type { Readable, Writable } from 'node:stream'
import { text } from 'node:stream/consumers'
import { fileURLToPath } from 'node:url'
import { SandboxManager, type SandboxRuntimeConfig } from '@anthropic-ai/sandbox-runtime'
import { z } from 'zod'
import { closeInherited } from '../close-inherited.ts'
import { yieldProcessor } from '../yield-processor.ts'
import { checkMounts, type ExpectedMount } from './check-mounts.ts'
import { CLOSED_RANGES } from './closed-ranges.ts'
import { type ConnectAnswer, type FromHost, type RunMessage, ToHost } from './contained-messages.ts'
import { countSent } from './count-sent.ts'
import { createTreeHold } from './hold-tree.ts'
import { isThere, MOUNT_POINTS } from './mount-points.ts'
import { measureTree, memoryInFiles, newSessions, processesBelow } from './process-tree.ts'
import { programLine, shell } from './program-line.ts'
import { type HostPipes, inputFrom, makePipes } from './program-pipes.ts'
import { sandboxFilesystem } from './sandbox-reach.ts'
import { leftIn, sealMounts } from './seal-mounts.ts'
import { keepSent, SENT_FILE } from './sent-file.ts'

const WATCH_MS = 50
/** Open files are looked through, and what was sent is told, at each so many looks. */
const FILES_EVERY = 5
/** The same, for its sessions: what a program starts can have some of its own, each of which counts by itself. */
const SESSION_NICENESS = 10
/** Descriptors of bubblewrap: it reads its options on one, says on one who it has started, and waits on one before it runs anything. */
const WORDS = 3
const WHO = 4
const GO = 5
/** What the sandbox itself waits for, on a descriptor that ends with this process, it also takes an end for: so whoever begins in there waits for a word. */
const WORD = 6
/** Names told of what a program left. */
const LEFT = 20
const home = process.env.HOME as string
const temporary = path.join(path.dirname(home), 'tmp')
const shared = path.join(path.dirname(home), 'shm')
const sockets = os.tmpdir()
/** Stands where no file may be made. */
const nothing = { folder: path.join(sockets, 'nothing'), file: path.join(sockets, 'nothing.txt') }
const sent = countSent(keepSent(path.join(path.dirname(home), SENT_FILE)))
let pipes: HostPipes | null = null
const waiting = new Map<number, (answer: ConnectAnswer) => void>()
/** `address:port` of hosts that were let through though they are not public. */
const opened = new Set<string>()
let nextId = 1
/** What it runs is to stand still. */
let holding = false
let onHold = () => {}
let onGo = () => {}

// The broker has done so; what was opened in it since, by whatever it is made of, goes to no program either.
closeInherited()
const tell = (message: FromHost) => process.send?.(message)
// What a program does must not take the processor from whoever stops it, nor from the person's own programs.
try {
  os.setPriority(10)
} catch {
  // Not on every system; the limits are kept from outside either way.
}
/** Nothing of ours may stand among what the program writes. */
for (const name of ['log', 'info', 'warn', 'error', 'debug'] as const) console[name] = () => {}
process.on('disconnect', leave)
process.on('message', (message) => {
  const parsed = ToHost.safeParse(message)
  if (!parsed.success) return leave()
  if (parsed.data.kind === 'answer') {
    waiting.get(parsed.data.id)?.(parsed.data)
    waiting.delete(parsed.data.id)
  } else if (parsed.data.kind === 'go') {
    onGo()
  } else if (parsed.data.kind === 'hold') {
    holding = parsed.data.on
    onHold()
  } else {
    run(parsed.data).catch(giveUp)
  }
})
prepare().then(() => tell({ kind: 'ready' }), giveUp)

/** The broker is gone, or talks nonsense. The runtime's own helpers would stay behind: they go first. */
function leave(): never {
  for (const pid of processesBelow(process.pid)) {
    try {
      process.kill(pid, 'SIGKILL')
    } catch {
      // It ended by itself.
    }
  }
  fs.rmSync(path.dirname(home), { recursive: true, force: true })
  process.exit(1)
}

function giveUp(error: unknown): void {
  tell({ kind: 'unable', text: error instanceof Error ? error.message.slice(0, 4000) : 'unknown' })
}

async function prepare(): Promise<void> {
  for (const folder of [home, temporary, shared, sockets, nothing.folder])
    fs.mkdirSync(folder, { recursive: true, mode: 0o700 })
  fs.writeFileSync(nothing.file, '')
  pipes = await makePipes(path.dirname(home))
  if (!SandboxManager.isSupportedPlatform())
    throw new Error('This system has no sandbox that programs can run in.')
  const { errors } = SandboxManager.checkDependencies()
  if (errors.length > 0) throw new Error(`The sandbox lacks: ${errors.join('; ')}.`)
  await SandboxManager.initialize(
    configFor({ readable: [], writable: [], hidden: [], readOnly: [] }),
    askBroker,
  )
}

function configFor(
  reach: Pick<RunMessage, 'readable' | 'writable' | 'hidden' | 'readOnly'>,
): SandboxRuntimeConfig {
  const helper = sandboxHelper()
  const own = { readable: [sockets, ...(helper ? [helper] : [])], writable: [home, temporary] }
  return {
    network: { allowedDomains: [], deniedDomains: [], deniedResolvedAddresses: CLOSED_RANGES },
    filesystem: sandboxFilesystem(reach, own),
    ...(helper ? { seccomp: { applyPath: helper } } : {}),
  }
}

/** The runtime's helper that keeps Unix sockets shut: beside the bundle, or in the package. */
function sandboxHelper(): string | null {
  const name = path.join('vendor', 'seccomp', process.arch, 'apply-seccomp')
  const beside = path.join(path.dirname(fileURLToPath(import.meta.url)), name)
  if (fs.existsSync(beside)) return beside
  try {
    const main = createRequire(import.meta.url).resolve('@anthropic-ai/sandbox-runtime')
    const inPackage = path.join(path.dirname(main), '..', name)
    return fs.existsSync(inPackage) ? inPackage : null
  } catch {
    return null
  }
}

async function askBroker({
  host,
  port,
}: {
  host: string
  port: number | undefined
}): Promise<boolean | { allow: false; reason: string }> {
  const id = nextId++
  const { no, addresses } = await new Promise<ConnectAnswer>((resolve) => {
    waiting.set(id, resolve)
    tell({ kind: 'ask', id, host, port: port ?? 443 })
  })
  if (no !== null) return { allow: false, reason: no }
  openAddresses(addresses, port ?? 443)
  return true
}

/** The runtime lets a name lead to an address that is not public only where that address is itself let through. */
function openAddresses(addresses: readonly string[], port: number): void {
  const known = opened.size
  for (const address of addresses)
    opened.add(address.includes(':') ? `[${address}]:${port}` : `${address}:${port}`)
  const config = SandboxManager.getConfig()
  if (opened.size === known || !config) return
  SandboxManager.updateConfig({ ...config, network: { ...config.network, allowedDomains: [...opened] } })
}

async function run(message: RunMessage): Promise<void> {
  // The runtime keeps settings of shells and tools from being changed in and below its own working folder.
  process.chdir(message.cwd)
  // Held from here on. A link that took its place in the meantime would lead elsewhere.
  if (process.cwd() !== message.cwd) return giveUp(new Error('its folder was moved in the meantime'))
  const { filesystem } = configFor(message)
  // The id is what tells the proxy whose connection it is.
  const commandId = randomBytes(16).toString('base64url')
  const wrapped = await SandboxManager.wrapWithSandboxArgv(
    programLine(message, {
      ...{ temporary, own: sockets },
      wordOn: process.platform === 'linux' ? WORD : null,
    }),
    shell(),
    { filesystem },
    undefined,
    message.cwd,
    { commandId },
  )
  const { started, left } = await spawnIn(wrapped.argv, message)
  started.once('spawn', () => tell({ kind: 'started' }))
  started.once('error', giveUp)
  watch(started, message, left)
}

interface Started {
  started: ChildProcess
  /** What the program left in its private folders. */
  left(): string[]
}

async function spawnIn(argv: readonly string[], message: RunMessage): Promise<Started> {
  const env = { PATH: process.env.PATH, HOME: home, LANG: 'C.UTF-8' }
  const input = message.input ? await inputFrom(process.stdin, path.dirname(home)) : 'ignore'
  if (process.platform !== 'linux') {
    const [file, ...args] = argv as [string, ...string[]]
    const started = spawn(file, args, {
      ...{ env: { ...env, ...message.env }, detached: true },
      stdio: [input, 'inherit', 'inherit'],
    })
    return { started, left: () => leftIn(home, '~') }
  }
  const { readable, writable, env: more } = message
  const options = { tmp: temporary, shm: shared, own: sockets, nothing, readable, writable, env: more }
  const seal = () => sealMounts(argv.at(-1) as string, options)
  await announce(seal().mountPoints)
  // From here on what holds their place for another program stays, so what is there now is what will be there.
  const sealed = seal()
  const descriptors = ['--args', `${WORDS}`, '--info-fd', `${WHO}`, '--block-fd', `${GO}`]
  const output = (message.pipes && pipes?.take()) || (['inherit', 'inherit'] as const)
  const started = spawn(sealed.command, [...descriptors, '--', ...sealed.program], {
    env,
    stdio: [input, ...output, 'pipe', 'pipe', 'pipe', 'pipe'],
    detached: true,
  })
  pipes?.close()
  if (typeof input === 'number') fs.closeSync(input)
  // It may have ended before it reads or writes; its exit says so.
  for (const each of [WORDS, WHO, GO, WORD]) started.stdio[each]?.on('error', () => {})
  const words = started.stdio[WORDS] as Writable
  words.end(sealed.options.map((word) => `${word}\0`).join(''))
  letGo(started, sealed.inWritable).catch((error: unknown) => {
    started.kill('SIGKILL')
    giveUp(error)
  })
  const tmp = sealed.hasTmp ? '/tmp' : temporary
  return { started, left: () => [...leftIn(temporary, tmp, sealed.mounts), ...leftIn(home, '~')] }
}

/** Once it has mounted what was meant, and nothing else. What has ended by then never ran, and its exit says so. */
async function letGo(started: ChildProcess, expected: readonly ExpectedMount[]): Promise<void> {
  const said = await text(started.stdio[WHO] as Readable).catch(() => '')
  // Nothing is said by one that has failed, with words of its own.
  if (said === '') return
  const { 'child-pid': pid } = z.object({ 'child-pid': z.number() }).parse(JSON.parse(said))
  if ((await checkMounts(pid, expected)) === 'ended') return
  const pipes = started.stdio as readonly unknown[]
  ;(pipes[WORD] as Writable).end('go\n')
  ;(pipes[GO] as Writable).end('.')
}

/** The broker takes away what is made for them, also when this process ends before it could; or the next broker does. */
async function announce(paths: string[]): Promise<void> {
  const missing = paths.filter((file) => !isThere(file))
  fs.writeFileSync(path.join(path.dirname(home), MOUNT_POINTS), JSON.stringify(missing))
  await new Promise<void>((resolve) => {
    onGo = resolve
    tell({ kind: 'mounts', paths })
  })
}

function tellSent(): void {
  const to = sent()
  if (to.length > 0) tell({ kind: 'sent', to })
}

function watch(started: ChildProcess, { maxMemory, maxProcesses }: RunMessage, left: () => string[]): void {
  let peakRss = 0
  let inFiles = 0
  let looks = 0
  let limit: 'memory' | 'processes' | null = null
  const newborn = newSessions()
  const still = createTreeHold(started.pid as number)
  onHold = () => (holding ? still.hold() : still.letGo())
  onHold()
  const look = () => {
    if (holding) still.hold()
    // A program can make itself as many sessions as processes.
    for (const pid of newborn(started.pid as number)) yieldProcessor(pid, SESSION_NICENESS)
    const use = measureTree(started.pid as number)
    if (looks++ % FILES_EVERY === 0) {
      inFiles = memoryInFiles(started.pid as number)
      tellSent()
    }
    const memory = use.rss + inFiles
    peakRss = Math.max(peakRss, memory)
    if (memory > maxMemory) limit ??= 'memory'
    if (use.processes > maxProcesses) limit ??= 'processes'
    // The sandbox's outermost process: with it goes everything in it.
    if (limit) started.kill('SIGKILL')
  }
  const timer = setInterval(look, WATCH_MS)
  started.once('exit', (exitCode, signal) => {
    clearInterval(timer)
    tellSent()
    // The broker ends this process; what the runtime would clear up at an exit is shared with others that run.
    tell({ kind: 'over', exitCode, signal, limit, peakRss, left: left().slice(0, LEFT) })
  })
}
