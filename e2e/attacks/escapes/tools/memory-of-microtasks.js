// Promises that pile up.
// ends: out-of-memory deadline tool-error
// limits: { "wallMs": 3000, "cpuMs": 3000 }
export const main = async () => {
  for (;;) Promise.resolve(new Array(100).fill({}))
}
