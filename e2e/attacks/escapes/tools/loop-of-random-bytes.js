// Asks the box's own process for random bytes without rest.
// ends: deadline out-of-memory
export const main = async () => {
  const bytes = new Uint8Array(65_536)
  for (;;) {
    crypto.getRandomValues(bytes)
    crypto.randomUUID()
  }
}
