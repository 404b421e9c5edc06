// One buffer of three gigabytes.
// ends: out-of-memory deadline tool-error ok
// limits: { "wallMs": 3000, "cpuMs": 3000 }
export const main = async () => {
  const buffer = new Uint8Array(3e9).fill(1)
  return { escaped: [], length: buffer.length }
}
