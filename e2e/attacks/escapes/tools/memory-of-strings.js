// Flat strings without end.
// ends: out-of-memory deadline tool-error
// limits: { "wallMs": 3000, "cpuMs": 3000 }
export const main = async () => {
  const kept = []
  for (let i = 0; ; i++) kept.push(('x'.repeat(1e6) + i).split('').join(''))
}
