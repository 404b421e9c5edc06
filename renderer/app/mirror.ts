import type { EventName, EventPayload } from '../../contract/broker-api.ts'
import type { PageBridge } from '../../contract/shell-ipc.ts'
import { readFault } from './fault.ts'

/**
 * Mirrors one truth of the broker: loads it once and then takes every event. An event that comes while the first load
 * is under way is newer than that load's answer, and wins. What changes without an event (a keychain that was locked
 * elsewhere) is loaded anew when `again` says so. Returns the way to end it.
 */
export function mirror<E extends EventName, T>({
  bridge,
  event,
  load,
  fromEvent,
  apply,
  fail,
  again = () => () => {},
}: {
  bridge: PageBridge
  event: E
  load: () => Promise<T>
  fromEvent: (payload: EventPayload<E>) => T
  apply: (value: T) => void
  fail: (text: string) => void
  again?: (look: () => void) => () => void
}): () => void {
  let alive = true
  /** Counts events and loads: the answer of a load stands when nothing has come since it began. */
  let turn = 0
  const off = bridge.on(event, (payload) => {
    turn++
    if (alive) apply(fromEvent(payload))
  })
  const look = () => {
    const mine = ++turn
    load().then(
      (value) => {
        if (alive && turn === mine) apply(value)
      },
      (error: unknown) => {
        if (alive && turn === mine) fail(readFault(error).text)
      },
    )
  }
  look()
  const rest = again(look)
  return () => {
    alive = false
    off()
    rest()
  }
}
