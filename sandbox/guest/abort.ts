/** AbortController and AbortSignal. */
import { DOMException } from './dom-exception.ts'
import { Event, EventTarget } from './events.ts'

const MAKER = Symbol('only AbortController and the static functions make signals')
type SetTimer = (fn: () => void, ms: number) => unknown

let trigger: (signal: AbortSignal, reason: unknown) => void

export class AbortSignal extends EventTarget {
  #aborted = false
  #reason: unknown
  #onabort: ((event: Event) => unknown) | null = null
  /** Signals that follow this one; they are told after its own listeners. */
  #followers = new Set<AbortSignal>()
  #sources = new Set<AbortSignal>()

  static {
    trigger = (signal, reason) => {
      if (signal.#aborted) return
      signal.#aborted = true
      signal.#reason =
        reason === undefined ? new DOMException('This operation was aborted', 'AbortError') : reason
      const followers = [...signal.#followers].filter((follower) => !follower.#aborted)
      signal.#followers.clear()
      for (const follower of followers) {
        follower.#aborted = true
        follower.#reason = signal.#reason
      }
      for (const aborted of [signal, ...followers]) aborted.dispatchEvent(new Event('abort'))
    }
  }
  constructor(maker?: symbol) {
    super()
    if (maker !== MAKER) throw new TypeError('Illegal constructor')
  }
  get onabort() {
    return this.#onabort
  }
  set onabort(fn: unknown) {
    if (this.#onabort) this.removeEventListener('abort', this.#callOnabort)
    this.#onabort = typeof fn === 'function' ? (fn as (event: Event) => unknown) : null
    if (this.#onabort) this.addEventListener('abort', this.#callOnabort)
  }
  readonly #callOnabort = (event: Event) => this.#onabort?.call(this, event)
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
    if (!all.every((signal) => typeof signal === 'object' && signal !== null && #aborted in signal))
      throw new TypeError('any takes AbortSignals')
    const joined = new AbortSignal(MAKER)
    const aborted = all.find((signal) => signal.aborted)
    if (aborted) trigger(joined, aborted.reason)
    else for (const signal of all) signal.#follow(joined)
    return joined
  }
  /** What a follower is followed by follows the first one itself, so that all are told in one go. */
  #follow(follower: AbortSignal) {
    for (const source of this.#sources.size > 0 ? this.#sources : [this]) {
      source.#followers.add(follower)
      follower.#sources.add(source)
    }
  }
  static timeout(ms: number): AbortSignal {
    if (typeof ms !== 'number') throw new TypeError('a timeout is a number of milliseconds')
    if (!Number.isInteger(ms) || ms < 0 || ms > 0xffff_ffff)
      throw new RangeError('a timeout is a whole number of milliseconds, at most 4294967295')
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
