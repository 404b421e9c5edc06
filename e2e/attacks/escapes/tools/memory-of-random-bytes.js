// Random bytes from the child, kept.
// ends: out-of-memory deadline tool-error
// limits: { "wallMs": 3000, "cpuMs": 3000 }
export const main = async () => {
  const kept = []
  for (;;) kept.push(crypto.getRandomValues(new Uint8Array(65536)))
}
