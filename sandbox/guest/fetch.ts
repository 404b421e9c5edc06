/** Request, Response and `fetch` over the gate's `net.fetch`. What the gate refuses rejects with its own error. */
import { AbortController, AbortSignal } from './abort.ts'
import { bytesToBase64 } from './base64.ts'
import type { Box } from './endowment.ts'
import { Body, type BodyData, branch, giveAway, mustBeUnread, peek, takeBody } from './fetch-body.ts'
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
const FORBIDDEN_METHODS = ['CONNECT', 'TRACE', 'TRACK']
const METHOD = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/
const REDIRECTS = ['follow', 'error', 'manual']
const STATUS_TEXT = /^[\t\x20-\x7e\x80-\xff]*$/

interface ResponseInit {
  status?: unknown
  statusText?: unknown
  headers?: unknown
}
/** What only the gate and `clone` say of an answer. */
interface Answered {
  type: string
  url: string
  redirected: boolean
  data: BodyData
  stream: ReadableStream | null
}

export class Response extends Body {
  readonly status: number
  readonly statusText: string
  readonly headers: Headers
  readonly url: string
  readonly redirected: boolean
  readonly type: string

  constructor(body?: unknown, init?: ResponseInit | null, answered?: Answered) {
    const { data, type } = answered ? { data: answered.data, type: null } : takeBody(body)
    super(data, answered?.stream ?? null)
    const { status = 200, statusText = '', headers } = init ?? {}
    // What a server says stands, also where it is none of the statuses that there are.
    this.status = Math.trunc(Number(status))
    if (!answered && !(this.status >= 200 && this.status <= 599))
      throw new RangeError('a status is from 200 to 599')
    if (data !== null && NULL_BODY.includes(this.status)) throw new TypeError('this status has no body')
    this.statusText = `${statusText}`
    if (!answered && !STATUS_TEXT.test(this.statusText))
      throw new TypeError('a status text holds a character that it can’t')
    this.headers = new Headers(headers)
    if (type && !this.headers.has('content-type')) this.headers.set('content-type', type)
    this.type = answered?.type ?? 'default'
    this.url = answered?.url ?? ''
    this.redirected = answered?.redirected ?? false
  }
  get ok() {
    return this.status >= 200 && this.status <= 299
  }
  clone(): Response {
    mustBeUnread(this)
    const { type, url, redirected } = this
    return new Response(null, this, { type, url, redirected, data: peek(this), stream: branch(this) })
  }
  static json(value: unknown, init?: ResponseInit | null): Response {
    const text = JSON.stringify(value)
    if (text === undefined) throw new TypeError('the value is not JSON')
    const headers = new Headers(init?.headers)
    if (!headers.has('content-type')) headers.set('content-type', 'application/json')
    return new Response(text, { ...init, headers })
  }
}

export function createFetch(box: Box, URL: GuestUrlClass) {
  class Request extends Body {
    readonly url: string
    readonly method: string
    readonly headers: Headers
    readonly redirect: string
    readonly signal: AbortSignal

    constructor(input: unknown, given?: RequestInit | null) {
      const init = given ?? {}
      const from = input instanceof Request ? input : null
      const takes = from !== null && (init.body === undefined || init.body === null)
      if (takes) mustBeUnread(from)
      const { data, type } = takes ? { data: peek(from), type: null } : takeBody(init.body)
      super(data)
      this.url = from ? from.url : readUrl(input)
      this.method = normalizeMethod(init.method ?? from?.method ?? 'GET')
      if (data !== null && (this.method === 'GET' || this.method === 'HEAD'))
        throw new TypeError(`a ${this.method} request has no body`)
      this.headers = new Headers(init.headers ?? from?.headers)
      if (type && !this.headers.has('content-type')) this.headers.set('content-type', type)
      this.redirect = `${init.redirect ?? from?.redirect ?? 'follow'}`
      if (!REDIRECTS.includes(this.redirect)) throw new TypeError(`redirect is ${REDIRECTS.join(', ')}`)
      const signal = init.signal === undefined ? from?.signal : init.signal
      if (signal && !(signal instanceof AbortSignal)) throw new TypeError('signal is no AbortSignal')
      this.signal = signal ?? new AbortController().signal
      if (takes) giveAway(from)
    }
    clone(): Request {
      mustBeUnread(this)
      const { url, method, headers, redirect, signal } = this
      return new Request(url, { method, headers, redirect, signal, body: peek(this) })
    }
  }

  function readUrl(input: unknown): string {
    const { href, username, password } = new URL(input)
    if (username || password) throw new TypeError('an address with a name or a password in it')
    return href
  }

  async function fetch(input: unknown, init?: RequestInit | null): Promise<Response> {
    const request = new Request(input, init)
    request.signal.throwIfAborted()
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
    else signal.addEventListener('abort', () => failStream(stream, signal.reason), { once: true })
    return new Response(null, head, {
      type: 'basic',
      url: head.url,
      redirected: head.redirects.length > 0,
      data: null,
      stream: empty ? null : stream,
    })
  }

  const streamOf = (stream: number) => openGateStream(box, stream, partBytes)
  return { Request, fetch }
}

function normalizeMethod(method: unknown): string {
  const text = `${method}`
  if (!METHOD.test(text) || FORBIDDEN_METHODS.includes(text.toUpperCase()))
    throw new TypeError(`not a method: ${text.slice(0, 100)}`)
  return KNOWN_METHODS.includes(text.toUpperCase()) ? text.toUpperCase() : text
}

function bodyArguments(data: BodyData) {
  if (data === null) return {}
  return typeof data === 'string' ? { body: data } : { body: bytesToBase64(data), bodyEncoding: 'base64' }
}

/** Once given up, the answer is let go of when it comes. */
function orAborted<T>(asked: Promise<T>, signal: AbortSignal, letGo: (answer: T) => unknown): Promise<T> {
  return new Promise((resolve, reject) => {
    const onAbort = () => {
      reject(signal.reason)
      asked.then(letGo, () => {})
    }
    signal.addEventListener('abort', onAbort, { once: true })
    asked.then(resolve, reject).finally(() => signal.removeEventListener('abort', onAbort))
  })
}
