// Buffers moved from hand to hand, each larger than the one before.
// ends: out-of-memory tool-error
export const main = async () => {
  const kept = []
  let buffer = new ArrayBuffer(1024 * 1024, { maxByteLength: 512 * 1024 * 1024 })
  for (let size = 2; ; size++) {
    buffer = buffer.transfer(size * 1024 * 1024)
    new Uint8Array(buffer).fill(size)
    kept.push(buffer.slice(0))
    await 0
  }
}
