/**
 * The few words of D-Bus that it takes to ask a bus one question after another, and to hear that something has changed:
 * connect, say who we are, call methods with text arguments, read simple answers, be told of signals (not what they
 * carry). Nothing is ever started by asking. By the D-Bus specification, version 1, little-endian.
 */
import { connect, type Socket } from 'node:net'
import { getuid } from 'node:process'

export interface BusQuestion {
  destination: string
  path: string
  interface: string
  member: string
  /** Strings, or object paths where they begin with a slash and `paths` says so. */
  args?: readonly string[]
}
/** The body of the answer, read by its signature: `s`, `o`, `u`, `b`, `v` of these, `as`. */
export type BusValue = string | number | boolean | string[] | null
export interface Bus {
  /** Rejects when the answer is an error, or the bus goes away. */
  ask(question: BusQuestion): Promise<BusValue>
  /** The time limit no longer counts: the connection is kept for its signals, and keeps no program alive. */
  stay(): void
  close(): void
}
export interface BusEvents {
  /** A signal that was asked for with `AddMatch`. */
  onSignal(): void
  /** It is gone, by itself or because it was closed. */
  onGone(): void
}

const CALL = 1
const ANSWER = 2
const SIGNAL = 4
const NO_AUTO_START = 2
const LARGEST_MESSAGE = 1 << 20

/** Where the session's bus listens; null when there is none. */
export function busPath(env: Record<string, string | undefined>): string | null {
  for (const address of (env.DBUS_SESSION_BUS_ADDRESS ?? '').split(';')) {
    const [, kind, value] = /^unix:(?:.*,)?(path|abstract)=([^,]*)/.exec(address) ?? []
    if (value) return (kind === 'abstract' ? '\0' : '') + decodeURIComponent(value)
  }
  return env.XDG_RUNTIME_DIR && !env.DBUS_SESSION_BUS_ADDRESS ? `${env.XDG_RUNTIME_DIR}/bus` : null
}

/** Where the system's bus listens, if there is one. */
export const systemBusPath = (env: Record<string, string | undefined>): string =>
  busPath({
    DBUS_SESSION_BUS_ADDRESS: env.DBUS_SYSTEM_BUS_ADDRESS || 'unix:path=/run/dbus/system_bus_socket',
  }) ?? '/run/dbus/system_bus_socket'

/** @param timeoutMs until all that is asked is answered */
export function openBus(path: string, timeoutMs: number, events?: BusEvents): Promise<Bus> {
  return new Promise((resolve, reject) => {
    const socket = connect({ path })
    const waiting = new Map<number, { resolve(value: BusValue): void; reject(error: Error): void }>()
    const fail = (error: Error) => {
      clearTimeout(timer)
      socket.destroy()
      reject(error)
      for (const each of waiting.values()) each.reject(error)
      waiting.clear()
    }
    // This keeps a short program alive until it has its answer; the connection alone would not.
    const timer = setTimeout(() => fail(new Error('timeout')), timeoutMs)
    socket.unref()
    socket.on('error', fail)
    socket.on('close', () => {
      fail(new Error('the bus closed the connection'))
      events?.onGone()
    })
    const bus = speak(socket, waiting, fail, {
      endTimer: () => clearTimeout(timer),
      onSignal: events?.onSignal,
    })
    socket.on('connect', () => socket.write(`\0AUTH EXTERNAL ${toHex(String(getuid?.() ?? 0))}\r\n`))
    bus.ready.then(() => resolve(bus), reject)
  })
}

function speak(
  socket: Socket,
  waiting: Map<number, { resolve(value: BusValue): void; reject(error: Error): void }>,
  fail: (error: Error) => void,
  on: { endTimer(): void; onSignal: (() => void) | undefined },
): Bus & { ready: Promise<unknown> } {
  let held = Buffer.alloc(0)
  let greeted = false
  let serial = 0
  let accept: () => void
  const accepted = new Promise<void>((resolve) => {
    accept = resolve
  })
  const ask = (question: BusQuestion) =>
    new Promise<BusValue>((resolve, reject) => {
      serial++
      waiting.set(serial, { resolve, reject })
      socket.write(writeCall(serial, question))
    })

  socket.on('data', (bytes: Buffer) => {
    held = Buffer.concat([held, bytes])
    if (!greeted) {
      const end = held.indexOf('\r\n')
      if (end < 0) return
      if (!held.toString('latin1', 0, end).startsWith('OK')) return fail(new Error('the bus refused us'))
      held = held.subarray(end + 2)
      greeted = true
      socket.write('BEGIN\r\n')
      accept()
    }
    for (let size = messageSize(held); size > 0 && held.length >= size; size = messageSize(held)) {
      if (size > LARGEST_MESSAGE) return fail(new Error('the answer is too large'))
      take(held.subarray(0, size))
      held = held.subarray(size)
    }
  })

  function take(message: Buffer): void {
    if (message[1] === SIGNAL) {
      on.onSignal?.()
      return
    }
    const { kind, replyTo, value } = readMessage(message)
    const asked = waiting.get(replyTo)
    if (!asked) return
    waiting.delete(replyTo)
    if (kind === ANSWER) asked.resolve(value)
    else asked.reject(new Error(typeof value === 'string' ? value : 'the call failed'))
  }

  const ready = accepted.then(() =>
    ask({
      destination: 'org.freedesktop.DBus',
      path: '/org/freedesktop/DBus',
      interface: 'org.freedesktop.DBus',
      member: 'Hello',
    }),
  )
  return {
    ready,
    ask,
    stay: on.endTimer,
    close() {
      on.endTimer()
      socket.destroy()
    },
  }
}

const toHex = (text: string) => Buffer.from(text).toString('hex')
const upTo = (at: number, step: number) => Math.ceil(at / step) * step

function writeCall(serial: number, question: BusQuestion): Buffer {
  const args = question.args ?? []
  const body = args.reduce<Buffer>((before, text) => joinAt(before, 4, writeText(text)), Buffer.alloc(0))
  const fields: [code: number, type: string, text: string][] = [
    [1, 'o', question.path],
    [2, 's', question.interface],
    [3, 's', question.member],
    [6, 's', question.destination],
  ]
  let header: Buffer = Buffer.alloc(0)
  for (const [code, type, text] of fields)
    header = joinAt(
      header,
      8,
      Buffer.concat([Buffer.from([code, 1, type.charCodeAt(0), 0]), writeText(text)]),
    )
  if (args.length > 0) {
    const signature = Buffer.from([8, 1, 'g'.charCodeAt(0), 0, args.length])
    header = joinAt(header, 8, Buffer.concat([signature, Buffer.from(`${'s'.repeat(args.length)}\0`)]))
  }
  const start = Buffer.alloc(16)
  start.write('l')
  start[1] = CALL
  start[2] = NO_AUTO_START
  start[3] = 1
  start.writeUInt32LE(body.length, 4)
  start.writeUInt32LE(serial, 8)
  start.writeUInt32LE(header.length, 12)
  return joinAt(Buffer.concat([start, header]), 8, body)
}

function joinAt(before: Buffer, step: number, more: Buffer): Buffer {
  return Buffer.concat([before, Buffer.alloc(upTo(before.length, step) - before.length), more])
}

function writeText(text: string): Buffer {
  const bytes = Buffer.from(text)
  const length = Buffer.alloc(4)
  length.writeUInt32LE(bytes.length)
  return Buffer.concat([length, bytes, Buffer.alloc(1)])
}

/** 0 while it can't be told. Throws nothing: a peer that speaks otherwise is cut off by its size. */
function messageSize(held: Buffer): number {
  if (held.length < 16) return 0
  if (held[0] !== 0x6c) return LARGEST_MESSAGE + 1
  return upTo(16 + held.readUInt32LE(12), 8) + held.readUInt32LE(4)
}

function readMessage(message: Buffer): { kind: number; replyTo: number; value: BusValue } {
  const end = 16 + message.readUInt32LE(12)
  let replyTo = 0
  let signature = ''
  for (let at = 16; at < end; at = upTo(at, 8)) {
    const code = message[at]
    const type = String.fromCharCode(message[at + 2] ?? 0)
    at += 4
    if (type === 'g') {
      const length = message[at] ?? 0
      if (code === 8) signature = message.toString('latin1', at + 1, at + 1 + length)
      at += length + 2
    } else if (type === 'u') {
      if (code === 5) replyTo = message.readUInt32LE(at)
      at += 4
    } else at += 4 + message.readUInt32LE(at) + 1
  }
  const body = message.subarray(upTo(end, 8))
  return { kind: message[1] ?? 0, replyTo, value: readValue(body, 0, signature) }
}

function readValue(body: Buffer, at: number, signature: string): BusValue {
  if (signature === 'v') {
    const length = body[at] ?? 0
    const inner = body.toString('latin1', at + 1, at + 1 + length)
    return readValue(body, upTo(at + length + 2, 4), inner)
  }
  if (signature.startsWith('s') || signature.startsWith('o')) return readText(body, at)
  if (signature === 'u') return body.readUInt32LE(at)
  if (signature === 'b') return body.readUInt32LE(at) === 1
  if (signature !== 'as' && signature !== 'ao') return null
  const end = at + 4 + body.readUInt32LE(at)
  const texts: string[] = []
  for (let next = at + 4; next < end; next = upTo(next, 4)) {
    const text = readText(body, next)
    texts.push(text)
    next += 4 + Buffer.byteLength(text) + 1
  }
  return texts
}

const readText = (body: Buffer, at: number) => body.toString('utf8', at + 4, at + 4 + body.readUInt32LE(at))
