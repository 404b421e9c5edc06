/**
 * The broker as the page sees it: is it there, what state is everything in, and the three things a person may always
 * do to all of it: stop, resume, pause. Holds no truth of its own; every state comes from the broker or the shell.
 */
import { createStore, type StoreApi } from 'zustand'
import type { Status } from '../../contract/broker-api.ts'
import type { PageBridge } from '../../contract/shell-ipc.ts'
import { readFault } from './fault.ts'

export interface BrokerLife {
  state: 'ready' | 'starting' | 'silent' | 'down'
  text: string
}
export interface LinkState {
  broker: BrokerLife
  status: Status | null
  /** Set from the press until the broker has answered. */
  stopping: boolean
  /** Why the last stop, resume or pause did not work; empty when it did. */
  fault: string
  /** A drill ends the same, and is marked as one in the record. */
  stop: (agentId?: string, drill?: boolean) => Promise<void>
  resume: (agentId?: string) => Promise<void>
  pause: (paused: boolean, agentId?: string) => Promise<void>
  restart: () => Promise<void>
  follow: () => () => void
}

export function createLinkStore(bridge: PageBridge): StoreApi<LinkState> {
  return createStore<LinkState>((set, get) => {
    const guard = async (work: () => Promise<void>) => {
      set({ fault: '' })
      await work().catch((error: unknown) => set({ fault: readFault(error).text }))
    }
    const setStop = (stop: Status['stop']) => {
      const { status } = get()
      if (status) set({ status: { ...status, stop, state: stop.stopped ? 'stopped' : status.state } })
    }
    const readStatus = () => guard(async () => set({ status: await bridge.call('status.get', {}) }))
    return {
      broker: { state: 'starting', text: '' },
      status: null,
      stopping: false,
      fault: '',
      stop: async (agentId, drill = false) => {
        set({ stopping: true })
        await guard(async () => {
          const receipt = await bridge.call('stop.now', {
            ...(agentId ? { agentId } : {}),
            ...(drill ? { drill } : {}),
          })
          const stop = get().status?.stop
          if (stop && !agentId)
            setStop({ ...stop, stopped: true, since: receipt.at, by: receipt.by, receipt })
        })
        set({ stopping: false })
      },
      resume: (agentId) =>
        guard(async () => setStop(await bridge.call('stop.resume', agentId ? { agentId } : {}))),
      pause: (paused, agentId) =>
        guard(async () =>
          setStop(await bridge.call('pause.set', agentId ? { paused, agentId } : { paused })),
        ),
      restart: () =>
        guard(async () => {
          set({ broker: { state: 'starting', text: '' } })
          await bridge.desktop({ do: 'restartBroker' })
        }),
      follow: () => {
        const take = (broker: BrokerLife) => {
          set(broker.state === 'ready' ? { broker } : { broker, stopping: false })
          if (broker.state === 'ready') void readStatus()
        }
        const offs = [bridge.onBroker(take), bridge.on('status', (status) => set({ status }))]
        bridge.desktop({ do: 'brokerState' }).then(
          (life) => isLife(life) && get().broker.state !== 'ready' && take(life),
          () => {},
        )
        return () => {
          for (const off of offs) off()
        }
      },
    }
  })
}

function isLife(value: unknown): value is BrokerLife {
  if (typeof value !== 'object' || value === null) return false
  const { state, text } = value as { state?: unknown; text?: unknown }
  return ['ready', 'starting', 'silent', 'down'].includes(state as string) && typeof text === 'string'
}
