import { execFileSync } from 'node:child_process'
import fs from 'node:fs'
import http, { type IncomingMessage, type ServerResponse } from 'node:http'
import https from 'node:https'
import type { AddressInfo } from 'node:net'
import os from 'node:os'
import path from 'node:path'
import zlib from 'node:zlib'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { ok, refused } from '../../contract/outcome.ts'
import { Perimeter } from '../../contract/perimeter.ts'
import { mintPermit } from '../gate/permit.ts'
import type { PerformContext } from '../ports.ts'
import { createLeakScanner } from '../secrets/leak-scanner.ts'
import { createNetRequestCapability } from './net-request.ts'
import type { SecretSource } from './reveal-secret.ts'
import { type PlayedGate, playGate } from './testing/play-gate.ts'

const SECRET = 'topsecretvalue/"+='

let server: http.Server
let base: string
let port: number
let seen: { method: string; url: string; headers: IncomingMessage['headers']; body: string }[]
let answer: (request: IncomingMessage, response: ServerResponse) => void
let gate: PlayedGate
let network: ReturnType<typeof createNetRequestCapability>
let revealed: string[]
let names: Record<string, string[]>

const vault: SecretSource = {
  info: (name) =>
    name === 'narrow'
      ? ({ agents: ['Somebody else'], tools: ['*'] } as unknown as ReturnType<SecretSource['info']>)
      : null,
  refusal: () => null,
  async reveal(permit, name, target) {
    if (!permit.used) throw new Error('The permit was not used.')
    revealed.push(`${name} ${target.origin} ${target.path} ${target.place}`)
    return name === 'token' ? ok(SECRET) : refused('unavailable', `There is no secret named “${name}”.`)
  },
}
const leaks = {
  redactKnown(text: string) {
    const parts = text.split(SECRET)
    return {
      text: parts.join('•••'),
      hits: parts.slice(1).map(() => ({ what: 'secret:token', start: 0, end: 0 })),
    }
  },
  stream: createLeakScanner().stream,
}

beforeEach(async () => {
  seen = []
  revealed = []
  names = {}
  answer = (_request, response) => void response.end('fine')
  server = http.createServer((request, response) => {
    const chunks: Buffer[] = []
    request.on('data', (chunk) => chunks.push(chunk))
    request.on('end', () => {
      seen.push({
        method: request.method ?? '',
        url: request.url ?? '',
        headers: request.headers,
        body: Buffer.concat(chunks).toString(),
      })
      answer(request, response)
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  port = (server.address() as AddressInfo).port
  base = `http://127.0.0.1:${port}`
  network = createNetRequestCapability({
    vault,
    leaks,
    clock: Date.now,
    resolve: async (host) =>
      (names[host] ?? []).map((address) => ({ address, family: address.includes(':') ? 6 : 4 })),
  })
  gate = playGate([network], mintPermit)
})
afterEach(() => {
  server.closeAllConnections()
  server.close()
})

const perimeter = (...hosts: object[]) =>
  Perimeter.parse({ hosts: [{ scheme: 'http', host: '127.0.0.1', port }, ...hosts] })
const fetchFrom = (url: string, more: object = {}, context: Partial<PerformContext> = {}) =>
  gate.pass('net.fetch', { url, ...more }, { perimeter: perimeter(), ...context })
const value = async (url: string, more: object = {}, context: Partial<PerformContext> = {}) => {
  const outcome = await fetchFrom(url, more, context)
  if (outcome.kind !== 'ok') throw new Error(`${outcome.code}: ${outcome.person}`)
  return outcome.value.value as {
    url: string
    status: number
    body: string
    headers: [string, string][]
    truncated: boolean
    redirects: string[]
  }
}

describe('what a server says back', () => {
  const watching = createLeakScanner()
  watching.watch([{ what: 'secret:token', value: SECRET }])
  const reading = () =>
    playGate(
      [createNetRequestCapability({ vault, leaks: watching, clock: Date.now, resolve: async () => [] })],
      mintPermit,
    )

  test.each([
    'utf8',
    'base64',
  ])('shows no beginning of a secret where its reader has it cut off: %s', async (responseEncoding) => {
    answer = (_request, response) => void response.end(`you sent ${SECRET} <- that`)
    for (let maxBytes = 9; maxBytes < 9 + SECRET.length; maxBytes++) {
      const outcome = await reading().pass(
        'net.fetch',
        { url: base, maxBytes, responseEncoding },
        { perimeter: perimeter() },
      )
      if (outcome.kind !== 'ok') throw new Error(outcome.person)
      const { body, truncated } = outcome.value.value as { body: string; truncated: boolean }
      expect(truncated).toBe(true)
      const shown = responseEncoding === 'utf8' ? body : Buffer.from(body, 'base64').toString()
      expect('you sent ').toContain(shown)
      expect(shown).toMatch(/^you sen/)
    }
  })

  test('shows no secret in the name of a header either', async () => {
    answer = (_request, response) => {
      response.setHeader(`x-${Buffer.from(SECRET).toString('hex')}`, '1')
      response.end()
    }
    const outcome = await reading().pass('net.fetch', { url: base }, { perimeter: perimeter() })
    expect(JSON.stringify(outcome)).toContain('[secret:token removed]')
    expect(JSON.stringify(outcome)).not.toContain(Buffer.from(SECRET).toString('hex'))
  })
})

test.each([
  'Host',
  'Transfer-Encoding',
  'X-HTTP-Method-Override',
  'Proxy-Authorization',
  'a b',
  '',
])('a proof is not put into a header that is no tool’s to set: %j', async (header) => {
  const outcome = await fetchFrom(base, {
    method: 'POST',
    body: 'x',
    sign: { scheme: 'hmac-sha256', secret: 'token', header },
  })
  expect(outcome).toMatchObject({ kind: 'refused', code: 'invalid-request' })
  expect(seen).toEqual([])
})

describe('a request', () => {
  test('sends method, headers and body, and gives the answer back', async () => {
    answer = (_request, response) => {
      response.writeHead(201, 'Made', { 'X-Thing': 'a', 'Content-Type': 'text/plain; charset=utf-8' })
      response.end('Grüße')
    }
    const got = await value(`${base}/a?b=c#d`, {
      method: 'post',
      headers: [['X-One', ' 1 ']],
      body: '{"a":1}',
    })
    expect(got).toMatchObject({ status: 201, body: 'Grüße', truncated: false, url: `${base}/a?b=c` })
    expect(got.headers).toContainEqual(['x-thing', 'a'])
    expect(seen[0]).toMatchObject({
      method: 'POST',
      url: '/a?b=c',
      body: '{"a":1}',
      headers: { 'x-one': '1', host: `127.0.0.1:${port}` },
    })
  })

  test('is shown whole before it is sent', async () => {
    const prepared = await gate.prepare('net.fetch', {
      url: `${base}/x?k={{secret:token}}`,
      method: 'PUT',
      headers: [['Authorization', 'Bearer {{secret:token}}']],
      body: 'all of it',
    })
    expect(prepared).toMatchObject({
      kind: 'ok',
      value: {
        needs: [
          { capability: 'net.request', resource: { kind: 'url', method: 'PUT', privateAddress: true } },
          { capability: 'secret.use', resource: { kind: 'secret', name: 'token', to: base } },
        ],
        exact: [
          { label: 'Request', text: `PUT ${base}/x?k={{secret:token}}` },
          { label: 'Header', text: 'authorization: Bearer {{secret:token}}' },
          { label: 'Body', text: 'all of it', long: true },
        ],
      },
    })
    expect(seen).toEqual([])
  })

  test.each([
    'Host',
    'Connection',
    'Content-Length',
    'Transfer-Encoding',
    'Proxy-Authorization',
    'Sec-Fetch-Mode',
    'Upgrade',
    'TE',
    'Expect',
  ])('can’t set the header %s', async (name) => {
    expect(await fetchFrom(base, { headers: [[name, 'x']] })).toMatchObject({
      kind: 'refused',
      code: 'invalid-request',
    })
  })

  test('can’t smuggle lines into headers, or send a body with GET', async () => {
    expect(await fetchFrom(base, { headers: [['X', 'a\r\nY: b']] })).toMatchObject({
      code: 'invalid-request',
    })
    expect(await fetchFrom(base, { headers: [['X Y', 'a']] })).toMatchObject({ code: 'invalid-request' })
    expect(
      await fetchFrom(base, {
        headers: [
          ['X', 'a'],
          ['x', 'b'],
        ],
      }),
    ).toMatchObject({ code: 'invalid-request' })
    expect(await fetchFrom(base, { body: 'x' })).toMatchObject({ code: 'invalid-request' })
    expect(seen).toEqual([])
  })
})

describe('addresses', () => {
  test('this computer needs a line with host and port', async () => {
    expect(await fetchFrom(base, {}, { perimeter: Perimeter.parse({}) })).toMatchObject({
      kind: 'refused',
      code: 'outside-perimeter',
    })
    for (const line of [
      { scheme: 'http', host: '127.0.0.1' },
      { scheme: 'http', host: '*', port },
      { scheme: 'https', host: '127.0.0.1', port },
      { scheme: 'http', host: '127.0.0.1', port: port === 1 ? 2 : 1 },
    ])
      expect(
        await fetchFrom(base, {}, { perimeter: Perimeter.parse({ hosts: [line] }) }),
        JSON.stringify(line),
      ).toMatchObject({ code: 'outside-perimeter' })
    expect(seen).toEqual([])
  })

  test('a name that leads to a private address is refused, unless a line names it with its port', async () => {
    names['inside.example'] = ['127.0.0.1']
    const url = `http://inside.example:${port}/`
    expect(
      await fetchFrom(
        url,
        {},
        { perimeter: perimeter({ scheme: 'http', host: '*' }, { scheme: 'http', host: '*.example', port }) },
      ),
    ).toMatchObject({ code: 'outside-perimeter' })
    expect(
      await fetchFrom(url, {}, { perimeter: perimeter({ scheme: 'http', host: 'inside.example', port }) }),
    ).toMatchObject({ kind: 'ok' })
    expect(seen).toHaveLength(1)
  })

  test('one private address among public ones is enough to refuse', async () => {
    names['mixed.example'] = ['93.184.216.34', '10.0.0.1']
    expect(await fetchFrom('http://mixed.example/')).toMatchObject({ code: 'outside-perimeter' })
  })

  test('a name is resolved once, and the connection goes there', async () => {
    let asked = 0
    network = createNetRequestCapability({
      vault,
      leaks,
      clock: Date.now,
      // The second answer would lead elsewhere.
      resolve: async () => [{ address: asked++ === 0 ? '127.0.0.1' : '127.0.0.2', family: 4 }],
    })
    gate = playGate([network], mintPermit)
    const outcome = await fetchFrom(
      `http://rebind.example:${port}/`,
      {},
      { perimeter: perimeter({ scheme: 'http', host: 'rebind.example', port }) },
    )
    expect(outcome).toMatchObject({ kind: 'ok' })
    expect(asked).toBe(1)
    expect(seen[0]?.headers.host).toBe(`rebind.example:${port}`)
  })

  test('says in words what went wrong', async () => {
    expect(await fetchFrom('http://nowhere.example/')).toMatchObject({ kind: 'failed', code: 'network' })
    server.closeAllConnections()
    await new Promise((resolve) => server.close(resolve))
    expect(await fetchFrom(base)).toMatchObject({ kind: 'failed', code: 'network' })
  })

  test('proxies from the environment are not used', async () => {
    process.env.http_proxy = 'http://127.0.0.1:1'
    process.env.HTTP_PROXY = 'http://127.0.0.1:1'
    try {
      expect(await fetchFrom(base)).toMatchObject({ kind: 'ok' })
    } finally {
      delete process.env.http_proxy
      delete process.env.HTTP_PROXY
    }
  })
})

describe('secrets', () => {
  test('are filled in at the edge, in the form of their place', async () => {
    await value(`${base}/p?k={{secret:token}}`, {
      method: 'POST',
      headers: [
        ['X-Key', '{{secret:token}}'],
        ['Content-Type', 'application/json'],
      ],
      body: '{"k":"{{secret:token}}"}',
    })
    expect(seen[0]?.url).toBe(`/p?k=${encodeURIComponent(SECRET)}`)
    expect(seen[0]?.headers['x-key']).toBe(SECRET)
    expect(JSON.parse(seen[0]?.body ?? '')).toEqual({ k: SECRET })
    expect(revealed).toEqual([`token ${base} /p header`, `token ${base} /p query`, `token ${base} /p body`])
  })

  test('an echo is taken out of body and headers', async () => {
    answer = (request, response) => {
      response.setHeader('X-Echo', request.headers['x-key'] ?? '')
      response.end(`you sent ${request.headers['x-key']}`)
    }
    const got = await value(base, { headers: [['X-Key', '{{secret:token}}']] })
    expect(got.body).toBe('you sent •••')
    expect(JSON.stringify(got)).not.toContain('topsecret')
    const bytes = await value(base, { headers: [['X-Key', '{{secret:token}}']], responseEncoding: 'base64' })
    expect(Buffer.from(bytes.body, 'base64').toString()).not.toContain('topsecret')
  })

  test('what only looks like a placeholder is not sent, nor one in the path', async () => {
    for (const headers of [
      [['X', '{{ secret:token }}']],
      [['X', '{{secret:Token}}']],
      [['X', '{{secret:}}']],
    ])
      expect(await fetchFrom(base, { headers })).toMatchObject({ code: 'invalid-request' })
    for (const url of [
      `${base}/{{secret:token}}/x`,
      `${base}/?k={{ secret:token }}`,
      `${base}/?k=%7B{+secret:x`,
    ])
      expect(await fetchFrom(url)).toMatchObject({ code: 'invalid-request' })
    expect(seen).toEqual([])
  })

  test('a missing secret sends nothing', async () => {
    expect(await fetchFrom(base, { headers: [['X', '{{secret:none}}']] })).toMatchObject({
      kind: 'refused',
      code: 'unavailable',
    })
    expect(seen).toEqual([])
  })

  test('a secret that is for another agent is not used', async () => {
    expect(await fetchFrom(base, { headers: [['X', '{{secret:narrow}}']] })).toMatchObject({
      kind: 'refused',
      code: 'denied-by-policy',
    })
    expect(seen).toEqual([])
  })

  test('signs in four ways with a key that the tool never sees', async () => {
    await value(base, { sign: { scheme: 'bearer', secret: 'token' } })
    await value(base, { sign: { scheme: 'basic', secret: 'token', user: 'me' } })
    await value(base, {
      method: 'POST',
      body: 'x',
      sign: { scheme: 'hmac-sha256', secret: 'token', header: 'X-Sig' },
    })
    await value(base, {
      sign: { scheme: 'aws-sigv4', secret: 'token', accessKeyId: 'AK', region: 'r', service: 's' },
    })
    expect(seen[0]?.headers.authorization).toBe(`Bearer ${SECRET}`)
    expect(seen[1]?.headers.authorization).toBe(`Basic ${Buffer.from(`me:${SECRET}`).toString('base64')}`)
    expect(seen[2]?.headers['x-sig']).toMatch(/^[0-9a-f]{64}$/)
    expect(seen[3]?.headers.authorization).toMatch(
      /^AWS4-HMAC-SHA256 Credential=AK\/\d{8}\/r\/s\/aws4_request, SignedHeaders=.*host.*, Signature=[0-9a-f]{64}$/,
    )
  })
})

describe('redirects', () => {
  const redirect = (to: string, status = 302) => {
    answer = (request, response) => {
      if (request.url === '/end') return void response.end('end')
      response.writeHead(status, { Location: to })
      response.end()
    }
  }

  test('are each decided anew', async () => {
    redirect('/end')
    const got = await value(`${base}/start`)
    expect(got).toMatchObject({ body: 'end', url: `${base}/end`, redirects: [`${base}/end`] })
    expect(gate.further).toMatchObject([
      { capability: 'net.request', resource: { kind: 'url', url: `${base}/end`, method: 'GET' } },
    ])
  })

  test('lead where the server says, also in letters that it did not escape', async () => {
    for (const location of [Buffer.from('/über?q=日').toString('latin1'), '/\u00fcber?q=%E6%97%A5']) {
      seen = []
      answer = (request, response) => {
        if (request.url === '/start') response.writeHead(302, { Location: location })
        response.end()
      }
      await value(`${base}/start`)
      expect(seen[1]?.url).toBe('/%C3%BCber?q=%E6%97%A5')
    }
  })

  test('end where the decision says no', async () => {
    redirect('http://evil.example/')
    const allowFurther = async () => refused('outside-perimeter', 'no')
    expect(await fetchFrom(`${base}/start`, {}, { allowFurther })).toMatchObject({
      kind: 'refused',
      code: 'outside-perimeter',
    })
    expect(seen).toHaveLength(1)
  })

  test('are checked for private addresses again', async () => {
    redirect('http://169.254.169.254/latest/meta-data')
    expect(await fetchFrom(`${base}/start`)).toMatchObject({ kind: 'refused', code: 'outside-perimeter' })
  })

  test('carry no secret and no header of the tool’s own to another origin', async () => {
    names['other.example'] = ['127.0.0.1']
    redirect(`http://other.example:${port}/end`, 307)
    await value(
      `${base}/start`,
      {
        method: 'POST',
        body: 'x',
        headers: [
          ['Authorization', 'Bearer {{secret:token}}'],
          ['X-Api-Key', 'plain'],
          ['Cookie', 'a=b'],
          ['Accept', 'text/x'],
        ],
        sign: { scheme: 'hmac-sha256', secret: 'token' },
      },
      { perimeter: perimeter({ scheme: 'http', host: 'other.example', port, methods: ['GET', 'POST'] }) },
    )
    expect(seen[0]?.headers.authorization).toBe(`Bearer ${SECRET}`)
    expect(seen[1]).toMatchObject({
      method: 'POST',
      body: 'x',
      headers: { accept: 'text/x', host: `other.example:${port}` },
    })
    for (const name of ['authorization', 'x-api-key', 'cookie', 'x-signature'])
      expect(seen[1]?.headers[name], name).toBeUndefined()
    expect(revealed.every((line) => line.includes('127.0.0.1'))).toBe(true)
  })

  test('never carry a secret in a body to another origin', async () => {
    names['other.example'] = ['127.0.0.1']
    redirect(`http://other.example:${port}/end`, 307)
    expect(await fetchFrom(`${base}/start`, { method: 'POST', body: '{{secret:token}}' })).toMatchObject({
      kind: 'refused',
      code: 'flow',
    })
    expect(seen).toHaveLength(1)
  })

  test('to an address that holds the secret are not followed', async () => {
    answer = (request, response) => {
      response.writeHead(302, { Location: `http://evil.example/?${request.headers['x-key']}` })
      response.end()
    }
    expect(await fetchFrom(base, { headers: [['X-Key', '{{secret:token}}']] })).toMatchObject({
      kind: 'refused',
      code: 'flow',
    })
  })

  test.each([
    ['in its query', '/end?k={{secret:token}}'],
    ['in its path', '/end/{{secret:token}}'],
    ['of another secret', '/end?k={{secret:other}}'],
    ['nearly', '/end?k={{ secret:token }}'],
    ['by being the same once more', ''],
  ])('to an address that names a secret are not followed: %s', async (_what, to) => {
    redirect(to)
    const url = to === '' ? `${base}/start?k={{secret:token}}` : `${base}/start`
    expect(await fetchFrom(url, { headers: [['X-Key', '{{secret:token}}']] })).toMatchObject({
      kind: 'refused',
      code: 'flow',
    })
    expect(seen).toHaveLength(1)
  })

  test('become GET after POST, and lose the body', async () => {
    redirect('/end', 303)
    await value(`${base}/start`, { method: 'POST', body: 'x', headers: [['Content-Type', 'text/plain']] })
    expect(seen[1]).toMatchObject({ method: 'GET', body: '' })
    expect(seen[1]?.headers['content-type']).toBeUndefined()
  })

  test('without end are given up; on request they are not followed', async () => {
    redirect('/again')
    expect(await fetchFrom(`${base}/again`)).toMatchObject({ kind: 'failed', code: 'network' })
    expect(seen.length).toBeLessThan(15)
    expect(await value(`${base}/again`, { redirect: 'manual' })).toMatchObject({ status: 302 })
    expect(await fetchFrom(`${base}/again`, { redirect: 'error' })).toMatchObject({
      kind: 'failed',
      code: 'network',
    })
  })
})

describe('limits', () => {
  test('a long answer is cut and says so', async () => {
    answer = (_request, response) => void response.end('x'.repeat(5000))
    expect(await value(base, { maxBytes: 1000 })).toMatchObject({ body: 'x'.repeat(1000), truncated: true })
  })

  test.each([
    ['gzip', zlib.gzipSync],
    ['deflate', zlib.deflateSync],
    [
      'br',
      (bytes: Buffer) =>
        zlib.brotliCompressSync(bytes, { params: { [zlib.constants.BROTLI_PARAM_QUALITY]: 2 } }),
    ],
    ['zstd', zlib.zstdCompressSync],
  ])('unpacks %s, and a bomb only to its limit', async (coding, pack) => {
    answer = (request, response) => {
      response.setHeader('Content-Encoding', coding)
      response.end(pack(request.url === '/bomb' ? Buffer.alloc(40 * 1024 * 1024) : Buffer.from('small')))
    }
    expect((await value(base)).body).toBe('small')
    const before = process.memoryUsage().rss
    const got = await value(`${base}/bomb`, { maxBytes: 100_000, responseEncoding: 'base64' })
    expect(got.truncated).toBe(true)
    expect(Buffer.from(got.body, 'base64')).toHaveLength(100_000)
    // What is measured includes the making of the bomb in this very process.
    expect(process.memoryUsage().rss - before).toBeLessThan(150 * 1024 * 1024)
  })

  test.each([
    'gzip',
    'deflate',
    'br',
    'zstd',
  ])('an answer without a body is whole, whatever packing it names: %s', async (coding) => {
    answer = ({ url = '' }, response) => {
      response.writeHead(Number(url.slice(1)), { 'Content-Encoding': coding })
      response.end()
    }
    for (const [method, status] of [
      ['HEAD', 200],
      ['GET', 200],
      ['GET', 204],
      ['GET', 304],
    ])
      expect(await value(`${base}/${status}`, { method })).toMatchObject({ status, body: '' })
  })

  test('unpacks deflate without its header, which some servers mean', async () => {
    answer = (_request, response) => {
      response.setHeader('Content-Encoding', 'deflate')
      response.end(zlib.deflateRawSync('plain words'))
    }
    expect((await value(base)).body).toBe('plain words')
  })

  test('zstd that would need more memory than servers may ask for is not unpacked', async () => {
    answer = (_request, response) => {
      response.setHeader('Content-Encoding', 'zstd')
      const windowLog = { [zlib.constants.ZSTD_c_windowLog]: 27 }
      // Of unknown size, so that the window is what was asked for.
      const packer = zlib.createZstdCompress({ params: windowLog })
      packer.pipe(response)
      packer.write(Buffer.alloc(1_000_000, 'x'))
      packer.end()
    }
    expect(await fetchFrom(base)).toMatchObject({ kind: 'failed', code: 'network' })
  })

  test('what unpacks to gigabytes of nothing ends at its limit, and at its deadline', async () => {
    // Forty megabytes of empty files in 80 bytes.
    const empty = zlib.gzipSync('')
    const nothing = Buffer.alloc(2_000_000 * empty.length, empty)
    const packed = zlib.brotliCompressSync(nothing, {
      params: { [zlib.constants.BROTLI_PARAM_LGWIN]: 24, [zlib.constants.BROTLI_PARAM_QUALITY]: 5 },
    })
    answer = (_request, response) => {
      response.setHeader('Content-Encoding', 'gzip, br')
      response.end(packed)
    }
    expect(await fetchFrom(base, { maxBytes: 1000 })).toMatchObject({ kind: 'failed', code: 'network' })
    expect(await fetchFrom(base, { maxBytes: 4 * 1024 * 1024, timeoutMs: 1 })).toMatchObject({
      kind: 'failed',
    })
    answer = (_request, response) => {
      response.setHeader('Content-Encoding', 'gzip')
      response.end(nothing)
    }
    expect(await fetchFrom(base, { timeoutMs: 100 })).toMatchObject({ kind: 'failed', code: 'timeout' })
  })

  test('damaged and unknown packings fail in words', async () => {
    answer = (request, response) => {
      response.setHeader(
        'Content-Encoding',
        { '/unknown': 'snappy', '/many': 'gzip, gzip, gzip', '/made': 'constructor', '/own': '__proto__' }[
          request.url as string
        ] ?? 'gzip',
      )
      response.end('no gzip at all')
    }
    expect(await fetchFrom(base)).toMatchObject({ kind: 'failed', code: 'network' })
    expect(await fetchFrom(`${base}/unknown`)).toMatchObject({ kind: 'failed', code: 'unsupported' })
    expect(await fetchFrom(`${base}/many`)).toMatchObject({ kind: 'failed', code: 'unsupported' })
    // What every object has is no packing.
    expect(await fetchFrom(`${base}/made`)).toMatchObject({ kind: 'failed', code: 'unsupported' })
    expect(await fetchFrom(`${base}/own`)).toMatchObject({ kind: 'failed', code: 'unsupported' })
  })

  test('a silent, a slow and an endless answer end at the deadline', async () => {
    for (const act of [
      () => {},
      (_request: IncomingMessage, response: ServerResponse) => void response.write('x'),
      (_request: IncomingMessage, response: ServerResponse) => {
        const timer = setInterval(() => response.write('x'), 10)
        response.on('close', () => clearInterval(timer))
      },
    ]) {
      answer = act
      const began = performance.now()
      expect(await fetchFrom(base, { timeoutMs: 200 })).toMatchObject({ kind: 'failed', code: 'timeout' })
      expect(performance.now() - began).toBeLessThan(10_000)
    }
  })

  test('too many headers are refused', async () => {
    answer = (_request, response) => {
      for (let i = 0; i < 100; i++) response.setHeader(`x-${i}`, 'y'.repeat(2000))
      response.end()
    }
    expect(await fetchFrom(base)).toMatchObject({ kind: 'failed', code: 'network' })
  })

  test('Stop ends what is open, and says what had left', async () => {
    answer = () => {}
    const waiting = fetchFrom(base, { method: 'POST', body: 'x'.repeat(1000) })
    while (seen.length === 0) await new Promise((resolve) => setTimeout(resolve, 5))
    const ended = await network.end('all')
    expect(ended).toMatchObject({
      sockets: 1,
      alreadyLeft: [expect.stringMatching(/^POST http:\/\/127\.0\.0\.1:\d+: \d+ bytes had been sent\.$/)],
    })
    expect(await waiting).toMatchObject({ kind: 'refused', code: 'cancelled' })
  })
})

describe('cookies', () => {
  test('go back to the host that set them, for the same agent, and never to the tool', async () => {
    answer = (_request, response) => {
      response.setHeader('Set-Cookie', ['sid=1; HttpOnly', 'deep=2; Path=/deep', 'gone=3; Max-Age=0'])
      response.end()
    }
    const got = await value(base)
    expect(JSON.stringify(got.headers)).not.toContain('sid')
    await value(`${base}/deep/x`)
    await value(base, {}, { principal: { id: 'agent_other', kind: 'agent', name: 'Other' } })
    expect(seen.map(({ headers }) => headers.cookie)).toEqual([undefined, 'deep=2; sid=1', undefined])
    await network.end('all')
    await value(base)
    expect(seen[3]?.headers.cookie).toBeUndefined()
  })
})

describe('encryption', () => {
  const makeCertificate = (folder: string, host: string) => {
    const [key, cert] = [path.join(folder, 'key.pem'), path.join(folder, 'cert.pem')]
    execFileSync(
      'openssl',
      [
        'req',
        '-x509',
        '-newkey',
        'ec',
        '-pkeyopt',
        'ec_paramgen_curve:prime256v1',
        '-nodes',
        '-days',
        '2',
        '-subj',
        `/CN=${host}`,
        '-addext',
        `subjectAltName=DNS:${host}`,
        '-keyout',
        key,
        '-out',
        cert,
      ],
      { stdio: 'ignore' },
    )
    return { key: fs.readFileSync(key), cert: fs.readFileSync(cert, 'utf8') }
  }

  test('a certificate that nobody vouches for ends it before anything is sent', async () => {
    const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'sallyport-tls-'))
    const { key, cert } = makeCertificate(folder, 'secure.example')
    let requests = 0
    const secure = https.createServer({ key, cert }, (_request, response) => {
      requests++
      response.end('safe')
    })
    await new Promise<void>((resolve) => secure.listen(0, '127.0.0.1', resolve))
    const securePort = (secure.address() as AddressInfo).port
    const lines = Perimeter.parse({
      hosts: ['secure.example', 'wrong.example'].map((host) => ({ host, port: securePort })),
    })
    const resolve = async () => [{ address: '127.0.0.1', family: 4 }]
    const make = (ca?: string) =>
      playGate(
        [createNetRequestCapability({ vault, leaks, clock: Date.now, resolve, ...(ca ? { ca } : {}) })],
        mintPermit,
      )
    try {
      const ask = (played: PlayedGate, host: string) =>
        played.pass('net.fetch', { url: `https://${host}:${securePort}/` }, { perimeter: lines })
      expect(await ask(make(), 'secure.example')).toMatchObject({ kind: 'failed', code: 'tls' })
      expect(await ask(make(cert), 'wrong.example')).toMatchObject({ kind: 'failed', code: 'tls' })
      expect(requests).toBe(0)
      expect(await ask(make(cert), 'secure.example')).toMatchObject({
        kind: 'ok',
        value: { value: { body: 'safe' } },
      })
    } finally {
      secure.closeAllConnections()
      secure.close()
      fs.rmSync(folder, { recursive: true })
    }
  })
})
