/**
 * A stream that is read once, part by part: the part of the web's ReadableStream that a reader needs. It asks for the
 * next part when somebody wants it, and for nothing before.
 */
import { freezeDeep } from './freeze.ts'

export type Part<T> = { done: false; value: T } | { done: true; value: undefined }
export interface StreamSource<T> {
  pull(): Promise<Part<T>>
  cancel(): void
}
export interface StreamReader<T> {
  read(): Promise<Part<T>>
  cancel(reason?: unknown): Promise<void>
  releaseLock(): void
  readonly closed: Promise<void>
}

/** Without locking, for the house's own use. */
export let pullFrom: <T>(stream: ReadableStream<T>) => Promise<Part<T>>
/** It was read from or cancelled. */
export let isDisturbed: (stream: ReadableStream<unknown>) => boolean
/** Every further read rejects with `reason`. */
export let failStream: (stream: ReadableStream<unknown>, reason: unknown) => void

export class ReadableStream<T = Uint8Array<ArrayBuffer>> {
  #source: StreamSource<T> | null
  #reader: object | null = null
  #disturbed = false
  #failed = false
  #reason: unknown
  #settle: () => void = () => {}
  #fail: (reason: unknown) => void = () => {}
  #closed: Promise<void>
  /** Reads come one after the other, in the order in which they were asked for. */
  #last: Promise<unknown> = Promise.resolve()

  constructor(source: StreamSource<T>) {
    if (typeof source?.pull !== 'function' || typeof source.cancel !== 'function')
      throw new TypeError('a stream can not be made here')
    this.#source = source
    this.#closed = new Promise((resolve, reject) => {
      this.#settle = resolve
      this.#fail = reject
    })
    this.#closed.catch(() => {})
  }
  static {
    pullFrom = (stream) => stream.#next()
    isDisturbed = (stream) => stream.#disturbed
    failStream = (stream, reason) => {
      const source = stream.#source
      stream.#end(reason, true)
      source?.cancel()
    }
  }

  get [Symbol.toStringTag]() {
    return 'ReadableStream'
  }
  get locked(): boolean {
    return this.#reader !== null
  }
  getReader(): StreamReader<T> {
    if (this.#reader) throw new TypeError('the stream is locked to a reader already')
    const stream = this
    const held = () => {
      if (stream.#reader !== reader) throw new TypeError('this reader has let go of its stream')
    }
    const reader: StreamReader<T> = {
      async read() {
        held()
        return stream.#next()
      },
      async cancel() {
        held()
        stream.#cancel()
      },
      releaseLock() {
        if (stream.#reader === reader) stream.#reader = null
      },
      get closed() {
        return stream.#closed
      },
    }
    this.#reader = reader
    return reader
  }
  async cancel(_reason?: unknown): Promise<void> {
    if (this.#reader) throw new TypeError('the stream is locked to a reader')
    this.#cancel()
  }
  /** Two streams of the same parts; what only one of them has read is kept for the other. */
  tee(): [ReadableStream<T>, ReadableStream<T>] {
    this.getReader()
    const waiting: [Part<T>[], Part<T>[]] = [[], []]
    const gone = [false, false]
    const branch = (mine: 0 | 1, other: 0 | 1) =>
      new ReadableStream<T>({
        pull: async () => {
          const kept = waiting[mine].shift()
          if (kept) return kept
          const part = await this.#next()
          // The other may have asked for the same part while this one waited.
          if (!gone[other]) waiting[other].push(part)
          const first = waiting[mine].shift()
          if (!first) return part
          waiting[mine].push(part)
          return first
        },
        cancel: () => {
          gone[mine] = true
          waiting[mine] = []
          if (gone[other]) this.#cancel()
        },
      })
    return [branch(0, 1), branch(1, 0)]
  }
  async *values({ preventCancel = false } = {}): AsyncGenerator<T, void> {
    const reader = this.getReader()
    let finished = false
    try {
      for (;;) {
        const part = await reader.read()
        if (part.done) break
        yield part.value
      }
      finished = true
    } finally {
      if (!finished && !preventCancel) this.#cancel()
      reader.releaseLock()
    }
  }
  [Symbol.asyncIterator](): AsyncGenerator<T, void> {
    return this.values()
  }

  #next(): Promise<Part<T>> {
    this.#disturbed = true
    const next = this.#last.then(() => this.#pull())
    this.#last = next.catch(() => {})
    return next
  }
  async #pull(): Promise<Part<T>> {
    if (!this.#source) return this.#ended()
    try {
      const part = await this.#source.pull()
      if (!this.#source) return this.#ended()
      if (part.done) this.#end(undefined, false)
      return part
    } catch (error) {
      // Ended by its reader while it waited: that, and not how the gate then let go of it, is how it ended.
      if (!this.#source) return this.#ended()
      this.#end(error, true)
      throw error
    }
  }
  #ended(): Part<T> {
    if (this.#failed) throw this.#reason
    return { done: true, value: undefined }
  }
  #cancel() {
    this.#disturbed = true
    const source = this.#source
    this.#end(undefined, false)
    source?.cancel()
  }
  #end(reason: unknown, failed: boolean) {
    if (!this.#source) return
    this.#source = null
    this.#failed = failed
    this.#reason = reason
    if (failed) this.#fail(reason)
    else this.#settle()
  }
}
freezeDeep(ReadableStream)
