/**
 * The names, lengths and usages of `crypto.subtle`, and its faults: what is checked before anything is computed.
 */
import { base64ToBytes, bytesToBase64 } from './base64.ts'
import { bytesOf, toByteString } from './byte-string.ts'
import { bytesOfKey, type CryptoKey, type KeyAlgorithm, type KeyType } from './crypto-key.ts'
import { DOMException } from './dom-exception.ts'

export type Named = { name: string } & Record<string, unknown>
export const HASHES = ['SHA-1', 'SHA-256', 'SHA-384', 'SHA-512']
const BLOCK: Record<string, number> = { 'SHA-1': 512, 'SHA-256': 512, 'SHA-384': 1024, 'SHA-512': 1024 }
const CURVES = ['P-256', 'P-384', 'P-521']
const SIDE: Record<string, number> = { 'P-256': 32, 'P-384': 48, 'P-521': 66 }
const NAMES = [
  'HMAC',
  'AES-GCM',
  'AES-CBC',
  'PBKDF2',
  'HKDF',
  'ECDSA',
  'ECDH',
  'Ed25519',
  'X25519',
  ...HASHES,
]
export const PAIRED = ['ECDSA', 'ECDH', 'Ed25519', 'X25519']
const USAGES: Record<string, string[]> = {
  HMAC: ['sign', 'verify'],
  'AES-GCM': ['encrypt', 'decrypt'],
  'AES-CBC': ['encrypt', 'decrypt'],
  PBKDF2: ['deriveBits', 'deriveKey'],
  HKDF: ['deriveBits', 'deriveKey'],
  ECDSA: ['sign', 'verify'],
  Ed25519: ['sign', 'verify'],
  ECDH: ['deriveBits', 'deriveKey'],
  X25519: ['deriveBits', 'deriveKey'],
}

const MEMBERS = [
  ...['hash', 'length', 'namedCurve', 'iv', 'additionalData', 'tagLength'],
  ...['salt', 'info', 'iterations', 'public'],
]
/** Each member is read once: what is checked is what is used. */
export function named(algorithm: unknown): Named {
  const from = (
    typeof algorithm === 'object' && algorithm !== null ? algorithm : { name: `${algorithm}` }
  ) as Named
  const asked = from.name as unknown
  if (asked === undefined) throw new TypeError('an algorithm has a name')
  const name = NAMES.find((known) => known.toLowerCase() === `${asked}`.toLowerCase())
  if (!name) throw unsupported(asked)
  const found: Named = { name }
  for (const member of MEMBERS) found[member] = from[member]
  return found
}

export function hashName(hash: unknown): string {
  if (hash === undefined) throw new TypeError('a hash is needed')
  const { name } = named(hash)
  if (!HASHES.includes(name)) throw unsupported(name)
  return name
}

export function secretBits(asked: Named): number {
  const isHmac = asked.name === 'HMAC'
  if (!isHmac && !asked.name.startsWith('AES-')) throw unsupported(asked.name)
  if (!isHmac && asked.length === undefined) throw new TypeError('the length of the key is needed')
  const length = Number(asked.length ?? BLOCK[hashName(asked.hash)])
  const fits = isHmac ? length > 0 && length % 8 === 0 && length <= 65_536 : [128, 192, 256].includes(length)
  if (!fits) throw fault('OperationError', 'the length of the key')
  return length
}

export function secretAlgorithm(asked: Named, bits: number): KeyAlgorithm {
  const { name } = asked
  if (name === 'PBKDF2' || name === 'HKDF') return { name }
  if (name === 'HMAC') {
    if (bits === 0) throw fault('DataError', 'an empty key')
    if (asked.length !== undefined && Number(asked.length) !== bits)
      throw fault('DataError', 'the length of the key')
    return { name, hash: { name: hashName(asked.hash) }, length: bits }
  }
  if (![128, 192, 256].includes(bits)) throw fault('DataError', 'the length of the key')
  return { name, length: bits }
}

export function curveOf(asked: Named): string {
  if (asked.name === 'Ed25519' || asked.name === 'X25519') return asked.name
  if (asked.namedCurve === undefined) throw new TypeError('a curve is needed')
  const curve = CURVES.find((known) => known === asked.namedCurve)
  if (!curve) throw unsupported(asked.namedCurve)
  return curve
}

export function pairedAlgorithm(name: string, curve: string): KeyAlgorithm {
  return name === curve ? { name } : { name, namedCurve: curve }
}

export function usagesOf(usages: unknown, name: string): string[] {
  const known = USAGES[name]
  if (!known) throw unsupported(name)
  if (typeof usages !== 'object' || usages === null) throw new TypeError('usages are a list')
  const list = Array.from(usages as Iterable<unknown>, (usage) => `${usage}`)
  if (list.some((usage) => !known.includes(usage)))
    throw fault('SyntaxError', 'usages do not fit the algorithm')
  return known.filter((usage) => list.includes(usage))
}

export function mustServe(key: CryptoKey, name: string, usage: string): void {
  bytesOfKey(key)
  if (key.algorithm.name !== name || !key.usages.includes(usage))
    throw fault('InvalidAccessError', `this key is not for ${usage} with ${name}`)
}

export function signing(algorithm: unknown, key: CryptoKey, usage: string, type: KeyType) {
  const asked = named(algorithm)
  mustServe(key, asked.name, usage)
  if (key.type !== 'secret' && key.type !== type)
    throw fault('InvalidAccessError', `this key does not ${usage}`)
  const hash =
    asked.name === 'HMAC' ? key.algorithm.hash?.name : asked.name === 'ECDSA' ? hashName(asked.hash) : ''
  return { name: asked.name, hash }
}

/** @param unfold makes a point of both its numbers from one that was written with one of them */
export function rawToJwk(curve: string, given: Uint8Array, unfold: (raw: Uint8Array) => Uint8Array) {
  const side = SIDE[curve]
  if (side === undefined) return { kty: 'OKP', crv: curve, x: toUrl(given) }
  const raw = given.length === 1 + side ? unfold(given) : given
  if (raw.length !== 1 + 2 * side || raw[0] !== 4) throw fault('DataError', 'this is no such key')
  return { kty: 'EC', crv: curve, x: toUrl(raw.slice(1, 1 + side)), y: toUrl(raw.slice(1 + side)) }
}

export interface Jwk {
  kty?: unknown
  crv?: unknown
  k?: unknown
  d?: unknown
  alg?: unknown
  use?: unknown
  key_ops?: unknown
  ext?: unknown
}
export function secretOfJwk({ kty, k }: Jwk): string {
  if (kty !== 'oct' || typeof k !== 'string') throw fault('DataError', 'this is no such key')
  try {
    return toByteString(fromUrl(k))
  } catch {
    throw fault('DataError', 'this is no such key')
  }
}

/** A copy of plain data, so that nothing in it changes while it is looked at. */
export function readJwk(jwk: unknown): Jwk {
  if (typeof jwk !== 'object' || jwk === null) throw fault('DataError', 'a JSON web key is an object')
  return JSON.parse(JSON.stringify(jwk)) as Jwk
}

/** What a key says of itself must fit what it is asked for. */
export function checkJwk(jwk: Jwk, asked: Named, extractable: boolean, usages: string[]): void {
  const { use, key_ops: operations, ext, alg } = jwk
  const signs = asked.name === 'HMAC' || asked.name === 'ECDSA' || asked.name === 'Ed25519'
  const fits =
    (usages.length === 0 || use === undefined || use === (signs ? 'sig' : 'enc')) &&
    (ext !== false || !extractable) &&
    (operations === undefined || holdsAll(operations, usages))
  if (!fits) throw fault('DataError', 'the key is for something else')
  const names = jwkNames(asked, jwk)
  if (alg !== undefined && names.length > 0 && !names.includes(alg))
    throw fault('DataError', 'the key is for another algorithm')
}

function holdsAll(operations: unknown, usages: string[]): boolean {
  if (!Array.isArray(operations) || new Set(operations).size < operations.length) return false
  return usages.every((usage) => operations.includes(usage))
}

const SIGNERS: Record<string, string> = { 'P-256': 'ES256', 'P-384': 'ES384', 'P-521': 'ES512' }
/** What a key of this algorithm may be called in its JSON form; the first is what we write. */
export function jwkNames(asked: Named | KeyAlgorithm, { k, crv }: Jwk): unknown[] {
  const { name, hash } = asked
  if (name === 'HMAC') return [`HS${hashName(hash).slice(4)}`]
  if (name === 'AES-GCM' || name === 'AES-CBC') return [`A${fromUrl(`${k}`).length * 8}${name.slice(4)}`]
  if (name === 'Ed25519') return ['Ed25519', 'EdDSA']
  return name === 'ECDSA' ? [SIGNERS[`${crv}`]] : []
}

export function toUrl(bytes: Uint8Array): string {
  return bytesToBase64(bytes).replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '')
}
export function fromUrl(text: string): Uint8Array<ArrayBuffer> {
  return base64ToBytes(text.replaceAll('-', '+').replaceAll('_', '/'))
}

export function joined(...parts: number[][]): Uint8Array<ArrayBuffer> {
  return new Uint8Array(parts.flat())
}

export function taken(data: unknown): string {
  return toByteString(bytesOf(data))
}

/** Whole, whatever differs first. */
export function isEqual(a: string, b: string): boolean {
  let differ = a.length ^ b.length
  for (let at = 0; at < a.length; at++) differ |= a.charCodeAt(at) ^ b.charCodeAt(at)
  return differ === 0
}

export function refuse(what: string): never {
  throw fault('NotSupportedError', `${what} is not available`)
}
export function unsupported(name: unknown) {
  return fault('NotSupportedError', `${name} is not available; ${NAMES.join(', ')} are`)
}
export function fault(name: string, message: string) {
  return new DOMException(message, name)
}
