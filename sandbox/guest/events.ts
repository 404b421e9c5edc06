/** Event and EventTarget, as far as AbortSignal needs them: no bubbling, no capture. */
import { DOMException } from './dom-exception.ts'

let wasStopped: (event: Event) => boolean
/** Runs it with the event under way; throws where it is already, and for what is no event. */
let underWay: (event: Event, fn: () => void) => void

export class Event {
  readonly type: string
  readonly bubbles = false
  readonly cancelable: boolean
  readonly timeStamp = Date.now()
  target: EventTarget | null = null
  #prevented = false
  #stopped = false
  #isUnderWay = false
  constructor(...given: [type?: unknown, init?: { cancelable?: boolean } | null]) {
    if (given.length === 0) throw new TypeError('an event has a type')
    this.type = `${given[0]}`
    this.cancelable = Boolean(given[1]?.cancelable)
  }
  get defaultPrevented() {
    return this.#prevented
  }
  get currentTarget() {
    return this.target
  }
  preventDefault() {
    if (this.cancelable) this.#prevented = true
  }
  stopPropagation() {}
  stopImmediatePropagation() {
    this.#stopped = true
  }
  static {
    wasStopped = (event) => event.#stopped
    underWay = (event, fn) => {
      if (event.#isUnderWay) throw new DOMException('the event is being dispatched', 'InvalidStateError')
      event.#isUnderWay = true
      try {
        fn()
      } finally {
        event.#isUnderWay = false
        event.#stopped = false
      }
    }
  }
}

type Listener = ((event: Event) => unknown) | { handleEvent(event: Event): unknown }
interface Entry {
  type: string
  listener: Listener
  once: boolean
}

export class EventTarget {
  #entries: Entry[] = []

  addEventListener(
    type: string,
    listener: Listener | null,
    options: boolean | { once?: boolean; signal?: EventTarget & { aborted: boolean } } = {},
  ) {
    if (
      listener !== null &&
      listener !== undefined &&
      typeof listener !== 'function' &&
      typeof listener !== 'object'
    )
      throw new TypeError('a listener is a function, or an object with handleEvent')
    if (!listener) return
    const { once = false, signal = undefined } =
      typeof options === 'object' && options !== null ? options : {}
    if (signal?.aborted || this.#entries.some((entry) => entry.type === type && entry.listener === listener))
      return
    this.#entries.push({ type: `${type}`, listener, once })
    signal?.addEventListener('abort', () => this.removeEventListener(type, listener), { once: true })
  }

  removeEventListener(type: string, listener: Listener | null) {
    this.#entries = this.#entries.filter((entry) => entry.type !== type || entry.listener !== listener)
  }

  dispatchEvent(event: Event): boolean {
    underWay(event, () => this.#tell(event))
    return !event.defaultPrevented
  }

  #tell(event: Event) {
    event.target = this
    for (const entry of this.#entries.filter(({ type }) => type === event.type)) {
      if (wasStopped(event)) break
      if (!this.#entries.includes(entry)) continue
      if (entry.once) this.#entries = this.#entries.filter((other) => other !== entry)
      call(entry.listener, event, this)
    }
  }
}

/** A listener that throws does not keep the others from being told; its error is an unhandled rejection. */
function call(listener: Listener, event: Event, target: EventTarget) {
  try {
    if (typeof listener === 'function') listener.call(target, event)
    else listener.handleEvent(event)
  } catch (error) {
    void Promise.reject(error)
  }
}
