// Arrays of numbers without end.
// ends: out-of-memory deadline tool-error
// limits: { "wallMs": 3000, "cpuMs": 3000 }
export const main = async () => {
  const kept = []
  for (;;) kept.push(new Array(1e6).fill(1.5))
}
