/**
 * What a tool's code sees, for the compiler: ambient types to compile a tool against, with `lib: ["ES2024"]`,
 * `types: []` and no DOM. Everything below is frozen, and everything that touches the world asks the gate.
 *
 * Times are epoch milliseconds, sizes and lengths are bytes. A refusal or a failure rejects with a SallyportError.
 */

declare namespace Sallyport {
  type Json = null | boolean | number | string | Json[] | { [key: string]: Json }
  type Encoding = 'utf8' | 'utf16le' | 'latin1' | 'base64'

  interface FolderEntry {
    path: string
    name: string
    kind: 'file' | 'folder' | 'link' | 'other'
    size: number
    modifiedAt: number
  }
  interface Pair {
    from: string
    to: string
  }

  /** `refused`: it was not allowed, `code` says by what. `failed`: it was tried. `message` is written for a model. */
  interface SallyportError extends Error {
    readonly name: 'SallyportError'
    readonly kind: 'refused' | 'failed'
    readonly code: string
  }
  interface SallyportErrorClass {
    readonly prototype: SallyportError
    [Symbol.hasInstance](value: unknown): value is SallyportError
  }

  interface Files {
    /** Capability `fs.read`. At most `length` bytes (1 MiB unless told, 4 MiB at most) from `offset`; `more` says that more follows. */
    readFile(args: { path: string; encoding?: Encoding; offset?: number; length?: number }): Promise<{
      path: string
      data: string
      encoding: string
      size: number
      bytesRead: number
      more: boolean
      /** Some bytes are no text in this encoding and stand as U+FFFD: written back, they would be lost. Read as base64. */
      malformed: boolean
      modifiedAt: number
    }>
    /** Capability `fs.read`. The file in parts, from `offset` on: to its end, or `length` bytes. */
    readStream(args: { path: string; offset?: number; length?: number }): Promise<{
      path: string
      size: number
      modifiedAt: number
      body: ReadableStream
    }>
    /** Capability `fs.read`. Lines below `path` that hold `pattern`. */
    search(args: {
      path: string
      pattern: string
      regex?: boolean
      ignoreCase?: boolean
      glob?: string
      limit?: number
    }): Promise<{ matches: { path: string; line: number; text: string }[]; truncated: boolean }>
    /** Capability `fs.list`. `depth` 1 lists the folder itself. */
    list(args: {
      path: string
      depth?: number
      glob?: string
      limit?: number
    }): Promise<{ entries: FolderEntry[]; truncated: boolean }>
    /** Capability `fs.list`. */
    stat(args: { path: string }): Promise<FolderEntry>
    /** Capability `fs.list`. Waits until something below `path` changes, or the time is over. */
    watch(args: {
      path: string
      timeoutMs?: number
    }): Promise<{ changed: string[]; timedOut: boolean; truncated: boolean }>
    /** Capability `fs.write`. `mode` is `replace` unless told; `parents` makes missing folders. */
    writeFile(args: {
      path: string
      data: string
      encoding?: Encoding
      mode?: 'create' | 'replace' | 'append'
      parents?: boolean
    }): Promise<{ path: string; size: number; created: boolean }>
    /** Capability `fs.write`. Content in parts; it is asked for and written as a whole when it is closed. `mode` is `replace` unless told. */
    writeStream(args: { path: string; mode?: 'create' | 'replace'; parents?: boolean }): FileWriter
    /** Capability `fs.write`. */
    makeFolder(args: { path: string }): Promise<{ path: string; created: boolean }>
    /** Capability `fs.write`. All moves are one request, and so one question. */
    move(args: { moves: Pair[]; parents?: boolean }): Promise<{ moved: Pair[] }>
    /** Capability `fs.write`. */
    copy(args: { copies: Pair[]; parents?: boolean }): Promise<{ copied: Pair[] }>
    /** Capability `fs.delete`: to the system's trash. */
    trash(args: { paths: string[] }): Promise<{ trashed: string[] }>
  }

  interface FileWriter {
    /** Text as UTF-8, or bytes. Resolves when the part has been taken. */
    write(chunk: string | ArrayBuffer | ArrayBufferView): Promise<void>
    close(): Promise<{ path: string; size: number; created: boolean }>
    /** Nothing is written. */
    abort(): Promise<void>
  }

  type Signing =
    | { scheme: 'bearer'; secret: string }
    | { scheme: 'basic'; secret: string; user: string }
    | { scheme: 'hmac-sha256'; secret: string; header?: string }
    | { scheme: 'aws-sigv4'; secret: string; accessKeyId: string; region: string; service: string }

  interface Net {
    /** Capability `net.request`. `{{secret:name}}` in a header's value is filled in by the gate, for a bound host only. */
    fetch(args: {
      url: string
      method?: string
      headers?: [string, string][]
      body?: string
      bodyEncoding?: 'utf8' | 'base64'
      responseEncoding?: 'utf8' | 'base64'
      redirect?: 'follow' | 'error' | 'manual'
      timeoutMs?: number
      maxBytes?: number
      sign?: Signing
    }): Promise<{
      url: string
      status: number
      statusText: string
      headers: [string, string][]
      body: string
      bodyEncoding: 'utf8' | 'base64'
      truncated: boolean
      redirects: string[]
    }>
  }

  interface Net {
    /** Capability `net.request`. The same request; its body comes in parts. `timeoutMs` is the longest wait for the head, and for each part. */
    stream(args: {
      url: string
      method?: string
      headers?: [string, string][]
      body?: string
      bodyEncoding?: 'utf8' | 'base64'
      redirect?: 'follow' | 'error' | 'manual'
      timeoutMs?: number
      maxBytes?: number
      sign?: Signing
    }): Promise<{
      url: string
      status: number
      statusText: string
      headers: [string, string][]
      redirects: string[]
      body: ReadableStream
    }>
  }

  interface Env {
    /** A canary: it opens nothing and nothing takes it. A tool that passes it on, in any form, is frozen at once. */
    readonly SESSION_TOKEN: string
  }

  interface Global {
    readonly env: Readonly<Env>
    readonly fs: Readonly<Files>
    readonly net: Readonly<Net>
    readonly command: {
      /**
       * Capability `command.run`. Never a shell string; `secrets` maps environment variables to secrets' names. With
       * `readOnly` it can change nothing and reach no host, and is seldom asked about.
       */
      run(args: {
        argv: string[]
        cwd: string
        stdin?: string
        timeoutMs?: number
        maxOutput?: number
        secrets?: Record<string, string>
        readOnly?: boolean
      }): Promise<{
        exitCode: number | null
        signal: string | null
        stdout: string
        stderr: string
        truncated: boolean
        sandboxHint?: string
      }>
      /** Capability `command.run`. What it writes comes while it runs; `wait` reads past what is left of it. Cancelling `output` ends the program. */
      start(args: {
        argv: string[]
        cwd: string
        stdin?: string
        timeoutMs?: number
        maxOutput?: number
        secrets?: Record<string, string>
        readOnly?: boolean
      }): Promise<{
        output: ReadableStream<{ stream: 'stdout' | 'stderr'; text: string }>
        wait(): Promise<{
          exitCode: number | null
          signal: string | null
          truncated: boolean
          sandboxHint?: string
        }>
      }>
    }
    readonly secrets: {
      /** Capability `secret.use`. Asks the person for a secret; `reference` stands for it in a header, the value stays with the gate. */
      request(args: {
        name: string
        purpose: string
        hosts: string[]
      }): Promise<{ name: string; reference: string }>
    }
    readonly clipboard: {
      /** Capability `clipboard.read`. */
      read(): Promise<{ text: string }>
      /** Capability `clipboard.write`. */
      write(args: { text: string }): Promise<{ bytes: number }>
    }
    /** Capability `notify`. */
    notify(args: { title: string; body?: string }): Promise<{ shown: boolean }>
    /** Capability `open`. A link or a file, in the person's default app. */
    open(args: { target: string }): Promise<{ opened: boolean }>
    readonly SallyportError: SallyportErrorClass
  }
}

declare const sallyport: Sallyport.Global

// ── the web's minimum ────────────────────────────────────────────────────────────────────────────────────────

interface Console {
  debug(...values: unknown[]): void
  trace(...values: unknown[]): void
  log(...values: unknown[]): void
  info(...values: unknown[]): void
  dir(...values: unknown[]): void
  warn(...values: unknown[]): void
  error(...values: unknown[]): void
  assert(holds: unknown, ...values: unknown[]): void
}
/** One line of the tool's log each, at most 4096 characters. */
declare const console: Console

declare function setTimeout<A extends unknown[]>(fn: (...args: A) => void, ms?: number, ...args: A): number
declare function setInterval<A extends unknown[]>(fn: (...args: A) => void, ms?: number, ...args: A): number
declare function clearTimeout(id: number | undefined): void
declare function clearInterval(id: number | undefined): void
declare function queueMicrotask(fn: () => void): void
/** Buffers that `transfer` names are taken over by the copy. */
declare function structuredClone<T>(value: T, options?: { transfer?: Iterable<ArrayBuffer> } | null): T
declare function atob(data: string): string
declare function btoa(data: string): string
declare const performance: { readonly timeOrigin: number; now(): number }

declare class DOMException extends Error {
  constructor(message?: string, options?: string | { name?: string; cause?: unknown })
  readonly name: string
  readonly code: number
}
declare class Event {
  constructor(type: string, init?: { cancelable?: boolean })
  readonly type: string
  readonly target: EventTarget | null
  readonly defaultPrevented: boolean
  preventDefault(): void
  stopImmediatePropagation(): void
}
declare class EventTarget {
  addEventListener(
    type: string,
    listener: ((event: Event) => unknown) | null,
    options?: { once?: boolean; signal?: AbortSignal },
  ): void
  removeEventListener(type: string, listener: ((event: Event) => unknown) | null): void
  dispatchEvent(event: Event): boolean
}
declare class AbortSignal extends EventTarget {
  private constructor()
  readonly aborted: boolean
  readonly reason: unknown
  onabort: ((event: Event) => unknown) | null
  throwIfAborted(): void
  static abort(reason?: unknown): AbortSignal
  static any(signals: Iterable<AbortSignal>): AbortSignal
  static timeout(ms: number): AbortSignal
}
declare class AbortController {
  readonly signal: AbortSignal
  abort(reason?: unknown): void
}

declare class TextEncoder {
  readonly encoding: string
  encode(text?: string): Uint8Array<ArrayBuffer>
  encodeInto(text: string, into: Uint8Array): { read: number; written: number }
}
/** utf-8, utf-16le, utf-16be and windows-1252 (latin1). */
declare class TextDecoder {
  constructor(label?: string, options?: { fatal?: boolean; ignoreBOM?: boolean })
  readonly encoding: string
  readonly fatal: boolean
  readonly ignoreBOM: boolean
  decode(source?: ArrayBuffer | ArrayBufferView, options?: { stream?: boolean }): string
}

declare class URLSearchParams implements Iterable<[string, string]> {
  constructor(init?: string | Iterable<readonly [string, string]> | Record<string, string> | URLSearchParams)
  readonly size: number
  append(name: string, value: string): void
  delete(name: string, value?: string): void
  get(name: string): string | null
  getAll(name: string): string[]
  has(name: string, value?: string): boolean
  set(name: string, value: string): void
  sort(): void
  toString(): string
  forEach(fn: (value: string, name: string, params: URLSearchParams) => void): void
  entries(): Generator<[string, string]>
  keys(): Generator<string>
  values(): Generator<string>
  [Symbol.iterator](): Generator<[string, string]>
}
declare class URL {
  constructor(url: string | URL, base?: string | URL)
  href: string
  readonly origin: string
  protocol: string
  username: string
  password: string
  host: string
  hostname: string
  port: string
  pathname: string
  search: string
  hash: string
  readonly searchParams: URLSearchParams
  toString(): string
  toJSON(): string
  static canParse(url: string | URL, base?: string | URL): boolean
  static parse(url: string | URL, base?: string | URL): URL | null
}

declare const crypto: {
  getRandomValues<T extends ArrayBufferView>(view: T): T
  randomUUID(): string
  /** Computing over keys of the tool's own. The person's keys stay with the gate (`sign` of `sallyport.net.fetch`). */
  readonly subtle: SubtleCrypto
}
type BufferSource = ArrayBuffer | ArrayBufferView
type KeyFormat = 'raw' | 'jwk' | 'spki' | 'pkcs8'
type KeyUsage = 'sign' | 'verify' | 'encrypt' | 'decrypt' | 'deriveBits' | 'deriveKey'
/** SHA-1, SHA-256, SHA-384, SHA-512. */
type HashName = string | { name: string }
/** HMAC, AES-GCM, AES-CBC, PBKDF2, HKDF, ECDSA, ECDH, Ed25519, X25519, with the web's parameters. */
type CryptoAlgorithm =
  | string
  | {
      name: string
      hash?: HashName
      length?: number
      namedCurve?: string
      iv?: BufferSource
      additionalData?: BufferSource
      tagLength?: number
      salt?: BufferSource
      info?: BufferSource
      iterations?: number
      public?: CryptoKey
    }
declare class CryptoKey {
  private constructor()
  readonly type: 'secret' | 'private' | 'public'
  readonly extractable: boolean
  readonly algorithm: {
    readonly name: string
    readonly hash?: { name: string }
    readonly length?: number
    readonly namedCurve?: string
  }
  readonly usages: readonly KeyUsage[]
}
interface JsonWebKey {
  kty?: string
  crv?: string
  k?: string
  x?: string
  y?: string
  d?: string
  ext?: boolean
  key_ops?: string[]
}
interface SubtleCrypto {
  digest(algorithm: HashName, data: BufferSource): Promise<ArrayBuffer>
  importKey(
    format: KeyFormat,
    data: BufferSource | JsonWebKey,
    algorithm: CryptoAlgorithm,
    extractable: boolean,
    usages: readonly KeyUsage[],
  ): Promise<CryptoKey>
  exportKey(format: 'jwk', key: CryptoKey): Promise<JsonWebKey>
  exportKey(format: 'raw' | 'spki' | 'pkcs8', key: CryptoKey): Promise<ArrayBuffer>
  /** One key, or a pair for ECDSA, ECDH, Ed25519 and X25519. */
  generateKey(
    algorithm: CryptoAlgorithm,
    extractable: boolean,
    usages: readonly KeyUsage[],
  ): Promise<CryptoKey | { publicKey: CryptoKey; privateKey: CryptoKey }>
  sign(algorithm: CryptoAlgorithm, key: CryptoKey, data: BufferSource): Promise<ArrayBuffer>
  verify(
    algorithm: CryptoAlgorithm,
    key: CryptoKey,
    signature: BufferSource,
    data: BufferSource,
  ): Promise<boolean>
  encrypt(algorithm: CryptoAlgorithm, key: CryptoKey, data: BufferSource): Promise<ArrayBuffer>
  decrypt(algorithm: CryptoAlgorithm, key: CryptoKey, data: BufferSource): Promise<ArrayBuffer>
  deriveBits(algorithm: CryptoAlgorithm, key: CryptoKey, length: number | null): Promise<ArrayBuffer>
  deriveKey(
    algorithm: CryptoAlgorithm,
    key: CryptoKey,
    wanted: CryptoAlgorithm,
    extractable: boolean,
    usages: readonly KeyUsage[],
  ): Promise<CryptoKey>
}

type HeadersInit = Headers | Iterable<readonly [string, string]> | Record<string, string>
type BodyInit = string | ArrayBuffer | ArrayBufferView | URLSearchParams | null
interface RequestInit {
  method?: string
  headers?: HeadersInit
  body?: BodyInit
  redirect?: 'follow' | 'error' | 'manual'
  signal?: AbortSignal | null
}
declare class Headers implements Iterable<[string, string]> {
  constructor(init?: HeadersInit)
  append(name: string, value: string): void
  delete(name: string): void
  get(name: string): string | null
  getSetCookie(): string[]
  has(name: string): boolean
  set(name: string, value: string): void
  forEach(fn: (value: string, name: string, headers: Headers) => void): void
  entries(): Generator<[string, string]>
  keys(): Generator<string>
  values(): Generator<string>
  [Symbol.iterator](): Generator<[string, string]>
}
/** Read once, part by part; the next part is asked for when somebody wants it. Comes from the gate, is not made here. */
interface ReadableStream<T = Uint8Array<ArrayBuffer>> extends AsyncIterable<T> {
  readonly locked: boolean
  getReader(): ReadableStreamReader<T>
  cancel(reason?: unknown): Promise<void>
  tee(): [ReadableStream<T>, ReadableStream<T>]
  values(options?: { preventCancel?: boolean }): AsyncGenerator<T, void>
  [Symbol.asyncIterator](): AsyncGenerator<T, void>
}
interface ReadableStreamReader<T> {
  read(): Promise<{ done: false; value: T } | { done: true; value: undefined }>
  cancel(reason?: unknown): Promise<void>
  releaseLock(): void
  readonly closed: Promise<void>
}
/** What is sent is held whole; an answer comes in parts. There are no forms. */
declare class Body {
  readonly body: ReadableStream | null
  readonly bodyUsed: boolean
  text(): Promise<string>
  json(): Promise<unknown>
  bytes(): Promise<Uint8Array<ArrayBuffer>>
  arrayBuffer(): Promise<ArrayBuffer>
}
declare class Request extends Body {
  constructor(input: string | URL | Request, init?: RequestInit)
  readonly url: string
  readonly method: string
  readonly headers: Headers
  readonly redirect: string
  readonly signal: AbortSignal
  clone(): Request
}
declare class Response extends Body {
  constructor(body?: BodyInit, init?: { status?: number; statusText?: string; headers?: HeadersInit })
  readonly status: number
  readonly statusText: string
  readonly ok: boolean
  readonly url: string
  readonly redirected: boolean
  /** `basic` for an answer that came through the gate. */
  readonly type: string
  readonly headers: Headers
  clone(): Response
  static json(
    value: unknown,
    init?: { status?: number; statusText?: string; headers?: HeadersInit },
  ): Response
  static redirect(url: string | URL, status?: 301 | 302 | 303 | 307 | 308): Response
  /** Of type `error`, status 0. `fetch` never gives one: it rejects. */
  static error(): Response
}
/** Capability `net.request`. */
declare function fetch(input: string | URL | Request, init?: RequestInit): Promise<Response>
