// A derived key that takes for ever, in native code.
// ends: deadline
// limits: { "wallMs": 800, "cpuMs": 800 }
export const main = async () => {
  const key = await crypto.subtle.importKey('raw', new Uint8Array(8), 'PBKDF2', false, ['deriveBits'])
  for (;;)
    await crypto.subtle.deriveBits(
      { name: 'PBKDF2', hash: 'SHA-512', salt: new Uint8Array(8), iterations: 10_000_000 },
      key,
      512,
    )
}
