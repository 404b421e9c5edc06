// Objects of which no two have the same keys.
// ends: out-of-memory deadline tool-error
// limits: { "wallMs": 3000, "cpuMs": 3000 }
export const main = async () => {
  const kept = []
  for (let i = 0; ; i++) {
    const made = {}
    for (let j = 0; j < 1000; j++) made[`k${i}_${j}`] = j
    kept.push(made)
  }
}
