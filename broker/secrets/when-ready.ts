import type { KeychainStatus } from '../../contract/secret.ts'

/** What waits until the keychain can be used: now, or after it was unlocked. */
export function createWhenReady({
  opened,
  onFault,
}: {
  opened: Promise<KeychainStatus>
  onFault(error: unknown): void
}) {
  let waiting: (() => Promise<void>)[] = []
  let isReady = false
  const ready = () => {
    isReady = true
    for (const fn of waiting) fn().catch(onFault)
    waiting = []
  }
  opened.then(({ state }) => state === 'ready' && ready(), onFault)
  return {
    ready,
    run(fn: () => Promise<void>) {
      if (isReady) fn().catch(onFault)
      else waiting.push(fn)
    },
  }
}
