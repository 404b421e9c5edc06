import { createStore, type StoreApi } from 'zustand'
import type { SimulateReport } from '../../contract/broker-api.ts'
import type { PolicyStatus } from '../../contract/policy.ts'
import type { PageBridge } from '../../contract/shell-ipc.ts'
import { readFault } from '../app/fault.ts'
import { mirror } from '../app/mirror.ts'

export interface PolicyState {
  status: PolicyStatus | null
  /** The person's policy file as it is on disk; null until read. */
  saved: string | null
  /** What stands in the editor. */
  draft: string
  report: SimulateReport | null
  busy: boolean
  fault: string
  follow: () => () => void
  loadText: () => Promise<void>
  edit: (draft: string) => void
  simulate: () => Promise<void>
  save: () => Promise<void>
}

export function createPolicyStore(bridge: PageBridge): StoreApi<PolicyState> {
  return createStore<PolicyState>((set, get) => {
    const busy = async (work: () => Promise<Partial<PolicyState>>) => {
      set({ busy: true, fault: '' })
      try {
        set({ busy: false, ...(await work()) })
      } catch (error) {
        set({ busy: false, fault: readFault(error).text })
      }
    }
    return {
      status: null,
      saved: null,
      draft: '',
      report: null,
      busy: false,
      fault: '',
      follow: () =>
        mirror({
          bridge,
          event: 'policy',
          load: () => bridge.call('policy.status', {}),
          fromEvent: (status) => status,
          apply: (status) => set({ status }),
          fail: (fault) => set({ fault }),
        }),
      loadText: () =>
        busy(async () => {
          const { text } = await bridge.call('policy.text', {})
          // What was being written is not thrown away by coming back to the page.
          const untouched = get().draft === (get().saved ?? '')
          return untouched ? { saved: text, draft: text } : { saved: text }
        }),
      edit: (draft) => set({ draft, report: null }),
      simulate: () =>
        busy(async () => ({ report: await bridge.call('policy.simulate', { text: get().draft }) })),
      save: () =>
        busy(async () => {
          const { draft } = get()
          return { status: await bridge.call('policy.save', { text: draft }), saved: draft }
        }),
    }
  })
}
