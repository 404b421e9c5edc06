// Leaves rejections lying about, with hostile reasons.
// ends: ok
export const main = async () => {
  for (const reason of [
    undefined,
    null,
    Symbol('x'),
    {
      get stack() {
        throw 1
      },
    },
    new Proxy(
      {},
      {
        get() {
          throw 1
        },
      },
    ),
    () => {},
    'x'.repeat(1e5),
  ])
    void Promise.reject(reason)
  setTimeout(() => {
    throw new Error('from a timer')
  }, 0)
  queueMicrotask(() => {
    throw new Error('from a microtask')
  })
  await new Promise((resolve) => setTimeout(resolve, 10))
  return { escaped: [] }
}
