import type { KeychainStatus } from '../../contract/secret.ts'

/** What the keychain was ready for and did not do all the same (it was slow, or locked just then) is asked for again then. */
const AGAIN_MS = 30_000

/**
 * What waits until the keychain can be used: now, or after it was unlocked. What answers `false` was not done: it is
 * tried again when the keychain has recovered, and now and then.
 */
export function createWhenReady({
  opened,
  onFault,
  againMs = AGAIN_MS,
}: {
  opened: Promise<KeychainStatus>
  onFault(error: unknown): void
  againMs?: number
}) {
  type Work = () => Promise<unknown>
  let waiting: Work[] = []
  let isReady = false
  const start = (work: Work) => void work().then((done) => done === false && wait(work), onFault)
  const ready = () => {
    isReady = true
    const works = waiting
    waiting = []
    for (const work of works) start(work)
  }
  function wait(work: Work): void {
    waiting.push(work)
    setTimeout(ready, againMs).unref()
  }
  opened.then(({ state }) => state === 'ready' && ready(), onFault)
  return {
    ready,
    run(work: Work) {
      if (isReady) start(work)
      else waiting.push(work)
    },
  }
}
