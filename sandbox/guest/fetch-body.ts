/** The body of a Request or a Response: text or bytes, held whole, read once. Streams and forms do not exist here. */
import { bytesOf, fromByteString } from './byte-string.ts'
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
  if (typeof init === 'object') throw new TypeError('a body is text, bytes or URLSearchParams')
  return { data: `${init}`, type: 'text/plain;charset=UTF-8' }
}

/** The data without reading it. */
export let peek: (body: Body) => BodyData

export class Body {
  #data: BodyData
  #used = false

  constructor(data: BodyData) {
    this.#data = data
  }
  static {
    peek = (body) => body.#data
  }
  get bodyUsed() {
    return this.#used
  }
  async text(): Promise<string> {
    const data = this.#use()
    return typeof data === 'string' ? data.replace(/^\ufeff/, '') : data ? new TextDecoder().decode(data) : ''
  }
  async json(): Promise<unknown> {
    return JSON.parse(await this.text())
  }
  async bytes(): Promise<Uint8Array<ArrayBuffer>> {
    const data = this.#use()
    if (typeof data === 'string') return new TextEncoder().encode(data)
    return data ? data.slice() : fromByteString('')
  }
  async arrayBuffer(): Promise<ArrayBuffer> {
    return (await this.bytes()).buffer
  }
  #use(): BodyData {
    if (this.#used && this.#data !== null) throw new TypeError('the body was read already')
    this.#used = true
    return this.#data
  }
}
