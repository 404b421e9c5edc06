// Fills a list from a source that never ends and never waits.
// ends: deadline out-of-memory
export const main = () =>
  Array.fromAsync({
    async *[Symbol.asyncIterator]() {
      for (;;) yield 0
    },
  })
