/**
 * The part of the web's `crypto.subtle` that is pure computing: HMAC, AES-GCM and -CBC, PBKDF2, HKDF, ECDSA, ECDH,
 * Ed25519, X25519. The work is done in the child around the isolate, over copies of bytes; a key never leaves the
 * realm but by `exportKey`. RSA and key wrapping are not there.
 */

import { bytesOf, fromByteString } from './byte-string.ts'
import {
  curveOf,
  fault,
  fromUrl,
  HASHES,
  hashName,
  isEqual,
  joined,
  mustServe,
  type Named,
  named,
  PAIRED,
  pairedAlgorithm,
  rawToJwk,
  refuse,
  secretAlgorithm,
  secretBits,
  secretOfJwk,
  signing,
  taken,
  toUrl,
  unsupported,
  usagesOf,
} from './crypto-algorithms.ts'
import { bytesOfKey, type CryptoKey, makeKey } from './crypto-key.ts'
import { DOMException } from './dom-exception.ts'
import type { HostCalls } from './endowment.ts'

export function createSubtle(host: HostCalls) {
  function call(act: string, params: object, key: string, data = '', more = ''): string {
    const answer = host.subtle(act, JSON.stringify(params), key, data, more)
    if (answer[0] !== '=') throw fault('OperationError', 'the operation failed')
    return answer.slice(1)
  }

  async function digest(algorithm: unknown, data: unknown): Promise<ArrayBuffer> {
    const { name } = named(algorithm)
    const result = HASHES.includes(name) ? host.digest(name, taken(data)) : ''
    if (result === '') throw unsupported(name)
    return fromByteString(result).buffer
  }

  async function importKey(
    format: unknown,
    data: unknown,
    algorithm: unknown,
    extractable: unknown,
    usages: unknown,
  ): Promise<CryptoKey> {
    const asked = named(algorithm)
    const wanted = usagesOf(usages, asked.name)
    if (PAIRED.includes(asked.name)) return importPaired(format, data, asked, extractable === true, wanted)
    const bytes =
      format === 'raw' ? taken(data) : format === 'jwk' ? secretOfJwk(data) : refuse(`the format ${format}`)
    const algorithmOfKey = secretAlgorithm(asked, bytes.length * 8)
    const derives = asked.name === 'PBKDF2' || asked.name === 'HKDF'
    return makeKey({
      type: 'secret',
      algorithm: algorithmOfKey,
      extractable: extractable === true && !derives,
      usages: wanted,
      bytes,
    })
  }

  function importPaired(
    format: unknown,
    data: unknown,
    asked: Named,
    extractable: boolean,
    usages: string[],
  ): CryptoKey {
    const curve = curveOf(asked)
    const isPrivate =
      format === 'pkcs8' || (format === 'jwk' && typeof (data as { d?: unknown })?.d === 'string')
    const allowed = isPrivate ? ['sign', 'deriveBits', 'deriveKey'] : ['verify']
    if (usages.some((usage) => !allowed.includes(usage)))
      throw fault('SyntaxError', 'usages do not fit the key')
    let bytes: string
    try {
      if (format === 'jwk')
        bytes = call('fromJwk', { curve, private: isPrivate, jwk: JSON.stringify(data) }, '')
      else if (format === 'raw')
        bytes = call(
          'fromJwk',
          { curve, private: false, jwk: JSON.stringify(rawToJwk(curve, bytesOf(data))) },
          '',
        )
      else if (format === 'spki' || format === 'pkcs8') bytes = taken(data)
      else return refuse(`the format ${format}`)
      call('toJwk', { curve, private: isPrivate }, bytes)
    } catch (error) {
      if (error instanceof DOMException && error.name === 'NotSupportedError') throw error
      throw fault('DataError', 'this is no such key')
    }
    return makeKey({
      type: isPrivate ? 'private' : 'public',
      algorithm: pairedAlgorithm(asked.name, curve),
      extractable: extractable || !isPrivate,
      usages,
      bytes,
    })
  }

  async function exportKey(format: unknown, key: CryptoKey): Promise<unknown> {
    const bytes = bytesOfKey(key)
    if (!key.extractable) throw fault('InvalidAccessError', 'this key can not be exported')
    const { type, algorithm } = key
    if (type === 'secret') {
      if (format === 'raw') return fromByteString(bytes).buffer
      if (format === 'jwk')
        return { kty: 'oct', k: toUrl(fromByteString(bytes)), ext: true, key_ops: [...key.usages] }
      return refuse(`the format ${format}`)
    }
    if (format === (type === 'public' ? 'spki' : 'pkcs8')) return fromByteString(bytes).buffer
    const curve = algorithm.namedCurve ?? algorithm.name
    const jwk = JSON.parse(call('toJwk', { curve, private: type === 'private' }, bytes)) as Record<
      string,
      string
    >
    if (format === 'jwk') return { ...jwk, ext: true, key_ops: [...key.usages] }
    if (format !== 'raw' || type !== 'public') return refuse(`the format ${format}`)
    const x = fromUrl(jwk.x as string)
    return jwk.y === undefined ? x.buffer : joined([4], [...x], [...fromUrl(jwk.y)]).buffer
  }

  async function generateKey(algorithm: unknown, extractable: unknown, usages: unknown) {
    const asked = named(algorithm)
    const wanted = usagesOf(usages, asked.name)
    if (PAIRED.includes(asked.name)) {
      const curve = curveOf(asked)
      const [spki, pkcs8] = JSON.parse(call('generate', { name: asked.name, curve }, '')) as [string, string]
      const facts = { algorithm: pairedAlgorithm(asked.name, curve) }
      const usagesFor = (names: string[]) => wanted.filter((usage) => names.includes(usage))
      return {
        publicKey: makeKey({
          ...facts,
          type: 'public',
          extractable: true,
          usages: usagesFor(['verify']),
          bytes: spki,
        }),
        privateKey: makeKey({
          ...facts,
          type: 'private',
          extractable: extractable === true,
          usages: usagesFor(['sign', 'deriveBits', 'deriveKey']),
          bytes: pkcs8,
        }),
      }
    }
    if (wanted.length === 0) throw fault('SyntaxError', 'a key needs a usage')
    const bits = secretBits(asked)
    const bytes = host.random(bits / 8)
    return makeKey({
      type: 'secret',
      algorithm: secretAlgorithm(asked, bits),
      extractable: extractable === true,
      usages: wanted,
      bytes,
    })
  }

  async function sign(algorithm: unknown, key: CryptoKey, data: unknown): Promise<ArrayBuffer> {
    const { name, hash } = signing(algorithm, key, 'sign', 'private')
    const made =
      name === 'HMAC'
        ? call('hmac', { hash }, bytesOfKey(key), taken(data))
        : call('sign', { name, hash }, bytesOfKey(key), taken(data))
    return fromByteString(made).buffer
  }

  async function verify(
    algorithm: unknown,
    key: CryptoKey,
    signature: unknown,
    data: unknown,
  ): Promise<boolean> {
    const { name, hash } = signing(algorithm, key, 'verify', 'public')
    const given = taken(signature)
    if (name === 'HMAC') return isEqual(call('hmac', { hash }, bytesOfKey(key), taken(data)), given)
    return call('verify', { name, hash }, bytesOfKey(key), taken(data), given) === 'true'
  }

  function ciphering(act: 'encrypt' | 'decrypt') {
    return async (algorithm: unknown, key: CryptoKey, data: unknown): Promise<ArrayBuffer> => {
      const asked = named(algorithm)
      mustServe(key, asked.name, act)
      const tag = asked.tagLength === undefined ? 128 : Number(asked.tagLength)
      if (![32, 64, 96, 104, 112, 120, 128].includes(tag)) throw fault('OperationError', 'tagLength')
      const params = {
        name: asked.name,
        iv: taken(asked.iv),
        tag: tag / 8,
        additional: asked.additionalData === undefined ? '' : taken(asked.additionalData),
      }
      return fromByteString(call(act, params, bytesOfKey(key), taken(data))).buffer
    }
  }

  async function deriveBits(algorithm: unknown, key: CryptoKey, length: unknown): Promise<ArrayBuffer> {
    return fromByteString(derive(algorithm, key, length, 'deriveBits')).buffer
  }

  function derive(algorithm: unknown, key: CryptoKey, length: unknown, usage: string): string {
    const asked = named(algorithm)
    mustServe(key, asked.name, usage)
    if (asked.name === 'ECDH' || asked.name === 'X25519') {
      const other = asked.public as CryptoKey
      const publicBytes = bytesOfKey(other)
      const same =
        other.algorithm.name === key.algorithm.name && other.algorithm.namedCurve === key.algorithm.namedCurve
      if (!same || other.type !== 'public') throw fault('InvalidAccessError', 'the other key does not fit')
      const shared = call('agree', {}, bytesOfKey(key), publicBytes)
      if (length === null || length === undefined) return shared
      if (Number(length) % 8 !== 0 || Number(length) / 8 > shared.length)
        throw fault('OperationError', 'length')
      return shared.slice(0, Number(length) / 8)
    }
    if (length === null || length === undefined || Number(length) % 8 !== 0)
      throw fault('OperationError', 'length')
    const common = { hash: hashName(asked.hash), salt: taken(asked.salt), length: Number(length) / 8 }
    return asked.name === 'PBKDF2'
      ? call('pbkdf2', { ...common, iterations: Number(asked.iterations) }, bytesOfKey(key))
      : call('hkdf', { ...common, info: taken(asked.info) }, bytesOfKey(key))
  }

  async function deriveKey(
    algorithm: unknown,
    key: CryptoKey,
    wanted: unknown,
    extractable: unknown,
    usages: unknown,
  ): Promise<CryptoKey> {
    const target = named(wanted)
    const derives = target.name === 'HKDF' || target.name === 'PBKDF2'
    const bytes = derive(algorithm, key, derives ? null : secretBits(target), 'deriveKey')
    return importKey('raw', fromByteString(bytes), wanted, extractable, usages)
  }

  return {
    digest,
    importKey,
    exportKey,
    generateKey,
    sign,
    verify,
    encrypt: ciphering('encrypt'),
    decrypt: ciphering('decrypt'),
    deriveBits,
    deriveKey,
  }
}
