/** How long one waits for the other side. The time in which the tool takes what came does not count. */
export interface Patience {
  /** Aborted when a wait took too long. */
  signal: AbortSignal
  wait(): void
  rest(): void
}

/** @param ms the longest wait; it begins at once */
export function createPatience(ms: number): Patience {
  const control = new AbortController()
  let timer: NodeJS.Timeout | undefined
  const patience: Patience = {
    signal: control.signal,
    wait() {
      clearTimeout(timer)
      timer = setTimeout(() => control.abort(), Math.max(1, Math.round(ms)))
    },
    rest: () => clearTimeout(timer),
  }
  patience.wait()
  return patience
}

/** The same chunks, each waited for that long at most. */
export async function* waitedFor(source: AsyncIterable<Buffer>, patience: Patience): AsyncGenerator<Buffer> {
  patience.wait()
  for await (const chunk of source) {
    patience.rest()
    yield chunk
    patience.wait()
  }
  patience.rest()
}
