import { createStore, type StoreApi } from 'zustand'
import type { ToolLimitCaps } from '../../contract/manifest.ts'
import type { Settings } from '../../contract/settings.ts'
import type { PageBridge } from '../../contract/shell-ipc.ts'
import { readFault } from '../app/fault.ts'
import { mirror } from '../app/mirror.ts'

export interface SettingsState {
  settings: Settings | null
  /** Key to the reason why it can't be changed here. */
  locked: Record<string, string>
  /** What policy files leave of a tool’s limits: nothing here raises them. */
  fileLimits: ToolLimitCaps
  /** Key to why its last change was not taken. */
  faults: Partial<Record<keyof Settings, string>>
  fault: string
  follow: () => () => void
  change: <K extends keyof Settings>(key: K, value: Settings[K]) => Promise<void>
}

export function createSettingsStore(bridge: PageBridge): StoreApi<SettingsState> {
  return createStore<SettingsState>((set, get) => ({
    settings: null,
    locked: {},
    fileLimits: {},
    faults: {},
    fault: '',
    follow: () =>
      mirror({
        bridge,
        event: 'settings',
        load: () => bridge.call('settings.get', {}),
        fromEvent: (told) => told,
        apply: (view) => set({ ...view, fault: '' }),
        fail: (fault) => set({ fault }),
      }),
    change: async (key, value) => {
      const { [key]: _, ...faults } = get().faults
      set({ faults })
      try {
        set(await bridge.call('settings.set', { [key]: value }))
      } catch (error) {
        set({ faults: { ...get().faults, [key]: readFault(error).text } })
      }
    },
  }))
}
