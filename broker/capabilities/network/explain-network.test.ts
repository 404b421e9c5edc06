/** What a person and a model read when a connection fails: what happened, and no code of any library. */
import { execFileSync } from 'node:child_process'
import fs from 'node:fs'
import net, { type AddressInfo, type Socket } from 'node:net'
import os from 'node:os'
import path from 'node:path'
import tls from 'node:tls'
import zlib from 'node:zlib'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { Perimeter } from '../../../contract/perimeter.ts'
import { mintPermit } from '../../gate/permit.ts'
import type { PerformContext } from '../../ports.ts'
import { createLeakScanner } from '../../secrets/leak-scanner.ts'
import { createNetRequestCapability } from '../net-request.ts'
import type { SecretSource } from '../reveal-secret.ts'
import { playGate } from '../testing/play-gate.ts'

const vault = { info: () => null, refusal: () => null } as unknown as SecretSource
const { stream } = createLeakScanner()
const leaks = { redactKnown: (text: string) => ({ text, hits: [] }), stream }
const names = async () => [{ address: '127.0.0.1', family: 4 }]

let server: net.Server | null = null
afterEach(() => void server?.close())

async function listen(made: net.Server): Promise<number> {
  server = made
  await new Promise<void>((resolve) => made.listen(0, '127.0.0.1', resolve))
  return (made.address() as AddressInfo).port
}

/** In one piece and in parts; both say the same. */
async function told(url: string, more: { ca?: string; body?: string } = {}): Promise<string> {
  const { ca, body } = more
  const gate = playGate(
    [createNetRequestCapability({ vault, leaks, clock: Date.now, resolve: names, ...(ca ? { ca } : {}) })],
    mintPermit,
  )
  const { hostname, port, protocol } = new URL(url)
  const perimeter = Perimeter.parse({
    hosts: [{ host: hostname, port: Number(port), scheme: protocol.slice(0, -1), send: 'allow' }],
  })
  const parts: PerformContext['parts'] = {
    open() {},
    part: async () => true,
    closed: new AbortController().signal,
  }
  const args = { url, timeoutMs: 5_000, ...(body === undefined ? {} : { method: 'POST', body }) }
  const [whole, inParts] = await Promise.all([
    gate.pass('net.fetch', args, { perimeter }),
    gate.pass('net.stream', args, { perimeter, parts }),
  ])
  if (whole.kind === 'ok' || inParts.kind === 'ok') throw new Error('It went well.')
  expect(inParts).toEqual(whole)
  for (const text of [whole.person, whole.model]) expect(text).not.toMatch(/[A-Z]_[A-Z]|\bE[A-Z]{3,}/)
  return `${whole.code}: ${whole.person.replaceAll(/“[^”]*”/g, 'Host')}`
}

const OK = 'HTTP/1.1 200 OK\r\n'
const after = (act: (socket: Socket) => unknown) => (socket: Socket) =>
  void socket.once('data', () => act(socket))
const says = (...answer: (string | Buffer)[]) =>
  after((socket) => {
    for (const part of answer) socket.write(part)
    socket.end()
  })
const packed = zlib.gzipSync(Buffer.alloc(500_000, 'abc'))

const NO_ANSWER = 'network: Host closed the connection without an answer.'
const CUT_OFF = 'network: Host closed the connection before its answer was complete.'
const NO_HTTP = 'network: Host answered with something that is not valid HTTP.'

test.each<[what: string, play: (socket: Socket) => unknown, sentence: string]>([
  ['hangs up', (socket) => socket.destroy(), NO_ANSWER],
  ['hangs up on a request', after((socket) => socket.end()), NO_ANSWER],
  ['resets a request', after((socket) => socket.resetAndDestroy()), NO_ANSWER],
  ['begins a head', says('HTTP/1.1 200 O'), NO_ANSWER],
  ['sends less than it promised', says(`${OK}content-length: 100\r\n\r\nabc`), CUT_OFF],
  [
    'resets an answer',
    after((socket) =>
      socket.write(`${OK}content-length: 9\r\n\r\nabc`, () => setTimeout(() => socket.resetAndDestroy(), 50)),
    ),
    CUT_OFF,
  ],
  ['leaves out the end of chunks', says(`${OK}transfer-encoding: chunked\r\n\r\n3\r\nabc\r\n`), CUT_OFF],
  ['cuts a chunk', says(`${OK}transfer-encoding: chunked\r\n\r\n5\r\nab`), CUT_OFF],
  [
    'cuts what it packed',
    says(`${OK}content-encoding: gzip\r\ncontent-length: ${packed.length + 9}\r\n\r\n`, packed),
    CUT_OFF,
  ],
  ['speaks something else', says('SSH-2.0-OpenSSH_9\r\n'), NO_HTTP],
  ['sends an alert of TLS', says(Buffer.from('15030100020228', 'hex')), NO_HTTP],
  [
    'counts chunks in letters',
    says(`${OK}transfer-encoding: chunked\r\n\r\nzz\r\nabc\r\n0\r\n\r\n`),
    NO_HTTP,
  ],
  ['tells two lengths', says(`${OK}content-length: 3\r\ncontent-length: 5\r\n\r\nabcde`), NO_HTTP],
  ['tells a status that is none', says('HTTP/1.1 042 Odd\r\ncontent-length: 0\r\n\r\n'), NO_HTTP],
  [
    'changes to another protocol',
    says('HTTP/1.1 101 X\r\nupgrade: x\r\nconnection: upgrade\r\n\r\n'),
    NO_HTTP,
  ],
])('a host that %s', async (_what, play, sentence) => {
  const peer = net.createServer((socket) => {
    socket.on('error', () => {})
    play(socket)
  })
  expect(await told(`http://plain.example:${await listen(peer)}/`)).toBe(sentence)
})

test('a host that hangs up while it is sent much', async () => {
  const peer = net.createServer((socket) => {
    socket.on('error', () => {})
    socket.once('data', () => socket.resetAndDestroy())
  })
  const body = 'x'.repeat(4 * 1024 * 1024)
  expect(await told(`http://plain.example:${await listen(peer)}/`, { body })).toBe(NO_ANSWER)
})

test('a port that nobody listens on', async () => {
  const port = await listen(net.createServer())
  await new Promise((closed) => server?.close(closed))
  expect(await told(`http://plain.example:${port}/`)).toBe('network: Host refused the connection.')
})

describe('a certificate', () => {
  let folder: string
  beforeAll(() => {
    folder = fs.mkdtempSync(path.join(os.tmpdir(), 'sallyport-tls-'))
  })
  afterAll(() => fs.rmSync(folder, { recursive: true }))

  const openssl = (...args: string[]) => execFileSync('openssl', args, { cwd: folder, stdio: 'ignore' })

  /** Signed by itself. */
  function certificate(host: string, [from, to]: readonly string[]): { key: string; cert: string } {
    const pair = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-keyout', 'key']
    openssl(
      'req',
      '-new',
      ...pair,
      '-subj',
      `/CN=${host}`,
      '-addext',
      `subjectAltName=DNS:${host}`,
      '-out',
      'csr',
    )
    fs.writeFileSync(path.join(folder, 'index'), '')
    fs.writeFileSync(
      path.join(folder, 'conf'),
      [
        '[ca]\ndefault_ca = own\n[own]\ndatabase = index\nnew_certs_dir = .\nrand_serial = yes\ndefault_md = sha256',
        'policy = any\ncopy_extensions = copy\n[any]\ncommonName = supplied\n',
      ].join('\n'),
    )
    const dates = ['-startdate', from as string, '-enddate', to as string]
    openssl(
      'ca',
      '-batch',
      '-selfsign',
      '-notext',
      '-config',
      'conf',
      '-keyfile',
      'key',
      ...dates,
      '-in',
      'csr',
      '-out',
      'cert',
    )
    const [key, cert] = ['key', 'cert'].map((name) => fs.readFileSync(path.join(folder, name), 'utf8'))
    return { key: key as string, cert: cert as string }
  }

  const LONG = ['20200101000000Z', '20490101000000Z']
  test.each([
    ['nobody here vouches for it', 'safe.example', LONG, false],
    ['it is for another host', 'other.example', LONG, true],
    ['it has expired', 'safe.example', ['20200101000000Z', '20200201000000Z'], true],
    ['it is not valid yet', 'safe.example', ['20480101000000Z', '20490101000000Z'], true],
  ])('that does not count because %s', async (why, host, dates, trusted) => {
    const made = certificate(host, dates)
    const peer = tls.createServer(made, (socket) => socket.end())
    peer.on('tlsClientError', () => {})
    expect(await told(`https://safe.example:${await listen(peer)}/`, trusted ? { ca: made.cert } : {})).toBe(
      `tls: Host has no valid certificate (${why}), so nothing was sent.`,
    )
  })

  test('that a host does not have, because it speaks no TLS', async () => {
    const peer = net.createServer((socket) => {
      socket.on('error', () => {})
      socket.once('data', () => socket.end('HTTP/1.1 400 Bad Request\r\n\r\n'))
    })
    expect(await told(`https://safe.example:${await listen(peer)}/`)).toBe(
      'tls: No secure connection to Host could be made, so nothing was sent.',
    )
  })
})
