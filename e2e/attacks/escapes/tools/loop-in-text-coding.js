// Bytes to text and back, in a decoder that is never told the end.
// ends: deadline out-of-memory tool-error
export const main = async () => {
  const bytes = new Uint8Array(1 << 22).fill(0xe2)
  const decoder = new TextDecoder('utf-8', { fatal: false })
  for (;;) new TextEncoder().encode(decoder.decode(bytes, { stream: true }))
}
