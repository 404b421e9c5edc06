// Keys that are none of those on offer, or say that they are another, on their way to native code.
// ends: ok
// limits: { "wallMs": 20000, "cpuMs": 10000 }
export const main = async () => {
  const escaped = []
  const p256 = { name: 'ECDSA', namedCurve: 'P-256' }
  const digits = (length) => 'A'.repeat(length)
  const kinds = [
    { kty: 'RSA', crv: 'P-256', n: digits(40_000), e: 'AQAB' },
    { kty: 'EC', crv: 'secp256k1', x: digits(43), y: digits(43) },
    { kty: 'EC', crv: 'P-256', x: digits(43), y: digits(43) },
    { kty: 'EC', crv: 'P-256', x: digits(50_000), y: digits(43) },
    { kty: 'OKP', crv: 'Ed448', x: digits(76) },
    { kty: 'OKP', crv: 'P-256', x: digits(43) },
    { kty: 'oct', crv: 'P-256', k: digits(43) },
    { kty: 'AKP', crv: 'P-256', alg: 'ML-DSA-44', pub: digits(1750) },
    { kty: 'EC', crv: 'P-256', x: { length: 43 }, y: [] },
    { kty: '__proto__', crv: 'P-256' },
  ]
  for (const kind of kinds) {
    const made = await crypto.subtle.importKey('jwk', kind, p256, true, ['verify']).catch(({ name }) => name)
    if (typeof made !== 'string') escaped.push(`${kind.kty} ${kind.crv} was taken`)
  }
  // An RSA key, one on a curve that is not offered, one behind a password, and rubbish.
  const encodings = [
    '305c300d06092a864886f70d0101010500034b003048024100',
    '3056301006072a8648ce3d020106052b8104000a034200',
    '3081913035060a2a864886f70d010c01033027',
    'ff'.repeat(10_000),
    '',
  ]
  for (const text of encodings)
    for (const [format, usage] of [
      ['spki', 'verify'],
      ['pkcs8', 'sign'],
      ['raw', 'verify'],
    ]) {
      const bytes = Uint8Array.fromHex(text)
      const made = await crypto.subtle.importKey(format, bytes, p256, true, [usage]).catch(({ name }) => name)
      if (typeof made !== 'string') escaped.push(`${format} ${text.slice(0, 20)} was taken`)
    }
  return { escaped }
}
