// Buffers that are detached, shrunk or grown while they are read.
// ends: ok tool-error
export const main = async () => {
  const escaped = []
  const bytes = new Uint8Array(64).fill(7)
  const moved = bytes.buffer.transfer(1024)
  const growing = new Uint8Array(new ArrayBuffer(8, { maxByteLength: 4096 }))
  const lying = Object.defineProperty(new Uint8Array(4), 'byteLength', { value: 2 ** 31 })
  const shrinking = {
    get length() {
      growing.buffer.resize(0)
      return 8
    },
  }
  for (const value of [
    bytes,
    moved,
    growing,
    lying,
    shrinking,
    new DataView(moved),
    moved.transferToFixedLength(),
  ])
    for (const use of [
      (data) => crypto.subtle.digest('SHA-256', data),
      (data) => crypto.getRandomValues(data),
      (data) => new TextDecoder().decode(data),
      (data) => structuredClone(data, { transfer: [data.buffer ?? data] }),
      (data) => new Response(data).arrayBuffer(),
      (data) => sallyport.fs.writeFile({ path: '/ok', data }),
      (data) => crypto.subtle.importKey('raw', data, 'AES-GCM', true, ['encrypt']),
    ]) {
      growing.buffer.resize(8)
      const found = await Promise.try(use, value).catch(() => null)
      const size = found === value ? 0 : (found?.byteLength ?? 0)
      if (size > 4096) escaped.push(`${size} bytes`)
    }
  return { escaped }
}
