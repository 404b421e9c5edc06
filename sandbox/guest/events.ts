/** Event and EventTarget, as far as AbortSignal needs them: no bubbling, no capture. */

let wasStopped: (event: Event) => boolean

export class Event {
  readonly type: string
  readonly cancelable: boolean
  readonly timeStamp = Date.now()
  target: EventTarget | null = null
  #prevented = false
  #stopped = false
  constructor(type: string, init: { cancelable?: boolean } = {}) {
    this.type = `${type}`
    this.cancelable = Boolean(init.cancelable)
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
    event.target = this
    for (const entry of this.#entries.filter(({ type }) => type === event.type)) {
      if (!this.#entries.includes(entry)) continue
      if (entry.once) this.#entries = this.#entries.filter((other) => other !== entry)
      call(entry.listener, event, this)
      if (wasStopped(event)) break
    }
    return !event.defaultPrevented
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
