/**
 * The body of a Request or a Response, read once: text or bytes, held whole, or the parts of an answer as they come.
 * Forms do not exist here, and what is sent is always whole.
 */
import { bytesOf, fromByteString } from './byte-string.ts'
import { isDisturbed, pullFrom, ReadableStream } from './read-stream.ts'
import { TextDecoder, TextEncoder } from './text-coding.ts'
import { URLSearchParams } from './url-search-params.ts'

export type BodyData = string | Uint8Array<ArrayBuffer> | null

/** Text stays text; anything binary is copied. Throws a TypeError for what can't be a body here. */
export function takeBody(init: unknown): { data: BodyData; type: string | null } {
  if (init === null || init === undefined) return { data: null, type: null }
  if (init instanceof URLSearchParams)
    return { data: init.toString(), type: 'application/x-www-form-urlencoded;charset=UTF-8' }
  if (typeof init === 'object' && (init instanceof ArrayBuffer || ArrayBuffer.isView(init)))
    return { data: new Uint8Array(bytesOf(init)), type: null }
  const text = `${init}`.toWellFormed()
  // The web would send these very words, which nobody ever means.
  if (typeof init === 'object' && /^\[object [^\]]*\]$/.test(text))
    throw new TypeError(
      'a body is text, bytes or URLSearchParams: turn an object into text first, with JSON.stringify',
    )
  return { data: text, type: 'text/plain;charset=UTF-8' }
}

/** The data without reading it, also when its stream was looked at; null for a body that comes in parts. */
export let peek: (body: Body) => BodyData
/** Throws when it was read, or somebody is about to. */
export let mustBeUnread: (body: Body) => void
/** Counts as read from here on: another has it now. */
export let giveAway: (body: Body) => void
/** Another reader of the same parts, where the body comes in parts. */
export let branch: (body: Body) => ReadableStream | null

export class Body {
  #data: BodyData
  #stream: ReadableStream | null
  /** It came as a stream: there is no data. */
  readonly #inParts: boolean
  #used = false

  constructor(data: BodyData, stream: ReadableStream | null = null) {
    this.#data = data
    this.#stream = stream
    this.#inParts = stream !== null
  }
  static {
    peek = (body) => (body.#inParts ? null : body.#data)
    mustBeUnread = (body) => {
      if (body.bodyUsed || body.#stream?.locked) throw new TypeError('the body was read already')
    }
    giveAway = (body) => {
      body.#used = true
    }
    branch = (body) => {
      if (!body.#inParts || !body.#stream) return null
      const [own, other] = body.#stream.tee()
      body.#stream = own
      return other
    }
  }
  get body(): ReadableStream | null {
    if (!this.#stream && this.#data !== null && !this.#used) this.#stream = streamOf(dataBytes(this.#data))
    return this.#stream
  }
  get bodyUsed() {
    if (this.#data === null && !this.#inParts) return false
    return this.#used || (this.#stream !== null && isDisturbed(this.#stream))
  }
  async text(): Promise<string> {
    const data = await this.#use()
    return typeof data === 'string' ? data.replace(/^\ufeff/, '') : data ? new TextDecoder().decode(data) : ''
  }
  async json(): Promise<unknown> {
    return JSON.parse(await this.text())
  }
  async bytes(): Promise<Uint8Array<ArrayBuffer>> {
    return dataBytes(await this.#use())
  }
  async arrayBuffer(): Promise<ArrayBuffer> {
    return (await this.bytes()).buffer
  }
  async #use(): Promise<BodyData> {
    mustBeUnread(this)
    this.#used = true
    return this.#stream ? gather(this.#stream) : this.#data
  }
}

function dataBytes(data: BodyData): Uint8Array<ArrayBuffer> {
  if (typeof data === 'string') return new TextEncoder().encode(data)
  return data ? data.slice() : fromByteString('')
}

async function gather(stream: ReadableStream): Promise<Uint8Array<ArrayBuffer>> {
  stream.getReader()
  const parts: Uint8Array<ArrayBuffer>[] = []
  let size = 0
  for (;;) {
    const part = await pullFrom(stream)
    if (part.done) break
    parts[parts.length] = part.value
    size += part.value.length
  }
  if (parts.length === 1) return parts[0] as Uint8Array<ArrayBuffer>
  const whole = new Uint8Array(size)
  let at = 0
  for (let index = 0; index < parts.length; index++) {
    const part = parts[index] as Uint8Array<ArrayBuffer>
    whole.set(part, at)
    at += part.length
  }
  return whole
}

function streamOf(bytes: Uint8Array<ArrayBuffer>): ReadableStream {
  let given = bytes.length === 0
  return new ReadableStream({
    async pull() {
      if (given) return { done: true, value: undefined }
      given = true
      return { done: false, value: bytes }
    },
    cancel() {},
  })
}
