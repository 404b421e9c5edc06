/** Requests under way: what Stop ends, and what it says had already left. */
import type { Socket } from 'node:net'
import type { Stoppable } from '../../ports.ts'
import { cutConnection } from './cut-connection.ts'

export interface OpenRequest {
  /** Aborted by Stop. */
  signal: AbortSignal
  connected(socket: Socket): void
  /** Bytes handed to the network so far, TLS included. */
  sent(): number
  end(): void
}
export interface OpenRequests {
  /** @param words method and origin, for the receipt */
  begin(principalId: string, words: string): OpenRequest
  endAll(scope: 'all' | string): ReturnType<Stoppable['end']>
}

interface Entry {
  principalId: string
  words: string
  control: AbortController
  socket: Socket | null
}

export function createOpenRequests(): OpenRequests {
  const entries = new Set<Entry>()
  const sentBy = (entry: Entry) => entry.socket?.bytesWritten ?? 0
  return {
    begin(principalId, words) {
      const entry: Entry = { principalId, words, control: new AbortController(), socket: null }
      entries.add(entry)
      return {
        signal: entry.control.signal,
        connected(socket) {
          entry.socket = socket
          if (entry.control.signal.aborted) cutConnection(socket)
        },
        sent: () => sentBy(entry),
        end: () => entries.delete(entry),
      }
    },
    async endAll(scope) {
      const ended = [...entries].filter((entry) => scope === 'all' || entry.principalId === scope)
      const alreadyLeft: string[] = []
      for (const entry of ended) {
        if (sentBy(entry) > 0)
          alreadyLeft.push(`${entry.words}: ${sentBy(entry)} bytes had been sent.`.slice(0, 400))
        if (entry.socket) cutConnection(entry.socket)
        entry.control.abort()
      }
      return { sockets: ended.length, alreadyLeft }
    },
  }
}
