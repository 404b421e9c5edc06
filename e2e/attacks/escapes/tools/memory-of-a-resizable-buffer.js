// A buffer that grows past what the engine counts.
// ends: out-of-memory deadline tool-error
// limits: { "wallMs": 3000, "cpuMs": 3000 }
export const main = async () => {
  const buffer = new ArrayBuffer(0, { maxByteLength: 4e9 })
  for (let size = 1e7; ; size += 1e7) {
    buffer.resize(size)
    new Uint8Array(buffer).fill(1, size - 1e7)
  }
}
