/** AbortController and AbortSignal. */
import { DOMException } from './dom-exception.ts'
import { Event, EventTarget } from './events.ts'

const MAKER = Symbol('only AbortController and the static functions make signals')
type SetTimer = (fn: () => void, ms: number) => unknown

let trigger: (signal: AbortSignal, reason: unknown) => void

export class AbortSignal extends EventTarget {
  #aborted = false
  #reason: unknown
  onabort: ((event: Event) => unknown) | null = null

  static {
    trigger = (signal, reason) => {
      if (signal.#aborted) return
      signal.#aborted = true
      signal.#reason =
        reason === undefined ? new DOMException('This operation was aborted', 'AbortError') : reason
      const event = new Event('abort')
      signal.dispatchEvent(event)
      signal.onabort?.(event)
    }
  }
  constructor(maker?: symbol) {
    super()
    if (maker !== MAKER) throw new TypeError('Illegal constructor')
  }
  get aborted() {
    return this.#aborted
  }
  get reason() {
    return this.#reason
  }
  throwIfAborted() {
    if (this.#aborted) throw this.#reason
  }
  static abort(reason?: unknown): AbortSignal {
    const signal = new AbortSignal(MAKER)
    trigger(signal, reason)
    return signal
  }
  static any(signals: Iterable<AbortSignal>): AbortSignal {
    const all = [...signals]
    const joined = new AbortSignal(MAKER)
    const aborted = all.find((signal) => signal.aborted)
    if (aborted) trigger(joined, aborted.reason)
    else
      for (const signal of all)
        signal.addEventListener('abort', () => trigger(joined, signal.reason), { once: true })
    return joined
  }
  static timeout(ms: number): AbortSignal {
    const signal = new AbortSignal(MAKER)
    const setTimer = (globalThis as unknown as { setTimeout: SetTimer }).setTimeout
    setTimer(() => trigger(signal, new DOMException('The operation timed out', 'TimeoutError')), ms)
    return signal
  }
}

export class AbortController {
  readonly signal = new AbortSignal(MAKER)
  abort(reason?: unknown) {
    trigger(this.signal, reason)
  }
}
