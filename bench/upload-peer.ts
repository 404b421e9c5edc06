/** The peer on loopback that takes what tools upload, and keeps when bytes of each sender arrived. */
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'

export interface Effect {
  /** The file's name, or `upload-` with the tool's number. */
  what: string
  /** Epoch milliseconds. */
  at: number
}
export interface UploadPeer {
  port: number
  /** Where a sender of a round sends to. */
  urlOf(round: number, sender: number): string
  /** Newest bytes of each sender of a round. */
  arrived(round: number): Effect[]
  /** Resolves in the turn in which a part of an upload has arrived, and not all of it. */
  inFlight(): Promise<void>
  forget(round: number): void
  close(): void
}

export async function startUploadPeer(): Promise<UploadPeer> {
  const rounds = new Map<string, Map<string, number>>()
  const waiting = new Set<() => void>()
  const server = createServer((request, response) => {
    const [, round = '', sender = ''] = request.url?.split('/') ?? []
    const whole = Number(request.headers['content-length'])
    let had = 0
    const last = rounds.get(round) ?? new Map<string, number>()
    rounds.set(round, last)
    request.on('data', (part: Buffer) => {
      last.set(`upload-${sender}`, Date.now())
      had += part.length
      if (had >= whole) return
      for (const tell of waiting) tell()
      waiting.clear()
    })
    request.on('error', () => {})
    request.on('end', () => response.end('ok'))
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  return {
    port,
    urlOf: (round, sender) => `http://127.0.0.1:${port}/${round}/${sender}`,
    arrived: (round) => [...(rounds.get(`${round}`) ?? [])].map(([what, at]) => ({ what, at })),
    inFlight: () => new Promise((resolve) => waiting.add(resolve)),
    forget: (round) => void rounds.delete(`${round}`),
    close() {
      server.closeAllConnections()
      server.close()
    },
  }
}
