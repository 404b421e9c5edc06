/**
 * Who must hear of an abort. All calls of a run have one signal, and to listen to a signal and to stop again costs
 * several times as much as the rest of a call's book-keeping: so each signal has one listener, which stays for the
 * calls to come.
 */

export interface AbortListeners {
  /** `onAbort` is called once, unless it is removed before. */
  add(signal: AbortSignal, onAbort: () => void): void
  remove(signal: AbortSignal, onAbort: () => void): void
}

/** Signals that are listened to for nobody, at most. */
const KEPT = 16

interface Listener {
  waiting: Set<() => void>
  hear(): void
}

/** `onFault`: one of them threw, which keeps no other from hearing. */
export function shareAbortListeners(onFault: (error: unknown) => void): AbortListeners {
  const listeners = new Map<AbortSignal, Listener>()

  function listen(signal: AbortSignal): Listener {
    if (listeners.size >= KEPT) dropIdle()
    const waiting = new Set<() => void>()
    const hear = () => {
      listeners.delete(signal)
      for (const onAbort of [...waiting]) {
        try {
          onAbort()
        } catch (error) {
          onFault(error)
        }
      }
    }
    signal.addEventListener('abort', hear, { once: true })
    const listener = { waiting, hear }
    listeners.set(signal, listener)
    return listener
  }

  function dropIdle() {
    for (const [signal, { waiting, hear }] of listeners) {
      if (waiting.size > 0) continue
      signal.removeEventListener('abort', hear)
      listeners.delete(signal)
    }
  }

  return {
    add: (signal, onAbort) => {
      const { waiting } = listeners.get(signal) ?? listen(signal)
      waiting.add(onAbort)
    },
    remove: (signal, onAbort) => {
      listeners.get(signal)?.waiting.delete(onAbort)
    },
  }
}
