// Buffers without end, each touched.
// ends: out-of-memory deadline tool-error
// limits: { "wallMs": 3000, "cpuMs": 3000 }
export const main = async () => {
  const kept = []
  for (;;)
    try {
      kept.push(new Uint8Array(1e6).fill(1))
    } catch {}
}
