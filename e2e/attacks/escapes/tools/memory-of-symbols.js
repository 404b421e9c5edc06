// Symbols that live as long as the isolate does.
// ends: out-of-memory deadline tool-error
// limits: { "wallMs": 3000, "cpuMs": 3000 }
export const main = async () => {
  for (let i = 0; ; i++) Symbol.for('k'.repeat(500) + i)
}
