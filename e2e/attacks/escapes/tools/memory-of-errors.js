// Errors with deep stacks.
// ends: out-of-memory deadline tool-error
// limits: { "wallMs": 3000, "cpuMs": 3000 }
export const main = async () => {
  Error.stackTraceLimit = 1e6
  const kept = []
  const dive = (n) => (n ? dive(n - 1) : kept.push(new Error('x')))
  for (;;) dive(1000)
}
