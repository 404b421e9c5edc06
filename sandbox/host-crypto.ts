/**
 * Keys and ciphers for the isolate: pure functions over bytes, which cross as characters 0–255. A key is its bytes,
 * which the tool gave or was given; nothing of this process is reachable through it. Everything is checked again here,
 * since tool code could find a way to call this directly, and nothing is ever thrown back in.
 */
import { Buffer } from 'node:buffer'
import process from 'node:process'

const HASHES: Record<string, string> = {
  'SHA-1': 'sha1',
  'SHA-256': 'sha256',
  'SHA-384': 'sha384',
  'SHA-512': 'sha512',
}
const CURVES: Record<string, string> = { 'P-256': 'P-256', 'P-384': 'P-384', 'P-521': 'P-521' }
const POINTS: Record<string, string> = { 'P-256': 'prime256v1', 'P-384': 'secp384r1', 'P-521': 'secp521r1' }
/** Bytes that one derivation gives at most. */
const MOST_DERIVED = 64 * 1024
/** Beyond this the call's own limits would have ended it long before. */
const MOST_ROUNDS = 10_000_000

const loadCrypto = () => process.getBuiltinModule('node:crypto')
const bytes = (text: unknown) => Buffer.from(typeof text === 'string' ? text : '', 'latin1')
const known = (table: Record<string, string>, name: unknown): string => {
  if (typeof name !== 'string' || !Object.hasOwn(table, name)) throw new Error('not supported')
  return table[name] as string
}

interface Params {
  [name: string]: unknown
}
type Act = (params: Params, key: Buffer, data: Buffer, more: Buffer) => Buffer | string | boolean

const ACTS: Record<string, Act> = {
  hmac: ({ hash }, key, data) => loadCrypto().createHmac(known(HASHES, hash), key).update(data).digest(),
  encrypt: (params, key, data) => cipher(params, key, data, true),
  decrypt: (params, key, data) => cipher(params, key, data, false),
  pbkdf2({ hash, salt, iterations, length }, key) {
    if (!isWhole(iterations, 1, MOST_ROUNDS)) throw new Error('iterations')
    if (length === 0) return ''
    return loadCrypto().pbkdf2Sync(key, bytes(salt), iterations, lengthOf(length), known(HASHES, hash))
  },
  hkdf: ({ hash, salt, info, length }, key) =>
    Buffer.from(loadCrypto().hkdfSync(known(HASHES, hash), key, bytes(salt), bytes(info), lengthOf(length))),
  sign(params, key, data) {
    const { createPrivateKey, sign } = loadCrypto()
    const made = createPrivateKey({ key, format: 'der', type: 'pkcs8' })
    return sign(signHash(params), data, { key: made, dsaEncoding: 'ieee-p1363' })
  },
  verify(params, key, data, signature) {
    const { createPublicKey, verify } = loadCrypto()
    const made = createPublicKey({ key, format: 'der', type: 'spki' })
    return verify(signHash(params), data, { key: made, dsaEncoding: 'ieee-p1363' }, signature)
  },
  agree(_params, key, publicKey) {
    const { createPrivateKey, createPublicKey, diffieHellman } = loadCrypto()
    return diffieHellman({
      privateKey: createPrivateKey({ key, format: 'der', type: 'pkcs8' }),
      publicKey: createPublicKey({ key: publicKey, format: 'der', type: 'spki' }),
    })
  },
  generate({ name, curve }) {
    const { generateKeyPairSync } = loadCrypto()
    const der = {
      publicKeyEncoding: { format: 'der', type: 'spki' },
      privateKeyEncoding: { format: 'der', type: 'pkcs8' },
    } as const
    const pair =
      name === 'Ed25519'
        ? generateKeyPairSync('ed25519', der)
        : name === 'X25519'
          ? generateKeyPairSync('x25519', der)
          : generateKeyPairSync('ec', { namedCurve: known(CURVES, curve), ...der })
    return JSON.stringify([pair.publicKey.toString('latin1'), pair.privateKey.toString('latin1')])
  },
  /** A point that is written with one of its two numbers, with both. */
  unfold: ({ curve }, point) =>
    loadCrypto().ECDH.convertKey(
      point,
      known(POINTS, curve),
      undefined,
      undefined,
      'uncompressed',
    ) as unknown as Buffer,
  /** A key as text of the web's JSON form, made into its DER form; refused when it is no key of that kind. */
  fromJwk({ curve, private: isPrivate, jwk }) {
    const { createPrivateKey, createPublicKey } = loadCrypto()
    const key = JSON.parse(String(jwk))
    if (key.crv !== curve) throw new Error('another curve')
    return isPrivate === true
      ? createPrivateKey({ key, format: 'jwk' }).export({ format: 'der', type: 'pkcs8' })
      : createPublicKey({ key, format: 'jwk' }).export({ format: 'der', type: 'spki' })
  },
  /** The web's JSON form of a DER key; also tells whether it is a key of that curve at all. */
  toJwk({ curve, private: isPrivate }, key) {
    const { createPrivateKey, createPublicKey } = loadCrypto()
    const made =
      isPrivate === true
        ? createPrivateKey({ key, format: 'der', type: 'pkcs8' })
        : createPublicKey({ key, format: 'der', type: 'spki' })
    const jwk = made.export({ format: 'jwk' })
    if (jwk.crv !== curve) throw new Error('another curve')
    return JSON.stringify(jwk)
  },
}

/** `=` and the result, or `!` and why not. */
export function subtle(act: unknown, params: unknown, key: unknown, data: unknown, more: unknown): string {
  if (typeof act !== 'string' || !Object.hasOwn(ACTS, act) || typeof params !== 'string')
    return '!not supported'
  try {
    const run = ACTS[act] as Act
    const result = run(JSON.parse(params) as Params, bytes(key), bytes(data), bytes(more))
    return `=${Buffer.isBuffer(result) ? result.toString('latin1') : String(result)}`
  } catch {
    return '!it does not fit'
  }
}

function cipher({ name, iv, additional, tag }: Params, key: Buffer, data: Buffer, seals: boolean): Buffer {
  const { createCipheriv, createDecipheriv } = loadCrypto()
  if (![16, 24, 32].includes(key.length)) throw new Error('key')
  const bits = key.length * 8
  if (name === 'AES-CBC') {
    const made = (seals ? createCipheriv : createDecipheriv)(`aes-${bits}-cbc`, key, bytes(iv))
    return Buffer.concat([made.update(data), made.final()])
  }
  if (name !== 'AES-GCM') throw new Error('not supported')
  const authTagLength = Number(tag)
  const mode = `aes-${bits}-gcm` as 'aes-256-gcm'
  if (seals) {
    const made = createCipheriv(mode, key, bytes(iv), { authTagLength })
    made.setAAD(bytes(additional))
    return Buffer.concat([made.update(data), made.final(), made.getAuthTag()])
  }
  if (data.length < authTagLength) throw new Error('too short')
  const made = createDecipheriv(mode, key, bytes(iv), { authTagLength })
  made.setAAD(bytes(additional))
  made.setAuthTag(data.subarray(data.length - authTagLength))
  return Buffer.concat([made.update(data.subarray(0, data.length - authTagLength)), made.final()])
}

function signHash({ name, hash }: Params): string | null {
  return name === 'Ed25519' ? null : known(HASHES, hash)
}

function lengthOf(length: unknown): number {
  if (!isWhole(length, 0, MOST_DERIVED)) throw new Error('length')
  return length
}

function isWhole(value: unknown, least: number, most: number): value is number {
  return Number.isInteger(value) && (value as number) >= least && (value as number) <= most
}
