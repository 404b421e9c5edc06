// What a tool sees, tried in the real isolate.
import { cpSync, mkdtempSync, rmSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { describe, expect, it } from 'vitest'
import { failed, ok, refused } from '../../contract/outcome.ts'
import type { Json } from '../../contract/words.ts'
import { openSharedLane } from '../../e2e/fixtures/open-shared-lane.ts'
import {
  buildTestSandbox,
  type CallOptions,
  callTool,
  makeTool,
  openTestLane,
} from '../../e2e/fixtures/open-test-lane.ts'

const { lane } = await openSharedLane()
async function evaluate(body: string, options: CallOptions = {}): Promise<Json> {
  const { outcome } = await callTool(
    lane,
    makeTool(`export const main = async (input) => { ${body} }`),
    options,
  )
  if (outcome.kind !== 'ok') throw new Error(outcome.person)
  return outcome.value
}

it('counts as open only what waits for its answer, so that a large file can be written in parts', async () => {
  let taken = 0
  const onRequest = async (_operation: string, args: Json) => {
    taken += (args as { data?: string }).data?.length ?? 0
    return ok<Json>({ stage: 1 })
  }
  const body = `const file = sallyport.fs.writeStream({ path: '/x' })
    const part = new Uint8Array(512 * 1024)
    for (let at = 0; at < 30; at++) await file.write(part)
    await file.close()
    return 'written'`
  expect(await evaluate(body, { onRequest })).toBe('written')
  expect(taken).toBeGreaterThan(20 * 1024 * 1024)
})

describe('fetch', () => {
  const asked: Json[] = []
  const reads = new Map<number, number>()
  const onRequest = async (operation: string, args: Json) => {
    const { stream = -1 } = args as { stream?: number }
    if (operation === 'stream.read') {
      const read = reads.get(stream) ?? 0
      reads.set(stream, read + 1)
      const bytes = Buffer.from(['{"a":', '"ü"}'][read] ?? '').toString('base64')
      return ok<Json>(read < 2 ? { done: false, part: { bytes } } : { done: true, end: {} })
    }
    asked.push([operation, args])
    return ok<Json>({
      stream: asked.length,
      url: 'https://a.b/end',
      status: 201,
      statusText: 'Created',
      headers: [
        ['X-A', '1'],
        ['set-cookie', 'a=1'],
        ['set-cookie', 'b=2'],
      ],
      redirects: ['https://a.b/'],
    })
  }

  it('asks the gate and answers with a Response', async () => {
    const body = `const r = await fetch('https://a.b/x', { method: 'post', headers: { B: '2' }, body: 'text' })
      const copy = r.clone()
      return [r.ok, r.status, r.statusText, r.url, r.redirected, r.headers.get('x-a'), r.headers.getSetCookie(), (await r.json()).a, await copy.text(), r.bodyUsed, await r.text().catch((e) => e.name), r instanceof Response]`
    expect(await evaluate(body, { onRequest })).toEqual([
      true,
      201,
      'Created',
      'https://a.b/end',
      true,
      '1',
      ['a=1', 'b=2'],
      'ü',
      '{"a":"ü"}',
      true,
      'TypeError',
      true,
    ])
    expect(asked).toEqual([
      [
        'net.stream',
        {
          url: 'https://a.b/x',
          method: 'POST',
          headers: [
            ['b', '2'],
            ['content-type', 'text/plain;charset=UTF-8'],
          ],
          redirect: 'follow',
          body: 'text',
        },
      ],
    ])
  })

  it('sends bytes, forms of the address kind and requests, and refuses what it can’t send', async () => {
    asked.length = 0
    const body = `
      await fetch(new Request('https://a.b/', { method: 'PUT', body: new Uint8Array([0, 255, 1]).subarray(1) }))
      await fetch(new URL('https://a.b/'), { method: 'POST', body: new URLSearchParams({ q: 'ü' }) })
      const bad = []
      for (const init of [{ body: 'x' }, { method: 'POST', body: {} }, { headers: { 'a b': '1' } }, { headers: { a: 'x\\ny' } }]) bad.push(await fetch('https://a.b/', init).catch((e) => e.name))
      bad.push(await fetch('/relative').catch((e) => e.name))
      return bad`
    expect(await evaluate(body, { onRequest })).toEqual([
      'TypeError',
      'TypeError',
      'TypeError',
      'TypeError',
      'TypeError',
    ])
    expect(asked).toMatchObject([
      ['net.stream', { body: '/wE=', bodyEncoding: 'base64' }],
      ['net.stream', { body: 'q=%C3%BC' }],
    ])
  })

  it('rejects with the gate’s own error when it is refused, and can be given up', async () => {
    const no = async () => refused('outside-perimeter', 'for people', 'for models')
    expect(
      await evaluate(`return await fetch('https://a.b').catch((e) => [e.name, e.code, e.message])`, {
        onRequest: no,
      }),
    ).toEqual(['SallyportError', 'outside-perimeter', 'for models'])
    const never = () => new Promise<never>(() => {})
    const given = `return await fetch('https://a.b', { signal: AbortSignal.timeout(20) }).catch((e) => e.name)`
    expect(await evaluate(given, { onRequest: never })).toBe('TimeoutError')
  })
})

const GLOBALS = [
  `const out = []; setTimeout(() => out.push('timer')); queueMicrotask(() => out.push('microtask')); Promise.resolve().then(() => out.push('promise')); out.push('now'); await new Promise((done) => setTimeout(done, 30)); return out`,
  `return await new Promise((done) => setTimeout((...given) => done(given), 0, 1, 'b'))`,
  `const out = []; await new Promise((done) => { const id = setInterval(() => { out.push(1); if (out.length === 3) { clearInterval(id); setTimeout(done, 20) } }, 1) }); return out`,
  `let late = 0; clearTimeout(setTimeout(() => { late = 1 }, 5)); clearTimeout(undefined); clearTimeout('x'); await new Promise((done) => setTimeout(done, 30)); return late`,
  `try { queueMicrotask(3) } catch (error) { return error.name }`,
  `try { setTimeout('text') } catch (error) { return error.name }`,
  `const before = performance.now(); await new Promise((done) => setTimeout(done, 20)); const spent = performance.now() - before; return [spent >= 15, typeof performance.timeOrigin]`,
  `const named = ['log', 'info', 'warn', 'error', 'debug', 'trace', 'dir', 'dirxml', 'table', 'assert', 'group', 'groupCollapsed', 'groupEnd', 'time', 'timeLog', 'timeEnd', 'count', 'countReset']; return named.filter((name) => typeof console[name] !== 'function')`,
  `return [atob(btoa('\\xff')), btoa('abc'), atob(' YW Jj\\n')]`,
  `try { btoa('\\u0100') } catch (error) { return [error.name, error.code] }`,
  `try { atob('a') } catch (error) { return [error.name, error.code] }`,
  `return await new Promise((done) => AbortSignal.timeout(5).addEventListener('abort', (event) => done([event.type, event.target.reason.name])))`,
  `return [crypto.getRandomValues(new Uint8Array(8)).length, crypto.randomUUID().length]`,
  `try { crypto.getRandomValues(new Uint8Array(65_537)) } catch (error) { return error.name }`,
  `try { crypto.getRandomValues(new Float32Array(1)) } catch (error) { return error.name }`,
  `const map = new Map([['self', null]]); map.set('self', map); const copy = structuredClone(map); return copy.get('self') === copy`,
]
it('globals come to the same in the isolate and in Node', async () => {
  // One call for all: each of its own would take an isolate of its own.
  const program = `return [${GLOBALS.map((each) => `await (async () => { ${each} })()`).join(',\n')}]`
  const AsyncFunction = (async () => {}).constructor as new (text: string) => () => Promise<Json[]>
  const [ours, theirs] = [(await evaluate(program)) as Json[], await new AsyncFunction(program)()]
  GLOBALS.forEach((each, at) => {
    expect(ours[at], each).toEqual(theirs[at])
  })
})

it('calls the web’s objects what libraries look for', async () => {
  const made = [
    `new URL('https://a')`,
    `new URLSearchParams()`,
    `new Headers()`,
    `new Response()`,
    `new Request('https://a')`,
    `new AbortController()`,
    `new TextDecoder()`,
    `new DOMException()`,
    `new Response('x').body`,
    `await crypto.subtle.generateKey({ name: 'AES-GCM', length: 128 }, true, ['encrypt'])`,
    `new sallyport.SallyportError('failed', 'io', 'x')`,
  ]
  const named = `return [${made.join(', ')}].map((thing) => Object.prototype.toString.call(thing).slice(8, -1))`
  expect(await evaluate(named)).toEqual([
    ...['URL', 'URLSearchParams', 'Headers', 'Response', 'Request', 'AbortController', 'TextDecoder'],
    ...['DOMException', 'ReadableStream', 'CryptoKey', 'Error'],
  ])
})

describe('timers', () => {
  it('ring in order, repeat, and can be called off', async () => {
    const body = `
      const rung = []
      const cancelled = setTimeout(() => rung.push('cancelled'), 5)
      setTimeout((a, b) => rung.push(a + b), 20, 'a', 'b')
      setTimeout(() => rung.push('first'), 0)
      const thrice = new Promise((resolve) => {
        const every = setInterval(() => {
          rung.push('every')
          if (rung.filter((x) => x === 'every').length === 3) { clearInterval(every); resolve() }
        }, 2)
      })
      clearTimeout(cancelled)
      queueMicrotask(() => rung.push('microtask'))
      await thrice
      await new Promise((resolve) => setTimeout(resolve, 60))
      return rung`
    const rung = (await evaluate(body)) as string[]
    expect(rung[0]).toBe('microtask')
    expect(rung.filter((name) => name === 'every')).toHaveLength(3)
    expect([rung.includes('first'), rung.includes('ab'), rung.includes('cancelled')]).toEqual([
      true,
      true,
      false,
    ])
  })
})

describe('crypto', () => {
  it('is random, and digests as it should', async () => {
    const body = `
      const bytes = crypto.getRandomValues(new Uint32Array(1000))
      const hex = async (name) => new Uint8Array(await crypto.subtle.digest(name, new TextEncoder().encode('abc'))).toHex()
      return { different: new Set(bytes).size, uuids: [crypto.randomUUID(), crypto.randomUUID()], sha1: await hex('SHA-1'), sha256: await hex({ name: 'sha-256' }), bad: await crypto.subtle.digest('MD5', new Uint8Array(1)).catch((e) => e.name), large: (() => { try { crypto.getRandomValues(new Uint8Array(65537)) } catch (e) { return e.name } })() }`
    const made = (await evaluate(body)) as {
      different: number
      uuids: string[]
      sha1: string
      sha256: string
      bad: string
      large: string
    }
    expect(made.different).toBeGreaterThan(990)
    expect(made.uuids[0]).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/)
    expect(made.uuids[0]).not.toBe(made.uuids[1])
    expect(made).toMatchObject({
      sha1: 'a9993e364706816aba3e25717850c26c9cd0d89d',
      sha256: 'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad',
      bad: 'NotSupportedError',
      large: 'QuotaExceededError',
    })
  })
})

describe('an endowment', () => {
  const asks = `const names = ['fs.readFile', 'fs.search', 'fs.stat', 'notify']
    const found = []
    for (const name of names) { const fn = name.split('.').reduce((at, key) => at?.[key], sallyport); found.push(fn ? await fn({ path: '/' }).then(() => 'asked', (e) => e.code) : 'absent') }
    return found`

  it('is gone when its file is gone', async () => {
    const copy = mkdtempSync(path.join(os.tmpdir(), 'sallyport-guest-'))
    for (const name of ['guest', 'endowments'])
      cpSync(path.join('sandbox', name), path.join(copy, name), { recursive: true })
    rmSync(path.join(copy, 'endowments', 'files-read.ts'))
    const smaller = await buildTestSandbox(copy)
    const other = openTestLane(smaller)
    const tool = makeTool(`export const main = async () => { ${asks} }`)
    expect((await callTool(lane, tool)).outcome).toEqual(ok(['asked', 'asked', 'asked', 'asked']))
    expect((await callTool(other, tool)).outcome).toEqual(ok(['absent', 'absent', 'asked', 'asked']))
    await other.close()
    smaller.remove()
    rmSync(copy, { recursive: true })
  })

  it('tells a failure from a refusal', async () => {
    const body = `return await sallyport.fs.stat({ path: '/' }).catch((e) => [e.kind, e.code])`
    expect(await evaluate(body, { onRequest: async () => failed('not-found', 'x') })).toEqual([
      'failed',
      'not-found',
    ])
    expect(await evaluate(body, { onRequest: async () => refused('flow', 'x') })).toEqual(['refused', 'flow'])
  })
})
