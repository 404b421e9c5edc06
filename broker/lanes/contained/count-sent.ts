/**
 * What leaves through the sandbox's proxy, for each host and port. The proxy runs in this process and opens every
 * connection with `net`, which tells of each on a channel of its own; a program in the sandbox has no other way out.
 * Counted is what was handed to the connection: with headers and encryption, without what the network adds.
 */
import { subscribe } from 'node:diagnostics_channel'
import type { Socket } from 'node:net'

export interface SentTo {
  host: string
  port: number
  bytes: number
}
interface Connection {
  socket: Socket
  /** As it was asked for; an address where that was one. */
  host: string
  port: number
  told: number
}

/** @returns what was sent since it was asked last */
export function countSent(): () => SentTo[] {
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
      if (remotePort !== undefined)
        open.add({ socket, host: name || (remoteAddress ?? ''), port: remotePort, told: 0 })
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
