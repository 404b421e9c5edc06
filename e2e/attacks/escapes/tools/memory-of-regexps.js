// Compiled patterns without end.
// ends: out-of-memory deadline tool-error
// limits: { "wallMs": 3000, "cpuMs": 3000 }
export const main = async () => {
  const kept = []
  for (let i = 0; ; i++) {
    const pattern = new RegExp('(?:a|b){' + (i % 1000) + '}' + i)
    pattern.test('ab')
    kept.push(pattern)
  }
}
