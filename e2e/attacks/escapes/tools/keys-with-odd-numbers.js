// Lengths, rounds and tags that are no numbers, or far too large ones.
// ends: ok deadline
// limits: { "wallMs": 5000 }
export const main = async () => {
  const escaped = []
  const { subtle } = crypto
  const odd = [-1, 0.1, NaN, Infinity, 2 ** 31, 2 ** 53, -0, '8', [256], null, { valueOf: () => 2 ** 40 }]
  const secret = await subtle.importKey('raw', new Uint8Array(8), 'HKDF', false, ['deriveBits', 'deriveKey'])
  const password = await subtle.importKey('raw', new Uint8Array(8), 'PBKDF2', false, ['deriveBits'])
  const cipher = await subtle.generateKey({ name: 'AES-GCM', length: 128 }, false, ['encrypt'])
  const common = { hash: 'SHA-256', salt: new Uint8Array(1), info: new Uint8Array(1) }
  for (const number of odd) {
    const tries = [
      () => subtle.deriveBits({ name: 'HKDF', ...common }, secret, number),
      () => subtle.deriveBits({ name: 'PBKDF2', ...common, iterations: 1 }, password, number),
      () =>
        subtle.deriveKey(
          { name: 'HKDF', ...common },
          secret,
          { name: 'HMAC', hash: 'SHA-1', length: number },
          true,
          ['sign'],
        ),
      () => subtle.generateKey({ name: 'HMAC', hash: 'SHA-1', length: number }, true, ['sign']),
      () => subtle.generateKey({ name: 'AES-CBC', length: number }, true, ['encrypt']),
      () =>
        subtle.encrypt(
          { name: 'AES-GCM', iv: new Uint8Array(12), tagLength: number },
          cipher,
          new Uint8Array(1),
        ),
    ]
    for (const attempt of tries) {
      const made = await attempt().catch(({ name }) => name)
      const bytes = made instanceof ArrayBuffer ? made.byteLength : 0
      if (bytes > 64 * 1024) escaped.push(`${bytes} bytes came of ${String(number)}`)
    }
  }
  return { escaped }
}
