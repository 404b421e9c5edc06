/**
 * What the broker tells on its own, parsed by the contract and encoded once for all peers. Events that come in floods
 * are paced: rows of the log are gathered, states and growing texts keep only their newest form. Questions, alerts and
 * requests to the desktop go out at once and are never dropped.
 */
import type { ActivityRow } from '../../contract/activity.ts'
import { EVENTS, type EventName, type EventPayload } from '../../contract/broker-api.ts'
import { LIMITS } from '../../contract/words.ts'

export interface HubMessage {
  event: EventName
  payload: unknown
  /** The birpc message, one line without its end. */
  line: string
}
export interface EventHub {
  emit<E extends EventName>(event: E, payload: EventPayload<E>): void
  on(fn: (message: HubMessage) => void): () => void
  /** Drops what waits and stops the timers. */
  close(): void
}

/** Milliseconds for which an event is held so that newer ones of the same key can replace it. */
const PACE: Partial<Record<EventName, number>> = { activity: 100, status: 40, run: 40, runItem: 40 }
/** Rows held at most in one message; older ones are left out, and `total` tells that there are more. */
const MAX_ROWS = 500

export function createEventHub(options: {
  /** For the diagnostic log: a payload that the contract does not allow. It goes to nobody. */
  onBug: (bug: { event: string; error: unknown }) => void
}): EventHub {
  const listeners = new Set<(message: HubMessage) => void>()
  const waiting = new Map<string, { event: EventName; payloads: unknown[] }>()
  const timers = new Map<EventName, NodeJS.Timeout>()

  function send(event: EventName, payload: unknown): void {
    const parsed = EVENTS[event].safeParse(payload)
    if (!parsed.success) {
      options.onBug({ event, error: parsed.error })
      return
    }
    const line = eventLine(event, parsed.data)
    if (line.length > LIMITS.brokerMessage) {
      options.onBug({ event, error: new Error(`too large: ${line.length} characters`) })
      return
    }
    for (const fn of listeners) fn({ event, payload: parsed.data, line })
  }
  function flush(event: EventName): void {
    timers.delete(event)
    for (const [key, held] of waiting) {
      if (held.event !== event) continue
      waiting.delete(key)
      send(event, mergeEvents(event, held.payloads))
    }
  }
  function flushAll(): void {
    for (const [event, timer] of timers) {
      clearTimeout(timer)
      flush(event)
    }
  }
  return {
    emit(event, payload) {
      if (listeners.size === 0) return
      const pace = PACE[event]
      if (pace === undefined) {
        // What led to it comes first: the words before the question, the row before the alert.
        flushAll()
        send(event, payload)
        return
      }
      const key = eventKey(event, payload)
      const held = waiting.get(key)
      if (held && event === 'activity') held.payloads.push(payload)
      else waiting.set(key, { event, payloads: [payload] })
      if (!timers.has(event)) timers.set(event, setTimeout(flush, pace, event))
    },
    on(fn) {
      listeners.add(fn)
      return () => listeners.delete(fn)
    },
    close() {
      for (const timer of timers.values()) clearTimeout(timer)
      timers.clear()
      waiting.clear()
      listeners.clear()
    },
  }
}

export function eventLine(event: EventName, payload: unknown): string {
  return JSON.stringify({ t: 'q', m: 'event', a: [{ event, payload }] })
}

/** Events with one key are one thing at different times: a newer one may stand for an older one. */
export function eventKey(event: EventName, payload: unknown): string {
  if (event === 'run') return `run ${(payload as EventPayload<'run'>).id}`
  if (event === 'runItem') {
    const { runId, item } = payload as EventPayload<'runItem'>
    return `runItem ${runId} ${(item as { id?: unknown } | null)?.id}`
  }
  return event
}

/**
 * Payloads of one key, oldest first, as one: the newest; for the log's rows all of them, a row's later form in the
 * place of its earlier one, the newest `MAX_ROWS` at most.
 */
export function mergeEvents(event: EventName, payloads: unknown[]): unknown {
  const newest = payloads.at(-1)
  if (event !== 'activity' || payloads.length === 1) return newest
  const rows = new Map<number, ActivityRow>()
  for (const payload of payloads as EventPayload<'activity'>[]) {
    for (const row of payload.rows) rows.set(row.seq, row)
  }
  return { rows: [...rows.values()].slice(-MAX_ROWS), total: (newest as EventPayload<'activity'>).total }
}
