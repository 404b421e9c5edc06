// The isolate's crypto.subtle beside Node's: the same program runs in both, each with the other's results.
import { webcrypto } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import type { Json } from '../../contract/words.ts'
import { openSharedLane } from '../../e2e/fixtures/open-shared-lane.ts'
import { callTool, makeTool } from '../../e2e/fixtures/open-test-lane.ts'

const { lane } = await openSharedLane()

const KIT = `
  const hex = (data) => new Uint8Array(data).toHex()
  const bytes = (text) => new TextEncoder().encode(text)
  const un = (text) => Uint8Array.fromHex(text)
  const name = async (act) => { try { await act(); return 'done' } catch (error) { return error.name } }
  const s = crypto.subtle;`
/** The same text, run in the isolate and here. */
async function both(body: string, input: Json = {}): Promise<[Json, Json]> {
  const { outcome } = await callTool(
    lane,
    makeTool(`export const main = async (input) => { ${KIT} ${body} }`),
    { input },
  )
  if (outcome.kind !== 'ok') throw new Error(outcome.person)
  const here = new Function('input', 'crypto', `return (async () => { ${KIT} ${body} })()`)
  return [outcome.value, JSON.parse(JSON.stringify(await here(input, webcrypto)))]
}
async function same(body: string, input: Json = {}): Promise<Json> {
  const [inside, here] = await both(body, input)
  expect(inside).toEqual(here)
  return inside
}

describe('crypto.subtle in the isolate gives what Node gives', () => {
  it('for HMAC', async () => {
    const found = await same(`const out = {}
      for (const hash of ['SHA-1', 'SHA-256', 'SHA-384', 'SHA-512']) {
        const key = await s.importKey('raw', bytes('Jefe'), { name: 'HMAC', hash }, true, ['sign', 'verify'])
        const mac = await s.sign('HMAC', key, bytes('what do ya want for nothing?'))
        out[hash] = [hex(mac), await s.verify('HMAC', key, mac, bytes('what do ya want for nothing?')), await s.verify('HMAC', key, mac, bytes('other')), await s.verify('HMAC', key, new Uint8Array(3), bytes('x')), (await s.exportKey('jwk', key)).k, key.algorithm.length, key.usages]
      }
      return out`)
    // RFC 4231, case 2.
    expect(found).toMatchObject({
      'SHA-256': [
        '5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843',
        true,
        false,
        false,
        'SmVmZQ',
        32,
        ['sign', 'verify'],
      ],
    })
  })

  it('for AES', async () => {
    await same(`const out = []
      for (const size of [16, 24, 32]) for (const algorithm of ['AES-GCM', 'AES-CBC']) {
        const key = await s.importKey('raw', new Uint8Array(size).fill(7), algorithm, false, ['encrypt', 'decrypt'])
        for (const more of algorithm === 'AES-GCM' ? [{}, { additionalData: bytes('more') }, { tagLength: 96 }] : [{}]) {
          const how = { name: algorithm, iv: new Uint8Array(algorithm === 'AES-GCM' ? 12 : 16).fill(3), ...more }
          for (const text of ['', 'x', 'a text of some length: ü'.repeat(20)]) {
            const sealed = await s.encrypt(how, key, bytes(text))
            const broken = new Uint8Array(sealed.slice(0)); broken[0] ^= 1
            out.push(hex(sealed), new TextDecoder().decode(await s.decrypt(how, key, sealed)), algorithm === 'AES-GCM' ? await name(() => s.decrypt(how, key, broken)) : '')
          }
        }
      }
      return out`)
  })

  it('for derived keys', async () => {
    const found = await same(`
      const password = await s.importKey('raw', bytes('password'), 'PBKDF2', false, ['deriveBits', 'deriveKey'])
      const secret = await s.importKey('raw', new Uint8Array(22).fill(0x0b), 'HKDF', false, ['deriveBits', 'deriveKey'])
      const rfc = { name: 'HKDF', hash: 'SHA-256', salt: un('000102030405060708090a0b0c'), info: un('f0f1f2f3f4f5f6f7f8f9') }
      const made = await s.deriveKey({ name: 'PBKDF2', hash: 'SHA-512', salt: bytes('s'), iterations: 10 }, password, { name: 'AES-GCM', length: 256 }, true, ['encrypt'])
      const mac = await s.deriveKey(rfc, secret, { name: 'HMAC', hash: 'SHA-384' }, true, ['sign'])
      return [hex(await s.deriveBits({ name: 'PBKDF2', hash: 'SHA-1', salt: bytes('salt'), iterations: 4096 }, password, 160)), hex(await s.deriveBits(rfc, secret, 336)), hex(await s.exportKey('raw', made)), hex(await s.exportKey('raw', mac))]`)
    // RFC 6070, case 3, and RFC 5869, case 1.
    expect((found as string[]).slice(0, 2)).toEqual([
      '4b007901b765489abead49d926f721d065a429c1',
      '3cb25f25faacd57a90434f64d0362f2a2d2d0a90cf1a5a4c5db02d56ecc4c5bf34007208d5b887185865',
    ])
  })

  it('for signatures, each checked by the other', async () => {
    const make = `const out = {}
      for (const algorithm of [{ name: 'ECDSA', namedCurve: 'P-256' }, { name: 'ECDSA', namedCurve: 'P-384' }, { name: 'ECDSA', namedCurve: 'P-521' }, { name: 'Ed25519' }]) {
        const pair = await s.generateKey(algorithm, true, ['sign', 'verify'])
        const how = { ...algorithm, hash: 'SHA-256' }
        const keys = { raw: hex(await s.exportKey('raw', pair.publicKey)), spki: hex(await s.exportKey('spki', pair.publicKey)), jwk: await s.exportKey('jwk', pair.publicKey), own: await s.exportKey('jwk', pair.privateKey), pkcs8: hex(await s.exportKey('pkcs8', pair.privateKey)) }
        out[algorithm.namedCurve ?? algorithm.name] = { algorithm, keys, signature: hex(await s.sign(how, pair.privateKey, bytes('signed'))) }
      }
      return out`
    const check = `const out = []
      for (const { algorithm, keys, signature } of Object.values(input)) {
        const how = { ...algorithm, hash: 'SHA-256' }
        for (const [format, data] of [['raw', un(keys.raw)], ['spki', un(keys.spki)], ['jwk', keys.jwk]]) {
          const key = await s.importKey(format, data, algorithm, true, ['verify'])
          out.push(await s.verify(how, key, un(signature), bytes('signed')), await s.verify(how, key, un(signature), bytes('other')), await s.verify(how, key, new Uint8Array(4), bytes('signed')), key.type)
        }
        for (const [format, data] of [['pkcs8', un(keys.pkcs8)], ['jwk', keys.own]]) {
          const own = await s.importKey(format, data, algorithm, false, ['sign'])
          out.push((await s.sign(how, own, bytes('x'))).byteLength, own.type, await name(() => s.exportKey('pkcs8', own)))
        }
      }
      return out`
    for (const made of await both(make)) await same(check, made)
  })

  it('for agreed secrets', async () => {
    const make = `const out = {}
      for (const algorithm of [{ name: 'ECDH', namedCurve: 'P-256' }, { name: 'X25519' }]) {
        const { publicKey, privateKey } = await s.generateKey(algorithm, true, ['deriveBits'])
        out[algorithm.name] = { algorithm, open: await s.exportKey('jwk', publicKey), own: hex(await s.exportKey('pkcs8', privateKey)) }
      }
      return out`
    const [a, b] = (await both(make)) as Record<string, Json>[]
    await same(
      `const out = []
      for (const kind of ['ECDH', 'X25519']) for (const [one, other] of [[input.a, input.b], [input.b, input.a]]) {
        const own = await s.importKey('pkcs8', un(one[kind].own), one[kind].algorithm, false, ['deriveBits'])
        const open = await s.importKey('jwk', { ...other[kind].open, key_ops: [] }, other[kind].algorithm, true, [])
        out.push(hex(await s.deriveBits({ name: kind, public: open }, own, 256)))
      }
      return [out, out[0] === out[1], out[2] === out[3]]`,
      { a: a as Json, b: b as Json },
    )
  })

  it('for what is not allowed', async () => {
    const inside =
      await same(`const key = await s.importKey('raw', new Uint8Array(16), 'AES-GCM', false, ['encrypt'])
      return [await name(() => s.exportKey('raw', key)), await name(() => s.decrypt({ name: 'AES-GCM', iv: new Uint8Array(12) }, key, new Uint8Array(20))), await name(() => s.encrypt({ name: 'AES-CBC', iv: new Uint8Array(16) }, key, new Uint8Array(1))), await name(() => s.importKey('raw', new Uint8Array(5), 'AES-GCM', false, ['encrypt'])), await name(() => s.importKey('raw', new Uint8Array(16), 'AES-GCM', false, ['sign'])), await name(() => s.generateKey({ name: 'AES-GCM', length: 256 }, false, [])), await name(() => s.importKey('spki', new Uint8Array(30), { name: 'ECDSA', namedCurve: 'P-256' }, true, ['verify']))]`)
    expect(inside).toEqual([
      'InvalidAccessError',
      'InvalidAccessError',
      'InvalidAccessError',
      'DataError',
      'SyntaxError',
      'SyntaxError',
      'DataError',
    ])
    const { outcome } = await callTool(
      lane,
      makeTool(`export const main = async () => { ${KIT}
        const key = await s.importKey('raw', new Uint8Array(16), { name: 'HMAC', hash: 'SHA-256' }, false, ['sign'])
        return [Object.keys(key), JSON.stringify(key).includes('AAAA'), await name(() => new key.constructor(Symbol(), {})), await name(() => s.sign('HMAC', { ...key }, new Uint8Array(1))), await name(() => s.sign('HMAC', Object.create(key), new Uint8Array(1))), await name(() => s.generateKey({ name: 'RSA-PSS' }, true, ['sign'])), Object.isFrozen(key)]
      }`),
    )
    expect(outcome).toMatchObject({
      value: [
        ['type', 'extractable', 'algorithm', 'usages'],
        false,
        'TypeError',
        'TypeError',
        'TypeError',
        'NotSupportedError',
        true,
      ],
    })
  })
})
