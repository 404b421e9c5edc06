// Keeps the child busy with hashing.
// ends: deadline out-of-memory
// limits: { "wallMs": 600 }
export const main = async () => {
  const data = new Uint8Array(1e7)
  for (;;) await crypto.subtle.digest('SHA-512', data)
}
