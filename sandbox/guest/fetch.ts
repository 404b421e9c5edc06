/** Request, Response and `fetch` over the gate's `net.fetch`. What the gate refuses rejects with its own error. */
import { AbortController, AbortSignal } from './abort.ts'
import { bytesToBase64 } from './base64.ts'
import type { AskHandle, Box } from './endowment.ts'
import { Body, type BodyData, branch, giveAway, mustBeUnread, peek, takeBody } from './fetch-body.ts'
import { openGateStream, partBytes } from './gate-stream.ts'
import { fix, Headers } from './headers.ts'
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
const REDIRECT_STATUS = [301, 302, 303, 307, 308]
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

interface ResponseFacts {
  readonly status: number
  readonly statusText: string
  readonly headers: Headers
  readonly url: string
  readonly redirected: boolean
  readonly type: string
}

export class Response extends Body {
  readonly #facts: ResponseFacts

  constructor(body?: unknown, given?: ResponseInit | null, answered?: Answered) {
    const { data, type } = answered ? { data: answered.data, type: null } : takeBody(body)
    super(data, answered?.stream ?? null)
    const init = takeInit<ResponseInit>(given)
    // What a server says stands, also where it is none of the statuses that there are.
    const status = toStatus(init.status ?? 200, answered !== undefined)
    if (data !== null && NULL_BODY.includes(status)) throw new TypeError('this status has no body')
    const statusText = `${init.statusText ?? ''}`
    if (!answered && !STATUS_TEXT.test(statusText))
      throw new TypeError('a status text holds a character that it can’t')
    const headers = new Headers(init.headers)
    if (type && !headers.has('content-type')) headers.set('content-type', type)
    const { url = '', redirected = false } = answered ?? {}
    this.#facts = { status, statusText, headers, url, redirected, type: answered?.type ?? 'default' }
  }
  get status() {
    return this.#facts.status
  }
  get statusText() {
    return this.#facts.statusText
  }
  get headers() {
    return this.#facts.headers
  }
  get url() {
    return this.#facts.url
  }
  get redirected() {
    return this.#facts.redirected
  }
  get type() {
    return this.#facts.type
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
  /** What a request ends as that never had an answer; here `fetch` rejects instead. */
  static error(): Response {
    const none = { type: 'error', url: '', redirected: false, data: null, stream: null }
    const made = new Response(null, { status: 0 }, none)
    fix(made.headers)
    return made
  }
}

function toStatus(given: unknown, asServerSaid: boolean): number {
  const status = Math.trunc(Number(given))
  if (!asServerSaid && !(status >= 200 && status <= 599)) throw new RangeError('a status is from 200 to 599')
  return status
}

function takeInit<T extends object>(init: T | null | undefined): T {
  if (init !== null && init !== undefined && typeof init !== 'object' && typeof init !== 'function')
    throw new TypeError('what goes with an address or a body is an object')
  return init ?? ({} as T)
}

interface RequestFacts {
  readonly url: string
  readonly method: string
  readonly headers: Headers
  readonly redirect: string
  readonly signal: AbortSignal
}

/** `Response.redirect` reads an address, so it comes with the URL class of the box. */
function giveRedirect(URL: GuestUrlClass): void {
  const redirect = (url: unknown, status: unknown = 302): Response => {
    const { href } = new URL(url)
    const to = Math.trunc(Number(status))
    if (!REDIRECT_STATUS.includes(to))
      throw new RangeError(`a redirect’s status is ${REDIRECT_STATUS.join(', ')}`)
    const made = new Response(null, { status: to, headers: { location: href } })
    fix(made.headers)
    return made
  }
  Object.defineProperty(Response, 'redirect', { value: redirect, writable: true, configurable: true })
}

export function createFetch(box: Box, URL: GuestUrlClass) {
  giveRedirect(URL)
  class Request extends Body {
    readonly #facts: RequestFacts

    constructor(input: unknown, given?: RequestInit | null) {
      const init = takeInit<RequestInit>(given)
      const from = input instanceof Request ? input : null
      const takes = from !== null && (init.body === undefined || init.body === null)
      if (takes) mustBeUnread(from)
      const { data, type } = takes ? { data: peek(from), type: null } : takeBody(init.body)
      super(data)
      const url = from ? from.url : readUrl(input)
      const method = normalizeMethod(init.method ?? from?.method ?? 'GET')
      if (data !== null && (method === 'GET' || method === 'HEAD'))
        throw new TypeError(`a ${method} request has no body`)
      const headers = new Headers(init.headers ?? from?.headers)
      if (type && !headers.has('content-type')) headers.set('content-type', type)
      const redirect = `${init.redirect ?? from?.redirect ?? 'follow'}`
      if (!REDIRECTS.includes(redirect)) throw new TypeError(`redirect is ${REDIRECTS.join(', ')}`)
      const signal = init.signal === undefined ? from?.signal : init.signal
      if (signal && !(signal instanceof AbortSignal)) throw new TypeError('signal is no AbortSignal')
      this.#facts = { url, method, headers, redirect, signal: signal ?? new AbortController().signal }
      if (takes) giveAway(from)
    }
    get url() {
      return this.#facts.url
    }
    get method() {
      return this.#facts.method
    }
    get headers() {
      return this.#facts.headers
    }
    get redirect() {
      return this.#facts.redirect
    }
    get signal() {
      return this.#facts.signal
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
    const handle: AskHandle = { giveUp() {} }
    const { url, method, redirect } = request
    const args = { url, method, headers: [...request.headers], redirect, ...bodyArguments(peek(request)) }
    const asked = box.ask('net.stream', args, handle) as Promise<FetchHead>
    const head = await orAborted(asked, signal, handle, ({ stream }) => streamOf(stream).cancel())
    const stream = streamOf(head.stream)
    const empty = request.method === 'HEAD' || NULL_BODY.includes(head.status)
    if (empty) void stream.cancel()
    else if (signal.aborted) failStream(stream, signal.reason)
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

/** Once given up, it is not begun any more, and an answer that is on its way is let go of when it comes. */
function orAborted<T>(
  asked: Promise<T>,
  signal: AbortSignal,
  handle: AskHandle,
  letGo: (answer: T) => unknown,
): Promise<T> {
  return new Promise((resolve, reject) => {
    const onAbort = () => {
      reject(signal.reason)
      handle.giveUp()
      asked.then(letGo, () => {})
    }
    signal.addEventListener('abort', onAbort, { once: true })
    asked.then(resolve, reject).finally(() => signal.removeEventListener('abort', onAbort))
  })
}
