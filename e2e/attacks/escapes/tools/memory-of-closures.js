// Closures that keep each other.
// ends: out-of-memory deadline tool-error
// limits: { "wallMs": 3000, "cpuMs": 3000 }
export const main = async () => {
  let last = null
  for (;;) {
    const before = last
    const data = new Array(100).fill(0)
    last = () => [before, data]
  }
}
