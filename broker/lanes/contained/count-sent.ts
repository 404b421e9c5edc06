/**
 * What leaves through the sandbox's proxy, for each host and port. The proxy runs in this process and opens every
 * connection with `net`, which tells of each on a channel of its own; a program in the sandbox has no other way out.
 * Counted is what was handed to the connection: with headers and encryption, without what the network adds.
 */
import { subscribe } from 'node:diagnostics_channel'
import type { Socket } from 'node:net'
import type { SentTo } from './sent-file.ts'

interface Connection {
  socket: Socket
  /** As it was asked for; an address where that was one. */
  host: string
  port: number
  told: number
}

/**
 * @param keep told of each part before it is sent
 * @returns what was sent since it was asked last
 */
export function countSent(keep: (host: string, port: number, bytes: number) => void): () => SentTo[] {
  const open = new Set<Connection>()
  subscribe('net.client.socket', (message) => {
    const { socket } = message as { socket: Socket }
    let name = ''
    socket.once('lookup', (_error, _address, _family, host) => {
      name = host
    })
    socket.once('connect', () => {
      // A path has no port: the proxy's own way to its other half.
      const { remoteAddress, remotePort } = socket
      if (remotePort === undefined) return
      const host = name || (remoteAddress ?? '')
      open.add({ socket, host, port: remotePort, told: 0 })
      // What waits for the connection goes out after this. Before it is there, nobody can stand before its writing.
      if (socket.bytesWritten > 0) keep(host, remotePort, socket.bytesWritten)
      beforeEach(socket, (bytes) => keep(host, remotePort, bytes))
    })
  })
  return () => {
    const sent = new Map<string, SentTo>()
    for (const each of open) {
      const { socket, host, port } = each
      const bytes = socket.bytesWritten - each.told
      each.told += bytes
      if (socket.destroyed) open.delete(each)
      if (bytes === 0) continue
      const key = `${host} ${port}`
      sent.set(key, { host, port, bytes: bytes + (sent.get(key)?.bytes ?? 0) })
    }
    return [...sent.values()]
  }
}

/** Tells how many bytes a part has, before the connection takes it. */
function beforeEach(socket: Socket, tell: (bytes: number) => void): void {
  for (const name of ['write', 'end'] as const) {
    const original = socket[name] as (...args: unknown[]) => unknown
    const told = (...args: unknown[]) => {
      const [part, encoding] = args
      if (typeof part === 'string') tell(Buffer.byteLength(part, encodingOf(encoding)))
      else if (ArrayBuffer.isView(part)) tell(part.byteLength)
      return Reflect.apply(original, socket, args)
    }
    Object.assign(socket, { [name]: told })
  }
}

const encodingOf = (given: unknown) => (typeof given === 'string' ? (given as BufferEncoding) : 'utf8')
