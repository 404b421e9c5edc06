// Decodes texts of megabytes in every encoding, which fit; each character must not cost more than itself.
// ends: ok
// limits: { "wallMs": 20000, "cpuMs": 10000 }
export const main = async () => {
  const bytes = new Uint8Array(4_000_000).fill(0xe4)
  const lengths = ['latin1', 'utf-16le', 'utf-16be', 'utf-8'].map(
    (name) => new TextDecoder(name).decode(bytes).length,
  )
  return { escaped: lengths.join() === '4000000,2000000,2000000,4000000' ? [] : [lengths.join()] }
}
