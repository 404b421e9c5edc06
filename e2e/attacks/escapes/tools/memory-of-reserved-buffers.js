// Reserves four gigabytes of address space for each of its buffers, and fills and empties one of them.
// ends: deadline out-of-memory tool-error
export const main = async () => {
  const all = []
  for (;;) {
    const buffer = new ArrayBuffer(0, { maxByteLength: 2 ** 32 })
    buffer.resize(2 ** 20)
    new Uint8Array(buffer).fill(1)
    buffer.resize(0)
    all.push(buffer)
  }
}
