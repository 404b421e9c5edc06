/** An HTTP server on loopback that keeps what it was sent, and answers with it or as the test says. */
import { createServer, type IncomingHttpHeaders, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { until } from './time-limit.ts'

const MAX_BODY = 16 * 1024 * 1024

export interface ReceivedRequest {
  method: string
  path: string
  headers: IncomingHttpHeaders
  body: string
}
export type Answer =
  | { status?: number; headers?: Record<string, string>; body?: string | Buffer }
  | ((request: ReceivedRequest, response: ServerResponse) => void | Promise<void>)
export interface EchoServer {
  /** `http://127.0.0.1:PORT`, no slash at its end. */
  origin: string
  port: number
  received: ReceivedRequest[]
  /** How to answer a path from now on; without it, the request comes back as JSON. */
  answer(path: string, answer: Answer): void
  /** Waits for a request to this path. */
  waitFor(path: string, limitMs?: number): Promise<ReceivedRequest>
  close(): Promise<void>
}

export async function startEchoServer(): Promise<EchoServer> {
  const received: ReceivedRequest[] = []
  const answers = new Map<string, Answer>()
  const server = createServer((incoming, response) => {
    handle(incoming, response).catch((error) => response.destroy(error))
  })
  async function handle(incoming: IncomingMessage, response: ServerResponse) {
    const request = await readRequest(incoming)
    received.push(request)
    const answer = answers.get(request.path.split('?')[0] as string)
    if (typeof answer === 'function') return answer(request, response)
    response.writeHead(answer?.status ?? 200, {
      'content-type': answer ? 'text/plain' : 'application/json',
      ...answer?.headers,
    })
    response.end(answer ? (answer.body ?? '') : JSON.stringify(request))
  }
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  return {
    origin: `http://127.0.0.1:${port}`,
    port,
    received,
    answer: (path, answer) => answers.set(path, answer),
    waitFor: (path, limitMs = 15_000) =>
      until(
        () => received.find((one) => one.path.split('?')[0] === path),
        limitMs,
        `waiting for a request to ${path}`,
      ),
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}

async function readRequest(incoming: IncomingMessage): Promise<ReceivedRequest> {
  const chunks: Buffer[] = []
  let size = 0
  for await (const chunk of incoming) {
    size += chunk.length
    if (size <= MAX_BODY) chunks.push(chunk)
  }
  return {
    method: incoming.method ?? '',
    path: incoming.url ?? '',
    headers: incoming.headers,
    body: Buffer.concat(chunks).toString('utf8'),
  }
}
