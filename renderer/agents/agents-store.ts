import { createStore, type StoreApi } from 'zustand'
import type { Agent, ExposureLine } from '../../contract/agent.ts'
import type { PageBridge } from '../../contract/shell-ipc.ts'
import { readFault } from '../app/fault.ts'
import { mirror } from '../app/mirror.ts'

export interface Exposure {
  agentId: string
  lines: ExposureLine[]
  lastChange: string
}
export interface AgentsState {
  /** Null until the first list has come. */
  agents: Agent[] | null
  exposure: Exposure | null
  fault: string
  follow: () => () => void
  loadExposure: (agentId: string) => Promise<void>
}

export function createAgentsStore(bridge: PageBridge): StoreApi<AgentsState> {
  return createStore<AgentsState>((set, get) => ({
    agents: null,
    exposure: null,
    fault: '',
    follow: () =>
      mirror({
        bridge,
        event: 'agents',
        load: async () => (await bridge.call('agents.list', {})).agents,
        fromEvent: ({ agents }) => agents,
        apply: (agents) => set({ agents, fault: '' }),
        fail: (fault) => set({ fault }),
      }),
    loadExposure: async (agentId) => {
      if (get().exposure?.agentId !== agentId) set({ exposure: null })
      try {
        const { lines, lastChange } = await bridge.call('agents.exposure', { id: agentId })
        set({ exposure: { agentId, lines, lastChange } })
      } catch (error) {
        set({ fault: readFault(error).text })
      }
    },
  }))
}
