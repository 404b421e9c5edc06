import { createStore, type StoreApi } from 'zustand'
import type { ToolInfo } from '../../contract/broker-api.ts'
import type { PageBridge } from '../../contract/shell-ipc.ts'
import { readFault } from '../app/fault.ts'

export interface ToolsState {
  tools: ToolInfo[] | null
  fault: string
  follow: () => () => void
}

/** Installed tools. They change only when one is installed, so the list is read when the page opens. */
export function createToolsStore(bridge: PageBridge): StoreApi<ToolsState> {
  return createStore<ToolsState>((set) => ({
    tools: null,
    fault: '',
    follow: () => {
      let alive = true
      bridge.call('tools.list', {}).then(
        ({ tools }) => alive && set({ tools, fault: '' }),
        (error: unknown) => alive && set({ fault: readFault(error).text }),
      )
      return () => {
        alive = false
      }
    },
  }))
}
