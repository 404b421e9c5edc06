/**
 * As much of the D-Bus wire format as watching one name takes: method calls and signals whose arguments are strings and
 * a boolean. Little-endian, version 1. A message from the bus that does not fit is passed over.
 */

export interface BusCall {
  serial: number
  destination: string
  path: string
  interface: string
  member: string
  args: string[]
}
export interface BusMessage {
  kind: 'call' | 'return' | 'error' | 'signal' | 'other'
  /** The call that a return or error answers; 0 otherwise. */
  replyTo: number
  member: string
  signature: string
  body: Buffer
}

const KINDS = ['other', 'call', 'return', 'error', 'signal'] as const
const MAX_MESSAGE = 1024 * 1024
const FIELD = { path: 1, interface: 2, member: 3, replySerial: 5, destination: 6, signature: 8 } as const

export function encodeCall(call: BusCall): Buffer {
  const body = new Writer()
  for (const arg of call.args) body.string(arg)
  const head = new Writer()
  head.bytes(Buffer.from([0x6c, 1, 0, 1]))
  head.u32(body.length)
  head.u32(call.serial)
  const fields = new Writer(16)
  fields.field(FIELD.path, 'o', call.path)
  fields.field(FIELD.interface, 's', call.interface)
  fields.field(FIELD.member, 's', call.member)
  fields.field(FIELD.destination, 's', call.destination)
  if (call.args.length > 0) fields.field(FIELD.signature, 'g', 's'.repeat(call.args.length))
  head.u32(fields.length)
  head.bytes(fields.take())
  head.align(8)
  return Buffer.concat([head.take(), body.take()])
}

/**
 * @returns the first message of `bytes` and how long it is; null when it is not all there
 * @throws when this is no message, or one of more than a megabyte
 */
export function decodeMessage(bytes: Buffer): { message: BusMessage; size: number } | null {
  if (bytes.length < 16) return null
  if (bytes[0] !== 0x6c || bytes[3] !== 1) throw new Error('not a message of a little-endian bus')
  const fieldsEnd = 16 + bytes.readUInt32LE(12)
  const bodyStart = Math.ceil(fieldsEnd / 8) * 8
  const size = bodyStart + bytes.readUInt32LE(4)
  if (size > MAX_MESSAGE) throw new Error('too large')
  if (bytes.length < size) return null
  const message: BusMessage = {
    kind: KINDS[bytes[1] as number] ?? 'other',
    replyTo: 0,
    member: '',
    signature: '',
    body: bytes.subarray(bodyStart, size),
  }
  readFields(bytes.subarray(0, fieldsEnd), message)
  return { message, size }
}

/** The leading string arguments of a body. */
export function readStrings(body: Buffer, count: number): string[] {
  const found: string[] = []
  let at = 0
  for (let i = 0; i < count; i += 1) {
    at = Math.ceil(at / 4) * 4
    const length = body.readUInt32LE(at)
    found.push(body.toString('utf8', at + 4, at + 4 + length))
    at += 4 + length + 1
  }
  return found
}

function readFields(bytes: Buffer, message: BusMessage): void {
  let at = 16
  while (at < bytes.length) {
    at = Math.ceil(at / 8) * 8
    if (at >= bytes.length) return
    const code = bytes[at]
    const type = bytes.toString('latin1', at + 2, at + 3)
    at += 4
    if (type === 'u') {
      at = Math.ceil(at / 4) * 4
      if (code === FIELD.replySerial) message.replyTo = bytes.readUInt32LE(at)
      at += 4
    } else if (type === 'g') {
      const length = bytes[at] as number
      if (code === FIELD.signature) message.signature = bytes.toString('latin1', at + 1, at + 1 + length)
      at += 1 + length + 1
    } else if (type === 's' || type === 'o') {
      at = Math.ceil(at / 4) * 4
      const length = bytes.readUInt32LE(at)
      if (code === FIELD.member) message.member = bytes.toString('utf8', at + 4, at + 4 + length)
      at += 4 + length + 1
    } else return
  }
}

/** Writes values with the alignment that the format wants, counted from `base`. */
class Writer {
  readonly #parts: Buffer[] = []
  readonly #base: number
  length = 0

  constructor(base = 0) {
    this.#base = base
  }
  bytes(bytes: Buffer): void {
    this.#parts.push(bytes)
    this.length += bytes.length
  }
  align(to: number): void {
    const over = (this.#base + this.length) % to
    if (over > 0) this.bytes(Buffer.alloc(to - over))
  }
  u32(value: number): void {
    this.align(4)
    const bytes = Buffer.alloc(4)
    bytes.writeUInt32LE(value)
    this.bytes(bytes)
  }
  string(text: string): void {
    const bytes = Buffer.from(text, 'utf8')
    this.u32(bytes.length)
    this.bytes(Buffer.concat([bytes, Buffer.from([0])]))
  }
  field(code: number, type: 'o' | 's' | 'g', text: string): void {
    this.align(8)
    this.bytes(Buffer.from([code, 1, type.charCodeAt(0), 0]))
    if (type !== 'g') this.string(text)
    else
      this.bytes(Buffer.concat([Buffer.from([text.length]), Buffer.from(text, 'latin1'), Buffer.from([0])]))
  }
  take(): Buffer {
    return Buffer.concat(this.#parts)
  }
}
