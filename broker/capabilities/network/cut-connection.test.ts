import { execFileSync } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import net, { type AddressInfo, type Socket } from 'node:net'
import os from 'node:os'
import path from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import tls from 'node:tls'
import { expect, it } from 'vitest'
import { Perimeter } from '../../../contract/perimeter.ts'
import { mintPermit } from '../../gate/permit.ts'
import { createLeakScanner } from '../../secrets/leak-scanner.ts'
import { createNetRequestCapability } from '../net-request.ts'
import type { SecretSource } from '../reveal-secret.ts'
import { playGate } from '../testing/play-gate.ts'

const BODY = 'x'.repeat(4_000_000)

function makeCertificate(): { key: string; cert: string } {
  const folder = mkdtempSync(path.join(os.tmpdir(), 'cut-'))
  const [key, cert] = [path.join(folder, 'key.pem'), path.join(folder, 'cert.pem')]
  const words =
    'req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 -subj /CN=slow.example'
  execFileSync(
    'openssl',
    [...words.split(' '), '-addext', 'subjectAltName=DNS:slow.example', '-keyout', key, '-out', cert],
    { stdio: 'ignore' },
  )
  const made = { key: readFileSync(key, 'utf8'), cert: readFileSync(cert, 'utf8') }
  rmSync(folder, { recursive: true })
  return made
}

async function listen(server: net.Server): Promise<number> {
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return (server.address() as AddressInfo).port
}
/** Where every name leads here. */
const networkTo = (more: { ca?: string } = {}) =>
  createNetRequestCapability({
    vault: {} as SecretSource,
    leaks: { redactKnown: (text: string) => ({ text, hits: [] }), stream: createLeakScanner().stream },
    clock: Date.now,
    resolve: async () => [{ address: '127.0.0.1', family: 4 }],
    ...more,
  })

it.each(['http', 'https'] as const)('Stop drops what of an upload (%s) has not left yet', async (scheme) => {
  const pair = makeCertificate()
  const makeServer = scheme === 'https' ? tls.createServer.bind(null, pair) : net.createServer
  const server = makeServer((socket: Socket) => void socket.pause())
  const connected = once(server, scheme === 'https' ? 'secureConnection' : 'connection')
  const port = await listen(server)
  const network = networkTo({ ca: pair.cert })
  const request = { url: `${scheme}://slow.example:${port}/`, method: 'POST', body: BODY }
  const perimeter = Perimeter.parse({ hosts: [{ scheme, host: 'slow.example', port }] })
  const sending = playGate([network], mintPermit).pass('net.fetch', request, { perimeter })
  const [peer] = (await connected) as [Socket]
  const ended = new Promise((resolve) => {
    peer.once('end', () => resolve('to its end'))
    peer.once('error', ({ code }: NodeJS.ErrnoException) => resolve(code))
  })
  let arrived = 0
  peer.on('data', (chunk) => {
    arrived += chunk.length
  })
  peer.pause()
  // All of it is with the system, and the peer has not read any: that is what a slow line looks like.
  await new Promise((resolve) => setTimeout(resolve, 200))
  expect(await network.end('all')).toMatchObject({ sockets: 1 })
  expect(await sending).toMatchObject({ kind: 'refused', code: 'cancelled' })
  peer.resume()
  expect(await ended).toBe('ECONNRESET')
  expect(arrived).toBeLessThan(BODY.length)
  server.close()
})

it('Stop closes a connection that is only being opened', async () => {
  // Takes the connection and never says a word of its handshake.
  const server = net.createServer()
  const connected = once(server, 'connection')
  const port = await listen(server)
  const network = networkTo()
  const perimeter = Perimeter.parse({ hosts: [{ scheme: 'https', host: 'slow.example', port }] })
  const sending = playGate([network], mintPermit).pass(
    'net.fetch',
    { url: `https://slow.example:${port}/` },
    { perimeter },
  )
  const [peer] = (await connected) as [Socket]
  const closed = new Promise((resolve) => {
    peer
      .resume()
      .once('close', () => resolve('closed'))
      .once('error', () => {})
  })
  expect(await network.end('all')).toMatchObject({ sockets: 1 })
  // A handshake is waited for three times as long.
  const soon = <T>(what: Promise<T>) => Promise.race([what, sleep(5_000, 'not yet')])
  expect(await soon(sending)).toMatchObject({ kind: 'refused', code: 'cancelled' })
  expect(await soon(closed)).toBe('closed')
  server.close()
})
