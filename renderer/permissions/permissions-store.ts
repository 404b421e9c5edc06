import { createStore, type StoreApi } from 'zustand'
import type { Digest } from '../../contract/broker-api.ts'
import type { Grant } from '../../contract/grant.ts'
import type { PageBridge } from '../../contract/shell-ipc.ts'
import { readFault } from '../app/fault.ts'
import { mirror } from '../app/mirror.ts'

export interface PermissionsState {
  grants: Grant[] | null
  digest: Digest | null
  fault: string
  follow: () => () => void
  loadDigest: () => Promise<void>
  revoke: (id: string) => Promise<Grant>
}

export function createPermissionsStore(bridge: PageBridge): StoreApi<PermissionsState> {
  return createStore<PermissionsState>((set, get) => ({
    grants: null,
    digest: null,
    fault: '',
    follow: () =>
      mirror({
        bridge,
        event: 'grants',
        load: async () => (await bridge.call('grants.list', {})).grants,
        fromEvent: ({ grants }) => grants,
        apply: (grants) => set({ grants, fault: '' }),
        fail: (fault) => set({ fault }),
      }),
    loadDigest: async () => {
      try {
        set({ digest: await bridge.call('digest.get', {}) })
      } catch (error) {
        set({ fault: readFault(error).text })
      }
    },
    revoke: async (id) => {
      const revoked = await bridge.call('grants.revoke', { id })
      const { grants } = get()
      if (grants) set({ grants: grants.map((grant) => (grant.id === id ? revoked : grant)) })
      return revoked
    },
  }))
}

/** In force now: not revoked, and its end not reached. A grant for a run ends with the run, which the broker tells by revoking it. */
export function isInForce(grant: Grant, now: number): boolean {
  if (grant.revokedAt !== null) return false
  if (grant.end.kind === 'until') return grant.end.at > now
  if (grant.end.kind === 'unused') {
    const since = grant.lastUse ?? grant.madeAt
    return since + grant.end.days * 86_400_000 > now
  }
  return true
}
