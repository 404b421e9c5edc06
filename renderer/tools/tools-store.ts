import { createStore, type StoreApi } from 'zustand'
import type { FrozenTool, PausedTool, ToolInfo } from '../../contract/broker-api.ts'
import type { PageBridge } from '../../contract/shell-ipc.ts'
import { readFault } from '../app/fault.ts'

export interface ToolsState {
  tools: ToolInfo[] | null
  /** Tools whose canary turned up. */
  frozen: FrozenTool[]
  /** Those that a person paused. */
  paused: PausedTool[]
  fault: string
  follow: () => () => void
}

/** Installed tools, read when the page opens: they change only when one is installed. What is frozen or paused is told at once. */
export function createToolsStore(bridge: PageBridge): StoreApi<ToolsState> {
  return createStore<ToolsState>((set) => ({
    tools: null,
    frozen: [],
    paused: [],
    fault: '',
    follow: () => {
      let alive = true
      bridge.call('tools.list', {}).then(
        ({ tools, frozen, paused }) => alive && set({ tools, frozen, paused, fault: '' }),
        (error: unknown) => alive && set({ fault: readFault(error).text }),
      )
      const ends = [
        bridge.on('frozenTools', ({ frozen }) => set({ frozen })),
        bridge.on('pausedTools', ({ paused }) => set({ paused })),
      ]
      return () => {
        alive = false
        for (const end of ends) end()
      }
    },
  }))
}
