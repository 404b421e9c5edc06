// Clones of clones.
// ends: out-of-memory deadline tool-error
// limits: { "wallMs": 3000, "cpuMs": 3000 }
export const main = async () => {
  let value = { list: new Array(1000).fill('x') }
  const kept = []
  for (;;) {
    value = structuredClone({ a: value, b: value })
    kept.push(structuredClone(value))
  }
}
