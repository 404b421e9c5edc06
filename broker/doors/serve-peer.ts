/**
 * One peer on a door: newline JSON in, parsed as an envelope, handed to birpc, answered on the way back. The size of a
 * line is checked before it is parsed; what does not parse ends this peer and nothing else. Who the peer is was settled
 * by how it connected: this file is told, and believes nothing that comes over the wire about it.
 */
import type { Readable, Writable } from 'node:stream'
import { createBirpc } from 'birpc'
import { z } from 'zod'
import { type Caller, EVENTS, type EventName } from '../../contract/broker-api.ts'
import { type BrokerSide, MAX_LINE, RpcEnvelope } from '../../contract/door-wire.ts'
import { shapeFault } from '../../contract/json-shape.ts'
import { createLineSplitter } from '../../contract/split-lines.ts'
import { LIMITS } from '../../contract/words.ts'
import type { Dispatcher, RefusedCall } from './dispatch-call.ts'
import type { EventHub } from './event-hub.ts'
import { createOutbox, type Outbox } from './outbox.ts'

export interface PeerLimits {
  /** Longest line in, UTF-16 units. */
  maxLine: number
  /** Calls that may be under way at once; more are answered with `busy`. */
  inFlight: number
  /** Bytes that wait to be read before events are held back and no more requests are read. */
  highWater: number
  /** Bytes that wait to be read before the peer is ended. */
  hardLimit: number
}
export const PEER_LIMITS: PeerLimits = {
  maxLine: MAX_LINE,
  inFlight: 128,
  highWater: 1024 * 1024,
  hardLimit: 128 * 1024 * 1024,
}

/** Why a peer went: it left, it sent what is no message, or it did not read. */
export type PeerEnd = { kind: 'left' | 'broke-protocol' | 'too-slow'; text: string }
export interface Peer {
  end(reason: PeerEnd): void
  /** Nothing under way, nothing subscribed, nothing heard for this many milliseconds (0 when busy). */
  idleMs(): number
}

/** More than any call holds. A line of millions of values takes a quarter of a second to read, and its schema longer. */
const DOOR_SHAPE = { depth: 80, values: 50_000, keys: 5_000 }

const CallRequest = z.strictObject({
  method: z.string().max(64),
  params: z.unknown(),
  surface: z.string().max(20).optional(),
})
const Subscription = z.array(z.string().max(40)).max(40)

export interface ServePeerOptions {
  input: Readable
  output: Writable
  dispatch: Dispatcher
  hub: EventHub
  /** The caller for a claimed surface, or null when this door does not believe the claim. */
  callerFor: (surface: string | undefined) => Caller | null
  mayHear: (event: EventName) => boolean
  /** An answer to a `desktop` event; only the shell's door passes them on. */
  onDesktopReply: (reply: unknown) => void
  onRefused: (refusal: RefusedCall) => void
  onEnd: (reason: PeerEnd) => void
  /** Gets the first line instead of birpc; a text is the reason to end the peer. */
  greet?: (line: string) => { reply: string; fault: string | null }
  limits?: Partial<PeerLimits>
}

export function servePeer(options: ServePeerOptions): Peer {
  const limits = { ...PEER_LIMITS, ...options.limits }
  const { input, output } = options
  let greeted = options.greet === undefined
  let ended = false
  let lastHeard = performance.now()
  let receive: (message: unknown) => void = () => {}

  const outbox = createOutbox({
    output,
    highWater: limits.highWater,
    hardLimit: limits.hardLimit,
    onDrain: () => input.resume(),
    onTooSlow: () => end({ kind: 'too-slow', text: 'it does not read what it is sent' }),
  })
  const side = createBrokerSide(options, outbox, limits)
  const rpc = createBirpc<object, BrokerSide>(side.functions, {
    post: (message) => outbox.send(fitting(message)),
    on: (fn) => {
      receive = fn
    },
    timeout: -1,
    onGeneralError: () => true,
  })
  const splitter = createLineSplitter({
    maxLine: limits.maxLine,
    onTooLong: () => end(broke(`a line of more than ${limits.maxLine} characters`)),
    onLine: (line) => {
      if (ended) return
      lastHeard = performance.now()
      if (!greeted) return greet(line)
      const message = parseEnvelope(line)
      if (message === null) return end(broke('a line that is no message'))
      receive(message)
      if (outbox.clogged()) input.pause()
    },
  })
  function greet(line: string): void {
    const { reply, fault } = options.greet?.(line) ?? { reply: '', fault: null }
    outbox.send(reply)
    greeted = true
    if (fault !== null) end(broke(fault))
  }
  function end(reason: PeerEnd): void {
    if (ended) return
    ended = true
    side.close()
    rpc.$close()
    input.removeListener('data', onData)
    if (reason.kind === 'too-slow') output.destroy()
    else output.end()
    input.destroy()
    options.onEnd(reason)
  }
  const onData = (text: string) => splitter.push(text)
  input.setEncoding('utf8')
  input.on('data', onData)
  input.once('end', () => end({ kind: 'left', text: 'it left' }))
  input.once('close', () => end({ kind: 'left', text: 'it left' }))
  input.on('error', () => end({ kind: 'left', text: 'the connection broke' }))
  output.on('error', () => end({ kind: 'left', text: 'the connection broke' }))
  return { end, idleMs: () => (side.busy() ? 0 : performance.now() - lastHeard) }
}

function broke(text: string): PeerEnd {
  return { kind: 'broke-protocol', text }
}

/** The functions of one peer, on an object without a prototype: no inherited name can be called. */
function createBrokerSide(options: ServePeerOptions, outbox: Outbox, limits: PeerLimits) {
  const { dispatch, hub, callerFor, mayHear, onDesktopReply, onRefused } = options
  let inFlight = 0
  let wanted: ReadonlySet<string> = new Set()
  const stopHearing = hub.on((message) => {
    if (wanted.has(message.event)) outbox.event(message)
  })
  const functions: BrokerSide = Object.assign(Object.create(null), {
    async call(raw) {
      const request = CallRequest.safeParse(raw)
      if (!request.success) return faultOf('bad-request', 'A call names a method and its parameters.')
      const { method, params, surface } = request.data
      const caller = callerFor(surface)
      if (caller === null) {
        const text = 'That surface is not believed on this door.'
        onRefused({ caller: { surface: 'cli', name: 'a stranger' }, method, code: 'not-allowed', text })
        return faultOf('not-allowed', text)
      }
      if (inFlight >= limits.inFlight) {
        return faultOf('busy', `${limits.inFlight} calls are under way already. Wait for an answer first.`)
      }
      inFlight += 1
      try {
        return await dispatch(method, params, caller)
      } finally {
        inFlight -= 1
      }
    },
    async subscribe(raw) {
      const names = Subscription.safeParse(raw)
      if (!names.success) return
      wanted = new Set(names.data.filter((name) => Object.hasOwn(EVENTS, name) && mayHear(name as EventName)))
    },
    async desktopReply(reply) {
      onDesktopReply(reply)
    },
    async ping() {
      return 'pong'
    },
  } satisfies BrokerSide)
  return { functions, busy: () => inFlight > 0 || wanted.size > 0, close: stopHearing }
}

/** A message that is longer than the other side takes would end it, and whoever it started: it says so instead. */
function fitting(message: unknown): string {
  const line = JSON.stringify(message)
  if (line.length <= LIMITS.brokerMessage) return line
  const { t, i } = message as { t: unknown; i: unknown }
  const text =
    'The answer is larger than one message can be, so it can’t be shown. What was asked for was done.'
  return JSON.stringify({ t, i, r: faultOf('too-large', text) })
}

function faultOf(code: string, text: string) {
  return { ok: false as const, fault: { code, text } }
}

function parseEnvelope(line: string): unknown {
  if (shapeFault(line, DOOR_SHAPE)) return null
  try {
    const parsed = RpcEnvelope.safeParse(JSON.parse(line))
    return parsed.success ? parsed.data : null
  } catch {
    return null
  }
}
