/**
 * The door for the command line: a local socket that only the user can reach, and a token that only the user can read.
 * The first line must be a `Hello` with that token; nothing is answered before, and a wrong one is recorded. Whoever
 * comes in here is `cli`, whatever they say: no program that found the token can pass for a window.
 */
import { rm } from 'node:fs/promises'
import { createServer, type Server, type Socket } from 'node:net'
import { dirname } from 'node:path'
import process from 'node:process'
import type { Caller } from '../../contract/broker-api.ts'
import { Hello } from '../../contract/door-wire.ts'
import type { SallyportPaths } from '../../contract/paths.ts'
import type { Dispatcher, RefusedCall } from './dispatch-call.ts'
import type { EventHub } from './event-hub.ts'
import { limitReports } from './limit-reports.ts'
import { listenPipe } from './listen-pipe.ts'
import { listenUnix } from './listen-unix.ts'
import { type Peer, type PeerLimits, servePeer } from './serve-peer.ts'
import { callerOf } from './stdio-door.ts'
import { makeToken, sameToken, writeOwnLine } from './token-file.ts'

export interface SocketLimits {
  connections: number
  /** Milliseconds until the first line must have come. */
  helloMs: number
  /** Milliseconds without a message, a call under way or a subscription. */
  idleMs: number
}
export const SOCKET_LIMITS: SocketLimits = { connections: 32, helloMs: 5_000, idleMs: 15 * 60_000 }

export interface SocketDoor {
  /**
   * Makes a new token and ends everybody who came in with the old one; whoever asked for it has their answer first.
   * @returns how many that were
   */
  renewToken(asked?: Caller): Promise<number>
  connections(): number
  close(): Promise<void>
}

/**
 * Listens on `paths.socket` and writes `paths.tokenFile`. Throws with words when it can't (another broker answers
 * there, the folder is not the user's own): the broker goes on without this door and says so.
 */
export async function serveSocket(options: {
  paths: Pick<SallyportPaths, 'socket' | 'tokenFile' | 'pidFile'>
  dispatch: Dispatcher
  hub: EventHub
  /** For the record: a wrong token, a forged surface, a line that is no message. At most a few each minute. */
  onRefused: (refusal: RefusedCall) => void
  limits?: Partial<SocketLimits>
  peerLimits?: Partial<PeerLimits>
}): Promise<SocketDoor> {
  const limits = { ...SOCKET_LIMITS, ...options.limits }
  const peers = new Map<Peer, { socket: Socket; caller: Caller }>()
  const lastAnswer = new WeakSet<Caller>()
  const refusals = limitReports<RefusedCall>({
    perMinute: 20,
    now: () => performance.now(),
    onReport: options.onRefused,
    onMore: (count, last) => options.onRefused({ ...last, text: `${last.text} (and ${count} more like it)` }),
  })
  let token = makeToken()
  const server = createServer((socket) => {
    if (peers.size >= limits.connections) {
      refusals.report(refusal('too-many', `More than ${limits.connections} programs came to the socket.`))
      socket.destroy()
      return
    }
    welcome(socket)
  })

  function welcome(socket: Socket): void {
    let known = false
    const caller = callerOf('cli')
    const ask = keepForParent(options.dispatch, refusals.report)
    const peer = servePeer({
      async dispatch(method, params, who) {
        const answer = await ask(method, params, who)
        if (lastAnswer.has(caller)) setTimeout(() => peer.end({ kind: 'left', text: RENEWED }), ANSWER_MS)
        return answer
      },
      hub: options.hub,
      input: socket,
      output: socket,
      callerFor: () => caller,
      mayHear: (event) => event !== 'desktop',
      onDesktopReply: () => {},
      onRefused: refusals.report,
      greet: (line) => {
        const fault = helloFault(line, token)
        known = fault === null
        return { reply: JSON.stringify({ ok: known, text: fault ?? '' }), fault }
      },
      onEnd: (reason) => {
        clearTimeout(helloTimer)
        peers.delete(peer)
        if (reason.kind !== 'left') refusals.report(refusal('closed', sentenceOf(known, reason.text)))
      },
      limits: options.peerLimits,
    })
    const helloTimer = setTimeout(() => {
      if (!known) peer.end({ kind: 'broke-protocol', text: 'no token came in time' })
    }, limits.helloMs)
    peers.set(peer, { socket, caller })
  }
  const endAll = (text: string) => {
    for (const peer of [...peers.keys()]) peer.end({ kind: 'left', text })
  }
  await listen(server, options.paths)
  await writeOwnLine(options.paths.tokenFile, token)
  // So that `sallyport stop` can end a broker that does not answer.
  await writeOwnLine(options.paths.pidFile, String(process.pid))
  server.on('error', (error) => refusals.report(refusal('closed', `The socket failed: ${error.message}`)))
  const idleTimer = setInterval(endIdle, Math.min(limits.idleMs, 60_000), peers, limits.idleMs)
  idleTimer.unref()

  return {
    connections: () => peers.size,
    async renewToken(asked) {
      token = makeToken()
      await writeOwnLine(options.paths.tokenFile, token)
      const ended = peers.size
      for (const [peer, { caller }] of [...peers]) {
        if (caller === asked) lastAnswer.add(caller)
        else peer.end({ kind: 'left', text: RENEWED })
      }
      return ended
    },
    async close() {
      clearInterval(idleTimer)
      refusals.flush()
      const closed = new Promise<void>((resolve) => server.close(() => resolve()))
      endAll('the gate closes')
      await closed
      await rm(options.paths.tokenFile, { force: true })
      await rm(options.paths.pidFile, { force: true })
    },
  }
}

const RENEWED = 'the token was renewed'
/** Until an answer is on its way. */
const ANSWER_MS = 250

/** What only the process that started the broker may do, because it is the one place where questions are answered. */
const FOR_THE_PARENT: ReadonlySet<string> = new Set([
  'consent.answer',
  'consent.shown',
  'consent.surface',
  'consent.replay',
  'tool.run',
])

function keepForParent(dispatch: Dispatcher, onRefused: (refusal: RefusedCall) => void): Dispatcher {
  return async (method, params, caller) => {
    if (!FOR_THE_PARENT.has(method)) return dispatch(method, params, caller)
    const text = 'Questions are answered in the consent window, or in the terminal that started it.'
    onRefused({ caller, method, code: 'not-allowed', text })
    return { ok: false, fault: { code: 'not-allowed', text } }
  }
}

function endIdle(peers: ReadonlyMap<Peer, unknown>, idleMs: number): void {
  for (const peer of [...peers.keys()]) {
    if (peer.idleMs() >= idleMs) peer.end({ kind: 'left', text: 'it was idle' })
  }
}

function listen(server: Server, paths: Pick<SallyportPaths, 'socket' | 'tokenFile'>): Promise<void> {
  return process.platform === 'win32'
    ? listenPipe(server, paths.socket, dirname(paths.tokenFile))
    : listenUnix(server, paths.socket)
}

/** Null when the line is a Hello with the right token; otherwise what is wrong with it. */
function helloFault(line: string, token: string): string | null {
  let raw: unknown
  try {
    raw = line.length <= 1024 ? JSON.parse(line) : null
  } catch {
    raw = null
  }
  const hello = Hello.safeParse(raw)
  if (!hello.success) return 'the first line is no greeting of this version'
  return sameToken(hello.data.token, token) ? null : 'the token is wrong; read it again from the token file'
}

function refusal(code: string, text: string): RefusedCall {
  return { caller: callerOf('cli'), method: 'hello', code, text }
}

function sentenceOf(known: boolean, why: string): string {
  return known
    ? `A program on the socket was ended: ${why}.`
    : `A program was not let in at the socket: ${why}.`
}
