/**
 * The part of the web's `crypto.subtle` that is pure computing: HMAC, AES-GCM and -CBC, PBKDF2, HKDF, ECDSA, ECDH,
 * Ed25519, X25519. The work is done in the child around the isolate, over copies of bytes; a key never leaves the
 * realm but by `exportKey`. RSA and key wrapping are not there.
 */

import { bytesOf, fromByteString, toByteString } from './byte-string.ts'
import {
  checkJwk,
  curveOf,
  fault,
  fromUrl,
  HASHES,
  hashName,
  isEqual,
  type Jwk,
  joined,
  jwkNames,
  mustServe,
  type Named,
  named,
  PAIRED,
  pairedAlgorithm,
  rawToJwk,
  readJwk,
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
    const open = Boolean(extractable)
    const jwk = format === 'jwk' ? readJwk(data) : null
    if (PAIRED.includes(asked.name)) return importPaired(format, jwk ?? data, asked, open, wanted)
    const derives = asked.name === 'PBKDF2' || asked.name === 'HKDF'
    if (format !== 'raw' && (!jwk || derives)) return refuse(`the format ${format}`)
    const bytes = jwk ? secretOfJwk(jwk) : taken(data)
    mustServeSomething(wanted)
    if (derives && open) throw fault('SyntaxError', `a key for ${asked.name} is not extractable`)
    if (jwk) checkJwk(jwk, asked, open, wanted)
    const algorithmOfKey = secretAlgorithm(asked, bytes.length * 8)
    return makeKey({ type: 'secret', algorithm: algorithmOfKey, extractable: open, usages: wanted, bytes })
  }

  function importPaired(
    format: unknown,
    data: unknown,
    asked: Named,
    extractable: boolean,
    usages: string[],
  ): CryptoKey {
    const curve = curveOf(asked)
    const jwk = format === 'jwk' ? (data as Jwk) : null
    const isPrivate = format === 'pkcs8' || typeof jwk?.d === 'string'
    const allowed = isPrivate ? ['sign', 'deriveBits', 'deriveKey'] : ['verify']
    if (usages.some((usage) => !allowed.includes(usage)))
      throw fault('SyntaxError', 'usages do not fit the key')
    if (isPrivate) mustServeSomething(usages)
    if (jwk) checkJwk(jwk, asked, extractable, usages)
    let bytes: string
    try {
      const unfold = (raw: Uint8Array) => fromByteString(call('unfold', { curve }, toByteString(raw)))
      if (jwk) bytes = call('fromJwk', { curve, private: isPrivate, jwk: JSON.stringify(jwk) }, '')
      else if (format === 'raw') {
        const made = rawToJwk(curve, bytesOf(data), unfold)
        bytes = call('fromJwk', { curve, private: false, jwk: JSON.stringify(made) }, '')
      } else if (format === 'spki' || format === 'pkcs8') bytes = taken(data)
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
    const { type, algorithm } = key
    if (algorithm.name === 'PBKDF2' || algorithm.name === 'HKDF') return refuse('exporting such a key')
    if (!key.extractable) throw fault('InvalidAccessError', 'this key can not be exported')
    if (type === 'secret') {
      if (format === 'raw') return fromByteString(bytes).buffer
      if (format !== 'jwk') return refuse(`the format ${format}`)
      return toJwk(key, { kty: 'oct', k: toUrl(fromByteString(bytes)) })
    }
    if (format === (type === 'public' ? 'spki' : 'pkcs8')) return fromByteString(bytes).buffer
    const curve = algorithm.namedCurve ?? algorithm.name
    const jwk = JSON.parse(call('toJwk', { curve, private: type === 'private' }, bytes)) as Record<
      string,
      string
    >
    if (format === 'jwk') return toJwk(key, jwk)
    if (format !== 'raw' || type !== 'public')
      throw fault('InvalidAccessError', `a ${type} key has no format ${format}`)
    const x = fromUrl(jwk.x as string)
    return jwk.y === undefined ? x.buffer : joined([4], [...x], [...fromUrl(jwk.y)]).buffer
  }

  async function generateKey(algorithm: unknown, extractable: unknown, usages: unknown) {
    const asked = named(algorithm)
    const wanted = usagesOf(usages, asked.name)
    if (PAIRED.includes(asked.name)) {
      const curve = curveOf(asked)
      const forPrivate = wanted.filter((usage) => usage !== 'verify')
      mustServeSomething(forPrivate)
      const [spki, pkcs8] = JSON.parse(call('generate', { name: asked.name, curve }, '')) as [string, string]
      const facts = { algorithm: pairedAlgorithm(asked.name, curve) }
      return {
        publicKey: makeKey({
          ...facts,
          type: 'public',
          extractable: true,
          usages: wanted.filter((usage) => usage === 'verify'),
          bytes: spki,
        }),
        privateKey: makeKey({
          ...facts,
          type: 'private',
          extractable: Boolean(extractable),
          usages: forPrivate,
          bytes: pkcs8,
        }),
      }
    }
    const bits = secretBits(asked)
    mustServeSomething(wanted)
    const bytes = host.random(bits / 8)
    return makeKey({
      type: 'secret',
      algorithm: secretAlgorithm(asked, bits),
      extractable: Boolean(extractable),
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
      return firstBits(shared, Math.trunc(Number(length)))
    }
    if (length === null || length === undefined || Number(length) % 8 !== 0)
      throw fault('OperationError', 'length')
    const common = { hash: hashName(asked.hash), salt: taken(asked.salt), length: Number(length) / 8 }
    const iterations = Math.trunc(Number(asked.iterations))
    return asked.name === 'PBKDF2'
      ? call('pbkdf2', { ...common, iterations }, bytesOfKey(key))
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

/** What a key of ours says in the web's JSON form. */
function toJwk(key: CryptoKey, parts: Record<string, unknown>) {
  const [alg] = key.algorithm.name === 'ECDSA' ? [] : jwkNames(key.algorithm, parts)
  return { ...parts, ...(alg ? { alg } : {}), ext: key.extractable, key_ops: [...key.usages] }
}

function mustServeSomething(usages: readonly string[]): void {
  if (usages.length === 0) throw fault('SyntaxError', 'a key needs a usage')
}

/** What is left of the last byte is zero. */
function firstBits(bytes: string, bits: number): string {
  if (!(bits >= 0 && bits <= bytes.length * 8)) throw fault('OperationError', 'length')
  const whole = bytes.slice(0, bits >> 3)
  const left = bits & 7
  return left === 0 ? whole : whole + String.fromCharCode(bytes.charCodeAt(bits >> 3) & (0xff << (8 - left)))
}
