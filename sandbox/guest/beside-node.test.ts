// The same small programs with our web types and with Node's: what an author sees of the one, they see of the other.
import { webcrypto } from 'node:crypto'
import { expect, it } from 'vitest'
import { fc, runs } from '../../build/properties.ts'
import type { Json } from '../../contract/words.ts'
import { digest, editUrl, parseUrl, random } from '../host-calls.ts'
import { subtle } from '../host-crypto.ts'
import { AbortController, AbortSignal } from './abort.ts'
import { CryptoKey } from './crypto-key.ts'
import { DOMException } from './dom-exception.ts'
import type { Box, HostCalls } from './endowment.ts'
import { Event, EventTarget } from './events.ts'
import { createFetch, Response } from './fetch.ts'
import { Headers } from './headers.ts'
import { structuredClone } from './structured-clone.ts'
import { createSubtle } from './subtle.ts'
import { WEB_PROGRAMS } from './testing/web-programs.ts'
import { TextDecoder, TextEncoder } from './text-coding.ts'
import { createUrlClass } from './url.ts'
import { URLSearchParams } from './url-search-params.ts'

const host = { parseUrl, editUrl, random, digest, subtle } as unknown as HostCalls
const URL = createUrlClass(host)
const asked: Json[] = []
let status = 200
const ask = async (operation: string, args: unknown) => {
  asked.push([operation, args as Json])
  return { stream: 1, url: 'https://a.b/', status, statusText: 'x', headers: [], redirects: [] }
}
const { Request, fetch } = createFetch({ host, ask } as unknown as Box, URL)
const nodes = globalThis
const OURS = {
  ...{ structuredClone, TextDecoder, TextEncoder, Headers, URLSearchParams, URL, Response, Request },
  ...{ DOMException, CryptoKey, AbortController, AbortSignal, Event, EventTarget, s: createSubtle(host) },
}
// As `give` does: what a class calls itself is how a clone tells it from data.
for (const [name, value] of Object.entries(OURS))
  if (typeof value === 'function' && 'prototype' in value)
    Reflect.defineProperty(value.prototype as object, Symbol.toStringTag, { value: name })
const THEIRS: Record<string, unknown> = { s: webcrypto.subtle }
for (const name of Object.keys(OURS)) THEIRS[name] ??= (nodes as unknown as Record<string, unknown>)[name]

const TEXTS = [
  `new TextDecoder('constructor')`,
  `new TextDecoder('__proto__')`,
  `new TextDecoder('\\u00a0utf8')`,
  `return ['ansi_x3.4-1968', 'cp1252', 'l1', 'iso_8859-1', ' UTF-8\\n', 'ucs-2', 'unicode', 'unicode11utf8'].map((label) => new TextDecoder(label).encoding)`,
  `return [new TextDecoder('utf8', null).fatal, new TextDecoder().decode(undefined, null), Object.keys(new TextDecoder())]`,
  `new TextEncoder().encodeInto('x', [])`,
  `new TextEncoder().encodeInto('x', new Uint16Array(2))`,
]
const CLONES = [
  `structuredClone(Object(Symbol()))`,
  `return structuredClone(Object.create(Date.prototype))`,
  `return Object.hasOwn(structuredClone(new Error()), 'message')`,
  `const e = new Error('x'); Object.defineProperty(e, 'message', { get: () => 'y' }); return structuredClone(e).message`,
  `const e = structuredClone(new DOMException('m', 'AbortError')); return [e.name, e.code, e.message, e instanceof DOMException, Object.keys(e)]`,
  `const b = new ArrayBuffer(4), c = structuredClone(b, { transfer: [b] }); return [b.byteLength, c.byteLength]`,
  `const a = new Uint8Array([1, 2, 3]), c = structuredClone({ a }, { transfer: [a.buffer] }); return [a.length, [...c.a]]`,
  `const b = new ArrayBuffer(4); structuredClone(b, { transfer: [b, b] })`,
  `structuredClone(1, { transfer: [{}] })`,
  `const b = new ArrayBuffer(4); b.transfer(); structuredClone(b)`,
  `const b = structuredClone(new ArrayBuffer(4, { maxByteLength: 8 })); return [b.resizable, b.maxByteLength]`,
  `class Own extends Uint8Array {} return structuredClone(new Own(3)).constructor.name`,
  `structuredClone([].values())`,
  `structuredClone((function* () {})())`,
  `structuredClone((function () { return arguments })())`,
  `const key = await s.importKey('raw', new Uint8Array(16), 'AES-GCM', true, ['encrypt']); return [...new Uint8Array(await s.exportKey('raw', structuredClone({ key }).key))]`,
]
const ADDRESSES = [
  `new URLSearchParams(['ab'])`,
  `return new URLSearchParams({ '\\ud800': '1', '\\ud801': '2' }).toString()`,
  `const p = new URLSearchParams('a=1&b=2&c=3'), out = []; p.forEach((_, key) => { out.push(key); p.delete(key) }); return out`,
  `return new URL('data:,' + 'x'.repeat(200_000)).href.length`,
  `return ['\\ud800', '//', '?a b', ''].map((text) => URL.parse(text, 'https://a/b')?.href)`,
  `const u = new URL('https://a/?x=1'), p = u.searchParams; u.search = ''; p.append('n', '1'); u.port = '99999'; return [u.href, p.size]`,
  `return [...new Headers([['a', undefined]])]`,
  `new Headers(null)`,
  `new Headers(['ab'])`,
  `new Headers(3)`,
]
const BODIES = [
  `const r = new Response(); return [r.type, await r.text(), await r.text(), r.bodyUsed]`,
  `return await new Response('\\ud800').text()`,
  `new Response(null, { status: 199 })`,
  `new Response(null, { statusText: 'a\\nb' })`,
  `return new Response(null, null).status`,
  `Response.json(undefined)`,
  `const r = new Response('x'); r.body; const c = r.clone(); return [await c.text(), await r.text()]`,
  `const r = new Response('x'); r.body.getReader(); r.clone()`,
  ...['a b', '', 'CONNECT', 'trace'].map((method) => `new Request('https://a/', { method: '${method}' })`),
  `new Request('https://u:p@a/')`,
  `new Request('https://a/', { redirect: 'x' })`,
  `new Request('https://a/', { signal: 3 })`,
  `return [new Request('https://a/').signal.aborted, new Request('https://a/', { signal: AbortSignal.abort() }).signal.aborted]`,
  `const r = new Request('https://a/', { method: 'POST', body: 'x' }), q = new Request(r); return [r.bodyUsed, await q.text()]`,
  `const r = new Request('https://a/', { method: 'POST', body: 'x' }), q = new Request(r, { body: 'y' }); return [r.bodyUsed, await q.text()]`,
  `const r = new Request('https://a/', { method: 'POST', body: 'x' }); await r.text(); new Request(r)`,
  `const r = new Request('https://a/', { method: 'POST', body: 'x' }); r.body; return await new Request(r).text()`,
  `const r = new Request('https://a/', { method: 'POST', body: 'x' }); r.body; return [await r.clone().text(), await r.text()]`,
]
const HMAC = `{ name: 'HMAC', hash: 'SHA-256' }`
const oct = (more: string, algorithm = HMAC) =>
  `await s.importKey('jwk', { kty: 'oct', k: 'AAAAAAAAAAAAAAAAAAAAAA', ${more} }, ${algorithm}, true, ${algorithm === HMAC ? `['sign']` : `['encrypt']`}); return 'done'`
const pair = (act: string, algorithm = `{ name: 'ECDSA', namedCurve: 'P-256' }`) =>
  `const how = ${algorithm}, { publicKey, privateKey } = await s.generateKey(how, true, ['sign', 'verify']); ${act}`
const again = (more: string) =>
  pair(
    `const jwk = await s.exportKey('jwk', privateKey); return (await s.importKey('jwk', { ...jwk, ${more} }, how, true, ['sign'])).type`,
  )
const agreed = (length: string) =>
  `const { publicKey, privateKey } = await s.generateKey('X25519', true, ['deriveBits']), all = new Uint8Array(await s.deriveBits({ name: 'X25519', public: publicKey }, privateKey)), some = new Uint8Array(await s.deriveBits({ name: 'X25519', public: publicKey }, privateKey, ${length}))
  return [some.length, some.every((byte, at) => byte === all[at] || (at === some.length - 1 && byte === (all[at] & 0xf0)))]`
const secret = (algorithm: string, extractable: string, usages: string) =>
  `const { extractable, usages, algorithm } = await s.importKey('raw', new Uint8Array(16), ${algorithm}, ${extractable}, ${usages}); return { extractable, usages, algorithm }`
const derived = (name: string, more: string, length: string) =>
  `const key = await s.importKey('raw', new Uint8Array(5), '${name}', false, ['deriveBits']); return [...new Uint8Array(await s.deriveBits({ name: '${name}', hash: 'SHA-1', salt: new Uint8Array(1), ${more} }, key, ${length}))]`
const KEYS = [
  ...[`'AES-GCM'`, HMAC, `'PBKDF2'`].map((algorithm) => secret(algorithm, 'false', '[]')),
  secret(`'PBKDF2'`, 'true', `['deriveBits']`),
  secret(`'AES-GCM'`, '1', `new Set(['encrypt'])`),
  secret(`'AES-GCM'`, 'true', `'encrypt'`),
  secret(`'AES-GCM'`, 'true', 'undefined'),
  secret(`{}`, 'true', `['sign']`),
  secret(`null`, 'true', `['sign']`),
  secret(`{ name: 'HMAC' }`, 'true', `['sign']`),
  ...[128, 136, 8, 0].map((length) => secret(`{ ...${HMAC}, length: ${length} }`, 'true', `['sign']`)),
  secret(`new (class { get name() { return 'HMAC' } get hash() { return 'SHA-1' } })()`, 'true', `['sign']`),
  ...[`alg: 'HS256'`, `alg: 'HS512'`, `ext: false`, `use: 'sig'`, `use: 'enc'`, `k: 'A'`, `k: '!'`].map(
    (more) => oct(more),
  ),
  ...[`['verify']`, `['sign', 'sign']`, `['sign', 'verify']`].map((list) => oct(`key_ops: ${list}`)),
  ...[`alg: 'A128GCM'`, `alg: 'A256GCM'`, `use: 'enc'`].map((more) => oct(more, `'AES-GCM'`)),
  oct('', `'HKDF'`),
  `await s.importKey('jwk', null, ${HMAC}, true, ['sign'])`,
  ...[`'AES-GCM'`, HMAC, `'AES-CBC'`].map(
    (algorithm) =>
      `return await s.exportKey('jwk', await s.importKey('raw', new Uint8Array(16), ${algorithm}, true, [${algorithm === HMAC ? `'sign'` : `'encrypt'`}]))`,
  ),
  `await s.exportKey('raw', await s.importKey('raw', new Uint8Array(16), 'HKDF', false, ['deriveBits']))`,
  `await s.generateKey('Ed25519', true, ['verify'])`,
  `await s.generateKey('PBKDF2', true, ['deriveBits'])`,
  `await s.generateKey({ name: 'AES-GCM' }, true, ['encrypt'])`,
  `await s.generateKey({ name: 'ECDH' }, true, ['deriveBits'])`,
  pair(`const { alg, key_ops, ext } = await s.exportKey('jwk', privateKey); return { alg, key_ops, ext }`),
  pair(
    `const { alg, key_ops, ext } = await s.exportKey('jwk', publicKey); return { alg, key_ops, ext }`,
    `'Ed25519'`,
  ),
  pair(`await s.exportKey('spki', privateKey)`),
  pair(`await s.exportKey('pkcs8', publicKey)`),
  pair(`await s.sign('ECDSA', privateKey, new Uint8Array(1))`),
  pair(`const whole = new Uint8Array(await s.exportKey('raw', publicKey)), short = whole.slice(0, 33); short[0] = 2 + (whole[64] & 1)
    return (new Uint8Array(await s.exportKey('raw', await s.importKey('raw', short, how, true, ['verify'])))).every((byte, at) => byte === whole[at])`),
  ...[`key_ops: ['verify']`, `ext: false`, `use: 'enc'`, `use: 'sig'`, `alg: 'ES512'`, `alg: 'ES256'`].map(
    again,
  ),
  ...['null', '0', '256', '12', '300'].map(agreed),
  derived('PBKDF2', 'iterations: 7.5', '128'),
  derived('PBKDF2', 'iterations: 1', '0'),
  derived('PBKDF2', 'iterations: 0', '128'),
  derived('PBKDF2', 'iterations: 1', '12'),
  derived('HKDF', 'info: new Uint8Array(3)', '16'),
  derived('HKDF', '', '16'),
]

type Program = (...things: unknown[]) => Promise<unknown>
const AsyncFunction = (async () => {}).constructor as new (...text: string[]) => Program
async function run(program: string, things: Record<string, unknown>) {
  try {
    return await new AsyncFunction(...Object.keys(things), program)(...Object.values(things))
  } catch (error) {
    return `throws ${(error as Error).name}`
  }
}

it.each([...TEXTS, ...CLONES, ...ADDRESSES, ...BODIES, ...KEYS, ...WEB_PROGRAMS])('%s', async (program) => {
  expect(await run(program, OURS)).toEqual(await run(program, THEIRS))
})

it('what differs on purpose is an error that says so', async () => {
  const words = async (program: string) =>
    await new AsyncFunction(...Object.keys(OURS), program)(...Object.values(OURS)).then(
      () => 'nothing',
      (error: Error) => `${error.name}: ${error.message}`,
    )
  expect(await words(`new Response({})`)).toMatch(/^TypeError: .*JSON\.stringify/)
  expect(await words(`new Request('https://a/', { method: 'POST', body: new Map() })`)).toMatch(
    /^TypeError: .*bytes/,
  )
  expect(await words(`new TextDecoder('shift_jis')`)).toMatch(/^RangeError: .*utf-16be and windows-1252 are/)
  const rsa = `{ name: 'RSA-OAEP', modulusLength: 2048, publicExponent: new Uint8Array([1, 0, 1]), hash: 'SHA-256' }`
  expect(await words(`await s.generateKey(${rsa}, true, ['encrypt'])`)).toMatch(
    /^NotSupportedError: RSA-OAEP is not available; HMAC.* are/,
  )
})

it('an algorithm’s members are read once', async () => {
  const reads: Record<string, number> = {}
  const counting = new Proxy({ name: 'HMAC', hash: 'SHA-256' } as Record<string, unknown>, {
    get: (target, name) => {
      reads[String(name)] = (reads[String(name)] ?? 0) + 1
      return target[String(name)]
    },
  })
  await OURS.s.importKey('raw', new Uint8Array(4), counting, true, ['sign'])
  expect(Math.max(...Object.values(reads))).toBe(1)
})

it('a request keeps its body for the gate, whoever has looked at it, and sends it once', async () => {
  asked.length = 0
  const request = new Request('https://a.b/', { method: 'POST', body: 'to be sent' })
  expect(request.body).not.toBeNull()
  await fetch(request)
  expect(asked).toMatchObject([['net.stream', { method: 'POST', body: 'to be sent' }]])
  await expect(fetch(request)).rejects.toThrow(TypeError)
  const locked = new Request('https://a.b/', { method: 'POST', body: 'x' })
  locked.body?.getReader()
  await expect(fetch(locked)).rejects.toThrow(TypeError)
  expect(asked).toHaveLength(1)
})

it('a status that no standard has is passed on as the server said it', async () => {
  status = 999
  const answer = await fetch('https://a.b/')
  expect([answer.status, answer.ok, answer.type]).toEqual([999, false, 'basic'])
  status = 200
})

it('blanks in a header’s value cost no more than its length', () => {
  const text = `x${' '.repeat(1_000_000)}x`
  const start = process.cpuUsage()
  expect(new Headers({ a: ` ${text}\n` }).get('a')).toBe(text)
  // Quadratic, it takes minutes.
  expect(process.cpuUsage(start).user / 1000).toBeLessThan(5_000)
})

it('a derivation of any length is the beginning of a longer one', async () => {
  const { s } = OURS
  const key = await s.importKey('raw', new Uint8Array(5), 'HKDF', false, ['deriveBits'])
  const how = { name: 'HKDF', hash: 'SHA-256', salt: new Uint8Array(0), info: new Uint8Array(0) }
  const long = new Uint8Array(await s.deriveBits(how, key, 2048))
  await fc.assert(
    fc.asyncProperty(fc.integer({ min: 0, max: 256 }), async (bytes) => {
      const short = new Uint8Array(await s.deriveBits(how, key, bytes * 8))
      expect([...short]).toEqual([...long.slice(0, bytes)])
    }),
    runs(50),
  )
})
