/** Content on its way to a file: gathered in parts, written and asked for as a whole when it is closed. */
import { bytesToBase64 } from './base64.ts'
import { bytesOf } from './byte-string.ts'
import type { Box } from './endowment.ts'
import { freezeDeep } from './freeze.ts'
import { TextEncoder } from './text-coding.ts'

/** Bytes of one part. */
const PART = 512 * 1024

export class FileWriter {
  #box: Box
  #args: Record<string, unknown>
  #stage: number | null = null
  #closed = false
  /** Why a part was not taken. Without it the content would not be what was given, so nothing is written any more. */
  #fault: { reason: unknown } | null = null
  /** Parts go out one after the other, in the order in which they were given. */
  #last: Promise<unknown> = Promise.resolve()

  constructor(box: Box, args: unknown) {
    if (typeof args !== 'object' || args === null) throw new TypeError('writeStream takes one object')
    this.#box = box
    this.#args = { ...args }
  }

  /** Resolves when the part has been taken. */
  async write(chunk: unknown): Promise<void> {
    if (this.#closed) throw new TypeError('the file was closed already')
    let bytes: Uint8Array
    try {
      bytes = typeof chunk === 'string' ? new TextEncoder().encode(chunk) : bytesOf(chunk).slice()
    } catch (reason) {
      this.#fault ??= { reason }
      throw reason
    }
    return this.#inTurn(async () => {
      for (let at = 0; at < bytes.length; at += PART) await this.#send(bytes.subarray(at, at + PART))
    })
  }
  /** Asks for the file to be written; nothing of it is there before. */
  async close(): Promise<unknown> {
    if (this.#closed) throw new TypeError('the file was closed already')
    this.#closed = true
    return this.#inTurn(async () => {
      try {
        if (this.#fault) throw this.#fault.reason
        if (this.#stage === null) await this.#send(new Uint8Array(0))
        return await this.#box.ask('fs.writeStream', { ...this.#args, stage: this.#stage })
      } finally {
        this.#drop()
      }
    })
  }
  /** Forgets what was gathered. */
  async abort(): Promise<void> {
    this.#closed = true
    return this.#inTurn(async () => this.#drop())
  }

  #inTurn<T>(act: () => Promise<T>): Promise<T> {
    const next = this.#last.then(act)
    this.#last = next.catch(() => {})
    return next
  }
  async #send(bytes: Uint8Array) {
    if (this.#fault) throw this.#fault.reason
    const data = bytesToBase64(bytes)
    try {
      const { stage } = (await this.#box.ask('stage.write', { stage: this.#stage, data })) as {
        stage: number
      }
      this.#stage = stage
    } catch (reason) {
      this.#fault = { reason }
      throw reason
    }
  }
  #drop() {
    if (this.#stage !== null) this.#box.ask('stage.drop', { stage: this.#stage }).catch(() => {})
  }
}
freezeDeep(FileWriter)
