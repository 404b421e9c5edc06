/**
 * The network of a model call: one origin, no redirects, limits on time and size. The model's libraries get this and
 * nothing else, so a key can't follow a redirect, and a call that ended leaves no socket behind.
 */
import { setTimeout } from 'node:timers'

/** As the platform's own; handed in, so that this room has no network of its own. */
export type Http = (input: string | URL | Request, init?: RequestInit) => Promise<Response>

export interface HttpLimits {
  /** Bytes of one answer. */
  maxBytes: number
  /** Milliseconds without a byte. A large local model may think for minutes before its first word. */
  idleMs: number
}
export const MODEL_LIMITS: HttpLimits = { maxBytes: 64 * 1024 * 1024, idleMs: 300_000 }

/** The connection failed or was ended by a limit; `reason` as Node's code or a limit's name. Not tried again by itself. */
export class ModelConnectionError extends Error {
  readonly reason: string
  constructor(reason: string, text: string) {
    super(text)
    this.name = 'ModelConnectionError'
    this.reason = reason
  }
}

export interface GuardedHttp {
  http: Http
  /** What ended a connection. Libraries wrap what they catch, so it is kept here as it was. */
  fault(): ModelConnectionError | null
}

/** Wraps `http` for one call to `origin` (`https://host:port`, port always named). */
export function guardHttp(
  http: Http,
  origin: string,
  signal: AbortSignal,
  limits: HttpLimits = MODEL_LIMITS,
): GuardedHttp {
  let fault: ModelConnectionError | null = null
  const end = (error: ModelConnectionError) => {
    fault ??= error
    return fault
  }
  const guarded: Http = async (input, init) => {
    const url = new URL(input instanceof Request ? input.url : input)
    if (originOf(url) !== origin)
      throw end(
        new ModelConnectionError('other-origin', `A model call to ${origin} tried to reach ${url.origin}.`),
      )
    const ended = new AbortController()
    const stop = (error: ModelConnectionError) => ended.abort(end(error))
    const idle = idleTimer(limits.idleMs, stop)
    const signals = [signal, ended.signal, ...(init?.signal ? [init.signal] : [])]
    try {
      const bounded = { signal: AbortSignal.any(signals), redirect: 'error', credentials: 'omit' } as const
      const response = await http(input, { ...init, ...bounded })
      if (!response.body) {
        idle.stop()
        return response
      }
      const broken = (error: unknown) =>
        fault || signal.aborted || init?.signal?.aborted ? (fault ?? error) : end(cutOff(error))
      const body = followBody(response.body, { most: limits.maxBytes, idle, stop, broken })
      const { status, statusText, headers } = response
      return new Response(body, { status, statusText, headers })
    } catch (error) {
      idle.stop()
      if (fault) throw fault
      if (signal.aborted || init?.signal?.aborted) throw error
      throw end(connectionError(error))
    }
  }
  return { http: guarded, fault: () => fault }
}

function originOf(url: URL): string {
  return `${url.protocol}//${url.hostname}:${url.port || (url.protocol === 'https:' ? '443' : '80')}`
}

type Stop = (error: ModelConnectionError) => void

function idleTimer(ms: number, stop: Stop) {
  const words = `The model sent nothing for ${Math.round(ms / 1000)} seconds.`
  const timer = setTimeout(() => stop(new ModelConnectionError('idle', words)), ms)
  timer.unref() // a reader that leaves early leaves it behind
  return { touch: () => timer.refresh(), stop: () => clearTimeout(timer) }
}

interface Following {
  /** Bytes. */
  most: number
  idle: ReturnType<typeof idleTimer>
  stop: Stop
  /** What a reader gets for what ended it. */
  broken(error: unknown): unknown
}

/** The same bytes, counted, and what breaks them off. */
function followBody(
  source: ReadableStream<Uint8Array<ArrayBuffer>>,
  { most, idle, stop, broken }: Following,
): ReadableStream<Uint8Array<ArrayBuffer>> {
  const reader = source.getReader()
  let bytes = 0
  let wanted = true
  const next = async (controller: ReadableStreamDefaultController<Uint8Array<ArrayBuffer>>) => {
    const { done, value } = await reader.read()
    if (!wanted) return
    if (done) {
      idle.stop()
      return controller.close()
    }
    idle.touch()
    bytes += value.byteLength
    if (bytes <= most) return controller.enqueue(value)
    stop(new ModelConnectionError('too-large', `The model’s answer is larger than ${most} bytes.`))
    controller.error(broken(null))
  }
  return new ReadableStream({
    pull: (controller) =>
      next(controller).catch((error) => {
        idle.stop()
        if (wanted) controller.error(broken(error))
      }),
    cancel(reason) {
      wanted = false
      idle.stop()
      return reader.cancel(reason)
    },
  })
}

/** After the beginning of an answer. */
function cutOff(error: unknown): ModelConnectionError {
  const { reason, message } = connectionError(error)
  return new ModelConnectionError(reason === 'not-http' ? reason : 'cut-off', message)
}

/** The innermost reason: Node's network client wraps it as "fetch failed". */
function connectionError(error: unknown): ModelConnectionError {
  let inner: unknown = error
  while (inner instanceof Error && inner.cause) inner = inner.cause
  if (inner instanceof AggregateError && inner.errors.length > 0) inner = inner.errors[0]
  // Without a code by intent: it names what it read instead.
  const isOther = inner instanceof Error && inner.name === 'HTTPParserError'
  const reason = isOther
    ? 'not-http'
    : inner instanceof Error && 'code' in inner
      ? String(inner.code)
      : 'network'
  return new ModelConnectionError(reason, inner instanceof Error ? inner.message : String(inner))
}
