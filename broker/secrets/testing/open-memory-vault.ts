/** The real vault over documents and a keychain in memory, for tests that are not about these. */
import { ok } from '../../../contract/outcome.ts'
import type { KeychainStatus } from '../../../contract/secret.ts'
import { createVault, type VaultParts } from '../vault.ts'

export function openMemoryVault({
  clock,
  watch = () => {},
}: Pick<VaultParts, 'clock'> & Partial<VaultParts>) {
  const documents = new Map<string, unknown>()
  const kept = new Map<string, string>()
  const status: KeychainStatus = { state: 'ready', name: 'Test', text: '' }
  return createVault({
    store: {
      get: (_kind, id) => structuredClone(documents.get(id)),
      put: (_kind, id, value) => void documents.set(id, structuredClone(value)),
      delete: (_kind, id) => void documents.delete(id),
      list: () => [...documents].map(([id, value]) => ({ id, value })),
    },
    keychain: {
      status: async () => status,
      unlock: async () => status,
      get: async (account) => ok(kept.get(account) ?? null),
      set: async (account, value) => ok(Boolean(kept.set(account, value)) as true),
      delete: async (account) => ok(kept.delete(account)),
      onRecovered: () => () => {},
      close() {},
    },
    clock,
    watch,
  })
}
