import { useAct, useStores } from '../app/stores.ts'

/** Revokes one secret, or all of them, and says whose value the keychain did not delete. */
export function useRevoke(): (name?: string) => Promise<void> {
  const { bridge, toasts } = useStores()
  const act = useAct()
  return async (name) => {
    const done = await act(name === undefined ? 'They were not revoked' : 'It was not revoked', () =>
      bridge.call('secrets.revoke', name === undefined ? {} : { name }),
    )
    if (!done || done.kept.length === 0) return
    toasts.getState().push({
      tone: 'fault',
      title: 'Revoked, but the keychain kept a value',
      text: `Nobody can use ${done.kept.join(', ')} any more, but the keychain did not delete the value. Delete it here when the keychain works again.`,
    })
  }
}
