/**
 * One request and its answer over one fresh connection, which goes to the checked addresses and nowhere else. Proxies
 * from the environment are not used: they would see what was meant for another.
 */
import type { LookupAddress } from 'node:dns'
import type { LookupFunction, Socket } from 'node:net'
import type { Readable } from 'node:stream'
import type { buildConnector, Dispatcher } from 'undici'
import { failed, type Outcome, ok } from '../../../contract/outcome.ts'
import type { Delivered } from '../deliver-bytes.ts'
import { explainNetwork } from './explain-network.ts'
import { damaged, readBody, unpackBody } from './read-body.ts'
import type { HeaderList } from './request-headers.ts'

export interface WireRequest {
  /** Absolute, secrets filled in: never logged, never told. */
  url: URL
  method: string
  headers: HeaderList
  body: Buffer | null
  addresses: LookupAddress[]
  maxBytes: number
  signal: AbortSignal
  /** Certificates to trust instead of the usual ones, PEM. */
  ca?: string | undefined
  /** Given the connection once it is made. */
  onSocket(socket: Socket): void
  /** Takes an answer's body itself; null leaves it to be read whole. May throw what the body throws. */
  take?: ((head: WireHead) => ((body: Readable) => Promise<Outcome<Delivered>>) | null) | undefined
}
export interface WireHead {
  status: number
  statusText: string
  headers: HeaderList
  setCookie: string[]
}
export interface WireAnswer extends WireHead {
  body: Buffer
  truncated: boolean
  /** How it went, where the body was taken in parts. */
  delivered: Delivered | null
}

const MAX_HEADER_BYTES = 64 * 1024
const CONNECT_MS = 15_000

export async function sendOnce(request: WireRequest): Promise<Outcome<WireAnswer>> {
  // The client is large, and most runs never send: it loads with the first request.
  const { default: undici } = await import('undici')
  const host = request.url.host
  const client = new undici.Client(request.url.origin, {
    connect: connectorTo(request, undici.buildConnector),
    allowH2: false,
    pipelining: 1,
    maxHeaderSize: MAX_HEADER_BYTES,
    // The deadline of the whole request is the signal's.
    headersTimeout: 0,
    bodyTimeout: 0,
    keepAliveTimeout: 1,
  })
  let answered = false
  try {
    const answer = await client.request({
      path: request.url.pathname + request.url.search,
      method: request.method as Dispatcher.HttpMethod,
      headers: request.headers.flat(),
      body: request.body,
      signal: request.signal,
      reset: true,
    })
    answered = true
    const head: WireHead = {
      status: answer.statusCode,
      statusText: answer.statusText ?? '',
      ...splitHeaders(answer.headers),
    }
    const coding = hasBody(request.method, answer.statusCode) ? answer.headers['content-encoding'] : ''
    const body = unpackBody(answer.body, String(coding ?? ''), request)
    if (body.kind !== 'ok') return body
    try {
      return await answerOf(request, head, body.value.stream)
    } finally {
      body.value.destroy()
    }
  } catch (error) {
    if (request.signal.aborted)
      return failed('timeout', `“${host}” did not answer in time, or the request was ended.`)
    return explainNetwork(error, host, answered)
  } finally {
    await client.destroy().catch(() => {})
  }
}

async function answerOf(request: WireRequest, head: WireHead, body: Readable): Promise<Outcome<WireAnswer>> {
  const take = request.take?.(head)
  if (!take) {
    const read = await readBody(body, request.maxBytes)
    if (read.kind !== 'ok') return read
    return ok({ ...head, body: read.value.bytes, truncated: read.value.truncated, delivered: null })
  }
  try {
    const delivered = await take(body)
    if (delivered.kind !== 'ok') return delivered
    return ok({ ...head, body: Buffer.alloc(0), truncated: false, delivered: delivered.value })
  } catch (error) {
    return damaged(error)
  }
}

/** Others say how their body would have been packed. */
function hasBody(method: string, status: number): boolean {
  return method !== 'HEAD' && status !== 204 && status !== 304
}

function connectorTo(request: WireRequest, build: typeof buildConnector): buildConnector.connector {
  const { addresses } = request
  const lookup: LookupFunction = (_host, options, done) => {
    const [first] = addresses as [LookupAddress, ...LookupAddress[]]
    if (options.all) done(null, addresses)
    else done(null, first.address, first.family)
  }
  const connect = build({
    allowH2: false,
    maxCachedSessions: 0,
    timeout: CONNECT_MS,
    autoSelectFamily: true,
    lookup,
    ...(request.ca === undefined ? {} : { ca: request.ca }),
  } as buildConnector.BuildOptions)
  return (options, done) => {
    const opening = connect(options, (error, socket) => {
      request.signal.removeEventListener('abort', giveUp)
      if (error || !socket) return done(error as Error, null)
      if (!isAmong(socket.remoteAddress, addresses)) {
        socket.destroy()
        return done(new Error('Connected to an address that was not checked.'), null)
      }
      request.onSocket(socket)
      done(null, socket)
    }) as unknown as Socket
    // Else it would go on being opened, with a handshake, although nobody wants it any more.
    const giveUp = () => void opening.destroy(new Error('The request has ended.'))
    request.signal.addEventListener('abort', giveUp)
    if (request.signal.aborted) giveUp()
  }
}

function isAmong(remote: string | undefined, addresses: LookupAddress[]): boolean {
  const plain = remote?.replace(/^::ffff:(?=\d+\.)/, '')
  return addresses.some(({ address }) => address === remote || address === plain)
}

function splitHeaders(headers: Record<string, string | string[] | undefined>): {
  headers: HeaderList
  setCookie: string[]
} {
  const list: HeaderList = []
  const setCookie: string[] = []
  for (const [name, value] of Object.entries(headers)) {
    if (value === undefined) continue
    const values = Array.isArray(value) ? value : [value]
    if (name === 'set-cookie') setCookie.push(...values)
    else for (const one of values) list.push([name, one])
  }
  return { headers: list, setCookie }
}
