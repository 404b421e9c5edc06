/** Request, Response and `fetch` over the gate's `net.fetch`. What the gate refuses rejects with its own error. */
import type { AbortSignal } from './abort.ts'
import { base64ToBytes, bytesToBase64 } from './base64.ts'
import type { Box } from './endowment.ts'
import { Body, type BodyData, peek, takeBody } from './fetch-body.ts'
import { Headers } from './headers.ts'
import type { GuestUrlClass } from './url.ts'

interface RequestInit {
  method?: unknown
  headers?: unknown
  body?: unknown
  redirect?: unknown
  signal?: AbortSignal | null
}
interface FetchResult {
  url: string
  status: number
  statusText: string
  headers: [string, string][]
  body: string
  bodyEncoding: 'utf8' | 'base64'
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
    from: { url: string; redirected: boolean } = { url: '', redirected: false },
  ) {
    const { data, type } = takeBody(body)
    super(data)
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
    return new Response(peek(this), this, this)
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
    const asked = box.ask('net.fetch', {
      url: request.url,
      method: request.method,
      headers: [...request.headers],
      redirect: request.redirect,
      responseEncoding: 'base64',
      ...bodyArguments(peek(request)),
    })
    return responseOf((await orAborted(asked, request.signal)) as FetchResult)
  }
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

function responseOf(result: FetchResult): Response {
  const empty = result.body === '' || NULL_BODY.includes(result.status)
  const body = empty ? null : result.bodyEncoding === 'base64' ? base64ToBytes(result.body) : result.body
  return new Response(body, result, { url: result.url, redirected: result.redirects.length > 0 })
}

/** The request itself goes on at the gate; its answer is no longer waited for. */
function orAborted<T>(asked: Promise<T>, signal: AbortSignal | null): Promise<T> {
  if (!signal) return asked
  return new Promise((resolve, reject) => {
    signal.addEventListener('abort', () => reject(signal.reason), { once: true })
    asked.then(resolve, reject)
  })
}
