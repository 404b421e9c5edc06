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

export function named(algorithm: unknown): Named {
  const from = (
    typeof algorithm === 'object' && algorithm !== null ? algorithm : { name: algorithm }
  ) as Named
  const name = NAMES.find((known) => known.toLowerCase() === `${from.name}`.toLowerCase())
  if (!name) throw unsupported(from.name)
  return { ...from, name }
}

export function hashName(hash: unknown): string {
  const { name } = named(hash)
  if (!HASHES.includes(name)) throw unsupported(name)
  return name
}

export function secretBits(asked: Named): number {
  const isHmac = asked.name === 'HMAC'
  const length = Number(asked.length ?? (isHmac ? BLOCK[hashName(asked.hash)] : Number.NaN))
  const fits = isHmac ? length > 0 && length % 8 === 0 && length <= 65_536 : [128, 192, 256].includes(length)
  if (!fits) throw fault('OperationError', 'the length of the key')
  return length
}

export function secretAlgorithm(asked: Named, bits: number): KeyAlgorithm {
  const { name } = asked
  if (name === 'PBKDF2' || name === 'HKDF') return { name }
  if (name === 'HMAC') {
    if (bits === 0) throw fault('DataError', 'an empty key')
    return { name, hash: { name: hashName(asked.hash) }, length: bits }
  }
  if (![128, 192, 256].includes(bits)) throw fault('DataError', 'the length of the key')
  return { name, length: bits }
}

export function curveOf(asked: Named): string {
  if (asked.name === 'Ed25519' || asked.name === 'X25519') return asked.name
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
  const list = Array.isArray(usages) ? usages.map((usage) => `${usage}`) : []
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

export function rawToJwk(curve: string, raw: Uint8Array) {
  const side = SIDE[curve]
  if (side === undefined) return { kty: 'OKP', crv: curve, x: toUrl(raw) }
  if (raw.length !== 1 + 2 * side || raw[0] !== 4) throw fault('DataError', 'this is no such key')
  return { kty: 'EC', crv: curve, x: toUrl(raw.slice(1, 1 + side)), y: toUrl(raw.slice(1 + side)) }
}

export function secretOfJwk(jwk: unknown): string {
  const { kty, k } = (jwk ?? {}) as { kty?: unknown; k?: unknown }
  if (kty !== 'oct' || typeof k !== 'string') throw fault('DataError', 'this is no such key')
  return toByteString(fromUrl(k))
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
