/**
 * What waits to be read by one peer. Answers, questions, alerts and requests to the desktop are always sent; all other
 * events keep only their newest form while the peer is slow, and the log's rows their newest few hundred. A peer that
 * reads nothing at all is ended before it costs the broker its memory.
 */
import type { Writable } from 'node:stream'
import type { EventName } from '../../contract/broker-api.ts'
import { eventKey, eventLine, type HubMessage, mergeEvents } from './event-hub.ts'

export interface Outbox {
  /** One line without its end. */
  send(line: string): void
  event(message: HubMessage): void
  /** True while the peer is so slow that no more of its requests should be read. */
  clogged(): boolean
}

const NEVER_HELD: ReadonlySet<EventName> = new Set(['questions', 'alert', 'desktop'])

export function createOutbox(options: {
  output: Writable
  /** Bytes that wait before events are held back. */
  highWater: number
  /** Bytes that wait before the peer is ended. */
  hardLimit: number
  onDrain: () => void
  onTooSlow: () => void
}): Outbox {
  const { output, highWater, hardLimit } = options
  const held = new Map<string, { event: EventName; payload: unknown }>()
  let ended = false

  function send(line: string): void {
    if (ended || output.destroyed || output.writableEnded) return
    output.write(`${line}\n`)
    if (output.writableLength <= hardLimit) return
    ended = true
    held.clear()
    options.onTooSlow()
  }
  output.on('drain', () => {
    for (const [key, { event, payload }] of held) {
      if (output.writableLength > highWater) return
      held.delete(key)
      send(eventLine(event, payload))
    }
    options.onDrain()
  })
  return {
    send,
    clogged: () => output.writableLength > highWater,
    event({ event, payload, line }) {
      const key = eventKey(event, payload)
      const older = held.get(key)
      // An older form that still waits would be told after this one, and stay.
      const roomy = output.writableLength <= highWater && !older
      if (NEVER_HELD.has(event) || roomy) return send(line)
      held.set(key, { event, payload: older ? mergeEvents(event, [older.payload, payload]) : payload })
    },
  }
}
