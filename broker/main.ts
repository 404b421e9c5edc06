/**
 * The broker's process: reads who started it, makes the broker, opens the doors, and leaves cleanly. Nobody imports it.
 *
 *   main.js               a child of the desktop shell, which is its consent surface
 *   main.js --headless    a child of the command line: the same data, questions in the terminal
 *   main.js --one-shot    a child of one command: data of its own that is gone afterwards
 */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { homedir, tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { argv, env, execPath, exit, pid, platform, stderr, stdin, stdout } from 'node:process'
import { DATA_IN_USE } from '../contract/data-in-use.ts'
import { sallyportPaths } from '../contract/paths.ts'
import { createDispatcher, type RefusedCall } from './doors/dispatch-call.ts'
import { createEventHub } from './doors/event-hub.ts'
import { serveSocket } from './doors/socket-door.ts'
import { serveStdio } from './doors/stdio-door.ts'
import { closeInherited } from './lanes/close-inherited.ts'
import { type Broker, makeBroker } from './make-broker.ts'
import { ownCpuMs, releaseAtRest, releaseMemory } from './release-memory.ts'
import { claimData } from './store/claim-data.ts'

closeInherited()
const oneShot = argv.includes('--one-shot')
const parent = oneShot || argv.includes('--headless') ? 'cli' : 'shell'
const ownFolder = oneShot ? mkdtempSync(join(tmpdir(), 'sallyport-')) : null
const home = homedir()
const paths = sallyportPaths(ownFolder ? { ...env, SALLYPORT_HOME: ownFolder } : env, platform, home)
const dist = dirname(import.meta.dirname)

/** A command that was there first is mostly done by then, and one that was killed is gone. */
const CLAIM_MS = 15_000
const claim = oneShot ? null : await claimData(paths.data, CLAIM_MS)
if (claim === null && !oneShot) {
  stderr.write('Another Sallyport works on the same data. Try again when that has ended.\n')
  exit(DATA_IN_USE.exitCode)
}

let broker: Broker | null = null
const hub = createEventHub({
  onBug: ({ event, error }) => broker?.rooms.diagnostic.fault(`event ${event}`, error),
})

broker = await makeBroker({
  paths,
  dist,
  node: execPath,
  version: readVersion(),
  home,
  env: ownFolder ? { ...env, SALLYPORT_HOME: ownFolder } : env,
  parent,
  lasting: !oneShot,
  emit: hub.emit,
})
const { rooms } = broker
if (!oneShot) releaseAtRest({ cpuMs: ownCpuMs, release: releaseMemory })

const onRefused = (refusal: RefusedCall) => {
  rooms.log.append({
    kind: 'door',
    subject: `Refused a call from ${refusal.caller.name}`,
    decision: 'deny',
    ok: false,
    details: { method: refusal.method, code: refusal.code, text: refusal.text },
  })
}
const dispatch = createDispatcher({
  api: broker.api,
  onRefused,
  onBug: ({ id, method, error }) => rooms.diagnostic.fault(`${method} ${id}`, error),
})

serveStdio({
  input: stdin,
  output: stdout,
  dispatch,
  hub,
  parent,
  onDesktopReply: rooms.desktop.reply,
  onRefused,
  onEnd: () => void leave(),
})
rooms.desktop.setAvailable(parent === 'shell')

let leaving = false
// A short command may close the pipe before the socket is open: leaving waits for it.
const opening = oneShot
  ? Promise.resolve(null)
  : serveSocket({ paths, dispatch, hub, onRefused }).catch((error: unknown) => {
      rooms.diagnostic.fault('socket', error)
      return error instanceof Error ? error.message : String(error)
    })
const socket = await opening
if (socket !== null && typeof socket !== 'string') rooms.doors.revokeTokens = socket.renewToken
if (socket !== null)
  broker.setSocket(
    typeof socket === 'string'
      ? { open: false, text: socket }
      : { open: true, text: 'The command line reaches this app over a socket that only you can open.' },
  )

process.on('SIGTERM', () => void leave())
process.on('SIGINT', () => void leave())
process.on('uncaughtException', (error) => rooms.diagnostic.fault('uncaught', error))
process.on('unhandledRejection', (error) => rooms.diagnostic.fault('unhandled', error))

async function leave(): Promise<void> {
  if (leaving) return
  leaving = true
  // Who started it is gone, and nobody is left to press Stop.
  broker?.rooms.stop.halt()
  // Whatever hangs must not keep the process: the log says "interrupted" for what was under way.
  setTimeout(() => exit(1), 3_000).unref()
  try {
    const door = await opening
    if (door !== null && typeof door !== 'string') await door.close()
    await broker?.close()
    claim?.close()
  } catch (error) {
    rooms.diagnostic.fault('leaving', error)
  }
  if (ownFolder) rmSync(ownFolder, { recursive: true, force: true })
  exit(0)
}

/** From the package beside dist/, or inside the packaged app; the product works without. */
function readVersion(): string {
  for (const file of [join(dist, 'version.json'), join(dirname(dist), 'package.json')]) {
    try {
      const parsed = JSON.parse(readFileSync(file, 'utf8')) as { version?: unknown }
      if (typeof parsed.version === 'string') return parsed.version
    } catch {
      // Not there: the next one.
    }
  }
  return `0.0.0-pid${pid}`
}
