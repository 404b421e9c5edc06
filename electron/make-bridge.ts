/**
 * The page's side of the shell, as both preload scripts put it into their page. It runs in the preload's own world:
 * functions and plain values cross to the page, never Electron's objects.
 */
import { ipcRenderer } from 'electron'
import type { EventName, EventPayload } from '../contract/broker-api.ts'
import { CHANNELS } from '../contract/channels.ts'
import type { BrokerState, DesktopCall, PageBridge } from '../contract/shell-ipc.ts'

type Reply = { ok: true; value: unknown } | { ok: false; fault: { code: string; text: string } }

/** @param channel where this window's calls go */
export function makeBridge(channel: string): PageBridge {
  const listeners = new Map<string, Set<(payload: unknown) => void>>()
  const brokerListeners = new Set<(state: BrokerState) => void>()
  ipcRenderer.on(CHANNELS.event, (_event, message: { event: string; payload: unknown }) => {
    for (const fn of listeners.get(message.event) ?? []) fn(message.payload)
  })
  ipcRenderer.on(CHANNELS.broker, (_event, state: BrokerState) => {
    for (const fn of brokerListeners) fn(state)
  })
  const invoke = async (on: string, message: unknown) => {
    const reply: Reply = await ipcRenderer.invoke(on, message)
    // A plain object: contextBridge strips an Error of everything but its message.
    if (!reply.ok) throw reply.fault
    return reply.value
  }
  const desktop = (call: DesktopCall) => invoke(CHANNELS.desktop, call)
  const bridge: PageBridge = {
    call: (method, params) => invoke(channel, { method, params: params ?? {} }) as never,
    on<E extends EventName>(event: E, fn: (payload: EventPayload<E>) => void) {
      const mine = listeners.get(event) ?? new Set()
      listeners.set(event, mine.add(fn as (payload: unknown) => void))
      return () => void mine.delete(fn as (payload: unknown) => void)
    },
    onBroker(fn) {
      brokerListeners.add(fn)
      void desktop({ do: 'brokerState' }).then(
        (state) => fn(state as BrokerState),
        () => {},
      )
      return () => void brokerListeners.delete(fn)
    },
    desktop,
    platform: process.platform as PageBridge['platform'],
  }
  return bridge
}
