import { createStore, type StoreApi } from 'zustand'
import type { KeychainStatus, SecretInfo } from '../../contract/secret.ts'
import type { PageBridge } from '../../contract/shell-ipc.ts'
import { mirror } from '../app/mirror.ts'

/** Names and rules. A value passes through a field on its way to the keychain and is never kept here. */
export interface SecretsState {
  secrets: SecretInfo[] | null
  keychain: KeychainStatus | null
  /** Since an incident, until a person unlocks them. */
  locked: boolean
  fault: string
  follow: () => () => void
}

export function createSecretsStore(bridge: PageBridge): StoreApi<SecretsState> {
  return createStore<SecretsState>((set) => ({
    secrets: null,
    keychain: null,
    locked: false,
    fault: '',
    follow: () =>
      mirror({
        bridge,
        event: 'secrets',
        load: () => bridge.call('secrets.list', {}),
        fromEvent: (told) => told,
        apply: ({ secrets, keychain, locked }) => set({ secrets, keychain, locked, fault: '' }),
        fail: (fault) => set({ fault }),
        // The keychain may have been locked or unlocked in another window.
        again: (look) => {
          window.addEventListener('focus', look)
          return () => window.removeEventListener('focus', look)
        },
      }),
  }))
}
