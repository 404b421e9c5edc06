/**
 * The door for whoever started the broker: its standard input and output. The shell relays for its windows and says
 * which one a call comes from; it is believed, because it made the windows and checks their frames. A command line that
 * started a broker for itself is believed as `cli` and as nothing else.
 */
import type { Readable, Writable } from 'node:stream'
import { type Caller, DesktopReply, type Surface } from '../../contract/broker-api.ts'
import { LIMITS } from '../../contract/words.ts'
import type { Dispatcher, RefusedCall } from './dispatch-call.ts'
import type { EventHub } from './event-hub.ts'
import { type Peer, type PeerEnd, servePeer } from './serve-peer.ts'

const NAMES: Record<Surface, string> = {
  page: 'you, in the app',
  consent: 'you, in the consent window',
  shell: 'you, at the desktop',
  cli: 'you, in a terminal',
}

export function serveStdio(options: {
  input: Readable
  output: Writable
  dispatch: Dispatcher
  hub: EventHub
  /** `shell`: page, consent and shell are believed. `cli`: only cli. */
  parent: 'shell' | 'cli'
  /** What the desktop answered to a `desktop` event. */
  onDesktopReply: (reply: DesktopReply) => void
  onRefused: (refusal: RefusedCall) => void
  /** The parent went or broke the protocol: the broker has nobody to serve. */
  onEnd: (reason: PeerEnd) => void
}): Peer {
  const believed: readonly string[] = options.parent === 'shell' ? ['page', 'consent', 'shell'] : ['cli']
  return servePeer({
    ...options,
    callerFor: (surface) => {
      const claimed = surface ?? options.parent
      return believed.includes(claimed) ? callerOf(claimed as Surface) : null
    },
    mayHear: (event) => options.parent === 'shell' || event !== 'desktop',
    onDesktopReply: (raw) => {
      const reply = DesktopReply.safeParse(raw)
      if (options.parent === 'shell' && reply.success) options.onDesktopReply(reply.data)
    },
    limits: { inFlight: 512, maxLine: LIMITS.doorMessage + 64 * 1024 },
  })
}

export function callerOf(surface: Surface): Caller {
  return { surface, name: NAMES[surface] }
}
