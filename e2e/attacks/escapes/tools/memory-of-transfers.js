// Buffers that grow as they change hands.
// ends: out-of-memory deadline tool-error
// limits: { "wallMs": 3000 }
export const main = async () => {
  const kept = []
  for (let size = 1 << 20; ; size += 1 << 20) {
    let buffer = new ArrayBuffer(1 << 10, { maxByteLength: 1 << 28 })
    try {
      buffer = buffer.transfer(size)
    } catch {}
    try {
      buffer.resize?.(1 << 26)
    } catch {}
    new Uint8Array(buffer).fill(1)
    kept.push(structuredClone(buffer, { transfer: [buffer] }))
  }
}
