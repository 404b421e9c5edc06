// Timers with heavy arguments.
// ends: out-of-memory deadline tool-error
// limits: { "wallMs": 3000, "cpuMs": 3000 }
export const main = async () => {
  for (;;)
    try {
      setTimeout(() => {}, 1e9, new Array(1e5).fill(1))
    } catch {
      await 0
    }
}
