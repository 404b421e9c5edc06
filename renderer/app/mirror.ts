import type { EventName, EventPayload } from '../../contract/broker-api.ts'
import type { PageBridge } from '../../contract/shell-ipc.ts'
import { readFault } from './fault.ts'

/**
 * Mirrors one truth of the broker: loads it once and then takes every event. An event that comes while the first load
 * is under way is newer than that load's answer, and wins. Returns the way to end it.
 */
export function mirror<E extends EventName, T>({
  bridge,
  event,
  load,
  fromEvent,
  apply,
  fail,
}: {
  bridge: PageBridge
  event: E
  load: () => Promise<T>
  fromEvent: (payload: EventPayload<E>) => T
  apply: (value: T) => void
  fail: (text: string) => void
}): () => void {
  let alive = true
  let told = false
  const off = bridge.on(event, (payload) => {
    told = true
    if (alive) apply(fromEvent(payload))
  })
  load().then(
    (value) => {
      if (alive && !told) apply(value)
    },
    (error: unknown) => {
      if (alive && !told) fail(readFault(error).text)
    },
  )
  return () => {
    alive = false
    off()
  }
}
