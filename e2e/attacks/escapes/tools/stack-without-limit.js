// A stack of as many lines as there is room for, in an error that is thrown, logged and kept.
// ends: tool-error out-of-memory deadline
// limits: { "wallMs": 3000, "cpuMs": 3000 }
export const main = async () => {
  Error.stackTraceLimit = Infinity
  const name = 'f'.repeat(10_000)
  const fall = Object.defineProperty((n) => (n > 0 ? fall(n - 1) : new Error('deep')), 'name', {
    value: name,
  })
  const error = fall(3_000)
  console.error(error)
  Promise.reject(error)
  throw error
}
