/** Values from one side to the other, in order, until it is closed. One reader. */
export interface EventQueue<T> extends AsyncIterable<T> {
  push(value: T): void
  close(): void
}

export function createEventQueue<T>(): EventQueue<T> {
  const waiting: T[] = []
  let closed = false
  let wake: (() => void) | null = null
  const stir = () => {
    wake?.()
    wake = null
  }
  return {
    push(value) {
      waiting.push(value)
      stir()
    },
    close() {
      closed = true
      stir()
    },
    async *[Symbol.asyncIterator]() {
      for (;;) {
        for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) yield next
        if (closed) return
        await new Promise<void>((resolve) => {
          wake = resolve
        })
      }
    },
  }
}
