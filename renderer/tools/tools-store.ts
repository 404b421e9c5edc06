import { createStore, type StoreApi } from 'zustand'
import type { FrozenTool, ToolInfo } from '../../contract/broker-api.ts'
import type { PageBridge } from '../../contract/shell-ipc.ts'
import { readFault } from '../app/fault.ts'

export interface ToolsState {
  tools: ToolInfo[] | null
  /** Tools whose canary turned up. */
  frozen: FrozenTool[]
  fault: string
  follow: () => () => void
}

/** Installed tools, read when the page opens: they change only when one is installed. What is frozen is told at once. */
export function createToolsStore(bridge: PageBridge): StoreApi<ToolsState> {
  return createStore<ToolsState>((set) => ({
    tools: null,
    frozen: [],
    fault: '',
    follow: () => {
      let alive = true
      bridge.call('tools.list', {}).then(
        ({ tools, frozen }) => alive && set({ tools, frozen, fault: '' }),
        (error: unknown) => alive && set({ fault: readFault(error).text }),
      )
      const unfollow = bridge.on('frozenTools', ({ frozen }) => set({ frozen }))
      return () => {
        alive = false
        unfollow()
      }
    },
  }))
}
