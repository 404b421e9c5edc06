// Numbers of many megabytes each, kept.
// ends: out-of-memory deadline tool-error
// limits: { "wallMs": 3000 }
export const main = async () => {
  const kept = []
  for (let n = 0n; ; n++) kept.push((1n << 60_000_000n) + n)
}
