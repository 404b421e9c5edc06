/** Request, Response and `fetch` over the gate's `net.fetch`. What the gate refuses rejects with its own error. */
import type { AbortSignal } from './abort.ts'
import { bytesToBase64 } from './base64.ts'
import type { Box } from './endowment.ts'
import { Body, type BodyData, branch, peek, takeBody } from './fetch-body.ts'
import { openGateStream, partBytes } from './gate-stream.ts'
import { Headers } from './headers.ts'
import { failStream, type ReadableStream } from './read-stream.ts'
import type { GuestUrlClass } from './url.ts'

interface RequestInit {
  method?: unknown
  headers?: unknown
  body?: unknown
  redirect?: unknown
  signal?: AbortSignal | null
}
interface FetchHead {
  stream: number
  url: string
  status: number
  statusText: string
  headers: [string, string][]
  redirects: string[]
}
const NULL_BODY = [101, 204, 205, 304]
const KNOWN_METHODS = ['DELETE', 'GET', 'HEAD', 'OPTIONS', 'POST', 'PUT']

export class Response extends Body {
  readonly status: number
  readonly statusText: string
  readonly headers: Headers
  readonly url: string
  readonly redirected: boolean
  readonly type = 'basic'

  constructor(
    body?: unknown,
    init: { status?: number; statusText?: string; headers?: unknown } = {},
    from: { url: string; redirected: boolean; stream?: ReadableStream | null } = {
      url: '',
      redirected: false,
    },
  ) {
    const { data, type } = takeBody(body)
    super(data, from.stream ?? null)
    this.status = init.status === undefined ? 200 : Number(init.status)
    if (!(this.status >= 100 && this.status <= 599)) throw new RangeError('a status is from 200 to 599')
    if (data !== null && NULL_BODY.includes(this.status)) throw new TypeError('this status has no body')
    this.statusText = `${init.statusText ?? ''}`
    this.headers = new Headers(init.headers)
    if (type && !this.headers.has('content-type')) this.headers.set('content-type', type)
    this.url = from.url
    this.redirected = from.redirected
  }
  get ok() {
    return this.status >= 200 && this.status <= 299
  }
  clone(): Response {
    if (this.bodyUsed) throw new TypeError('the body was read already')
    const { url, redirected } = this
    return new Response(peek(this), this, { url, redirected, stream: branch(this) })
  }
  static json(
    value: unknown,
    init: { status?: number; statusText?: string; headers?: unknown } = {},
  ): Response {
    const headers = new Headers(init.headers)
    if (!headers.has('content-type')) headers.set('content-type', 'application/json')
    return new Response(JSON.stringify(value), { ...init, headers })
  }
}

export function createFetch(box: Box, URL: GuestUrlClass) {
  class Request extends Body {
    readonly url: string
    readonly method: string
    readonly headers: Headers
    readonly redirect: string
    readonly signal: AbortSignal | null

    constructor(input: unknown, init: RequestInit = {}) {
      const from = input instanceof Request ? input : null
      const { data, type } =
        init.body === undefined && from ? { data: peek(from), type: null } : takeBody(init.body)
      super(data)
      this.url = from ? from.url : new URL(input).href
      this.method = normalizeMethod(init.method ?? from?.method ?? 'GET')
      if (data !== null && (this.method === 'GET' || this.method === 'HEAD'))
        throw new TypeError(`a ${this.method} request has no body`)
      this.headers = new Headers(init.headers ?? from?.headers)
      if (type && !this.headers.has('content-type')) this.headers.set('content-type', type)
      this.redirect = `${init.redirect ?? from?.redirect ?? 'follow'}`
      this.signal = init.signal === undefined ? (from?.signal ?? null) : init.signal
    }
    clone(): Request {
      if (this.bodyUsed) throw new TypeError('the body was read already')
      return new Request(this)
    }
  }

  async function fetch(input: unknown, init?: RequestInit): Promise<Response> {
    const request = new Request(input, init)
    request.signal?.throwIfAborted()
    const { signal } = request
    const asked = box.ask('net.stream', {
      url: request.url,
      method: request.method,
      headers: [...request.headers],
      redirect: request.redirect,
      ...bodyArguments(peek(request)),
    }) as Promise<FetchHead>
    const head = await orAborted(asked, signal, ({ stream }) => streamOf(stream).cancel())
    const stream = streamOf(head.stream)
    const empty = request.method === 'HEAD' || NULL_BODY.includes(head.status)
    if (empty) void stream.cancel()
    else signal?.addEventListener('abort', () => failStream(stream, signal.reason), { once: true })
    const redirected = head.redirects.length > 0
    return new Response(null, head, { url: head.url, redirected, stream: empty ? null : stream })
  }

  const streamOf = (stream: number) => openGateStream(box, stream, partBytes)
  return { Request, fetch }
}

function normalizeMethod(method: unknown): string {
  const text = `${method}`
  return KNOWN_METHODS.includes(text.toUpperCase()) ? text.toUpperCase() : text
}

function bodyArguments(data: BodyData) {
  if (data === null) return {}
  return typeof data === 'string' ? { body: data } : { body: bytesToBase64(data), bodyEncoding: 'base64' }
}

/** Once given up, the answer is let go of when it comes. */
function orAborted<T>(
  asked: Promise<T>,
  signal: AbortSignal | null,
  letGo: (answer: T) => unknown,
): Promise<T> {
  if (!signal) return asked
  return new Promise((resolve, reject) => {
    const onAbort = () => {
      reject(signal.reason)
      asked.then(letGo, () => {})
    }
    signal.addEventListener('abort', onAbort, { once: true })
    asked.then(resolve, reject).finally(() => signal.removeEventListener('abort', onAbort))
  })
}
