// Without a compiler (`--jitless`) a tool sees the same and gets the same from it.
import { afterAll, beforeAll, expect, it } from 'vitest'
import { ok } from '../../contract/outcome.ts'
import type { Json } from '../../contract/words.ts'
import {
  buildTestSandbox,
  callTool,
  makeTool,
  openTestLane,
  type TestSandbox,
} from '../../e2e/fixtures/open-test-lane.ts'
import type { IsolateLane } from '../ports.ts'

let sandbox: TestSandbox
let lanes: IsolateLane[]
beforeAll(async () => {
  sandbox = await buildTestSandbox()
  lanes = [openTestLane(sandbox), openTestLane(sandbox, { strict: () => true })]
})
afterAll(async () => {
  await Promise.all(lanes.map((lane) => lane.close()))
  sandbox.remove()
})

/** The gate of this test: streams of two parts, one answer to a fetch. */
function gate() {
  const reads = new Map<number, number>()
  let streams = 0
  return async (operation: string, args: Json) => {
    if (operation === 'stream.read') {
      const { stream } = args as { stream: number }
      const read = reads.get(stream) ?? 0
      reads.set(stream, read + 1)
      const bytes = Buffer.from(['part one, ', 'pärt two'][read] ?? '').toString('base64')
      return ok<Json>(read < 2 ? { done: false, part: { bytes } } : { done: true, end: {} })
    }
    return ok<Json>({
      ...{ stream: ++streams, url: 'https://a.test/x', status: 200, statusText: 'OK', redirects: [] },
      headers: [['content-type', 'text/plain']],
    })
  }
}

const BODIES: Record<string, string> = {
  'names on the global object': `return Object.getOwnPropertyNames(globalThis).sort()`,
  addresses: `const url = new URL('https://ü.test:8443/a b/../c?x=1&y=%20#z'); url.searchParams.append('q', 'ä')
    return [url.href, url.host, [...url.searchParams], URL.canParse('nothing'), new URLSearchParams({ a: '1' }).toString()]`,
  text: `const bytes = new TextEncoder().encode('ü€😀\\ud800')
    return [[...bytes], new TextDecoder().decode(bytes), new TextDecoder('utf-16le').decode(new Uint8Array([65, 0])), atob(btoa('abc'))]`,
  clones: `const value = { map: new Map([[1, new Set([2])]]), date: new Date(0), bytes: new Uint8Array([1, 2]), big: 3n }
    value.self = value; const copy = structuredClone(value)
    return [copy !== value, copy.self === copy, copy.map.get(1).has(2), copy.date.getTime(), [...copy.bytes], String(copy.big)]`,
  'timers and events': `const order = []
    setTimeout(() => order.push('timeout'), 5); queueMicrotask(() => order.push('microtask'))
    const control = new AbortController(); control.signal.addEventListener('abort', () => order.push('abort'))
    control.abort(); await new Promise((resolve) => setTimeout(resolve, 30))
    return [order, control.signal.aborted, performance.now() > 0]`,
  'digests, keys and ciphers': `const s = crypto.subtle, hex = (data) => new Uint8Array(data).toHex(), text = (t) => new TextEncoder().encode(t)
    const raw = new Uint8Array(32).fill(7), iv = new Uint8Array(12).fill(1), block = new Uint8Array(16).fill(2)
    const out = [hex(await s.digest('SHA-256', text('abc')))]
    for (const algorithm of [{ name: 'AES-GCM', iv }, { name: 'AES-CBC', iv: block }]) {
      const key = await s.importKey('raw', raw, algorithm.name, true, ['encrypt', 'decrypt'])
      const sealed = await s.encrypt(algorithm, key, text('a secret'))
      out.push(hex(sealed), new TextDecoder().decode(await s.decrypt(algorithm, key, sealed)))
    }
    const mac = await s.importKey('raw', raw, { name: 'HMAC', hash: 'SHA-256' }, false, ['sign', 'verify'])
    out.push(hex(await s.sign('HMAC', mac, text('x'))))
    for (const algorithm of [{ name: 'PBKDF2', salt: block, iterations: 1000, hash: 'SHA-256' }, { name: 'HKDF', salt: block, info: iv, hash: 'SHA-256' }])
      out.push(hex(await s.deriveBits(algorithm, await s.importKey('raw', raw, algorithm.name, false, ['deriveBits']), 256)))
    const made = await s.generateKey({ name: 'AES-GCM', length: 256 }, true, ['encrypt'])
    return [...out, made.type, made.usages, new Uint8Array(await s.exportKey('raw', made)).length, crypto.randomUUID().length, crypto.getRandomValues(new Uint8Array(4)).length]`,
  'fetch and its streams': `const first = await fetch('https://a.test/x'), second = await fetch(new Request('https://a.test/x', { headers: { a: 'b' } }))
    const parts = []; for await (const part of second.body) parts.push(new TextDecoder().decode(part))
    return [first.status, first.ok, first.headers.get('Content-Type'), await first.text(), parts, await new Response('{"a":1}').json()]`,
  errors: `try { null.x } catch (error) { return [error.name, error.message, typeof error.stack] }`,
  'what is not there': `return [typeof WebAssembly, typeof SharedArrayBuffer, typeof process, (() => { try { return eval('1') } catch (e) { return e.name } })()]`,
}

it.each(Object.entries(BODIES))('%s', async (_name, body) => {
  const tool = makeTool(`export const main = async () => { ${body} }`)
  const [plain, strict] = await Promise.all(
    lanes.map((lane) => callTool(lane, tool, { onRequest: gate() }).then(({ outcome }) => outcome)),
  )
  expect(plain).toMatchObject({ kind: 'ok' })
  expect(strict).toEqual(plain)
})
