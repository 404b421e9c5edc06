// Addresses coded and decoded, of megabytes.
// ends: deadline out-of-memory tool-error
export const main = async () => {
  const text = '☀ä/'.repeat(1 << 18)
  for (;;) decodeURIComponent(encodeURIComponent(text))
}
