// Throws a proxy from behind a top-level wait, where only the engine hears of it.
// ends: tool-error
await new Promise((resolve) => setTimeout(resolve, 5))
throw new Proxy(new Error('x'), {
  get() {
    throw new Error('from a trap')
  },
})
