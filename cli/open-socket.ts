/** The way to a running broker: its socket, opened with the token that only this user can read. */
import { readFile } from 'node:fs/promises'
import { createConnection } from 'node:net'
import type { EventName } from '../contract/broker-api.ts'
import { createDoorLink, type DoorLink } from '../contract/door-link.ts'
import { type Hello, HelloReply } from '../contract/door-wire.ts'
import type { SallyportPaths } from '../contract/paths.ts'
import { CliError, EXIT } from './exit-code.ts'

export interface OpenLink {
  link: DoorLink
  close(): Promise<void>
}
const GREETING_MS = 3_000

/**
 * @returns null when no broker runs
 * @throws CliError when one runs and does not let us in
 */
export async function openSocket(options: {
  paths: SallyportPaths
  onEvent: (event: EventName, payload: unknown) => void
}): Promise<OpenLink | null> {
  const token = await readFile(options.paths.tokenFile, 'utf8').catch(() => null)
  if (token === null) return null
  const socket = createConnection(options.paths.socket)
  const connected = await new Promise<boolean>((resolve) => {
    socket.once('connect', () => resolve(true))
    socket.once('error', () => resolve(false))
  })
  if (!connected) return null
  const greeting = Promise.withResolvers<string>()
  const link = createDoorLink({
    write: (line) => socket.write(line),
    onEvent: options.onEvent,
    onBroken: () => socket.destroy(),
    onGreeting: greeting.resolve,
  })
  const lost = 'The connection to Sallyport ended.'
  socket.setEncoding('utf8').on('data', link.receive)
  socket.on('error', () => {})
  socket.once('close', () => {
    link.end(lost)
    greeting.resolve(JSON.stringify({ ok: false, text: lost }))
  })
  const hello: Hello = { hello: 'sallyport', protocol: 1, token: token.trim(), role: 'cli' }
  socket.write(`${JSON.stringify(hello)}\n`)
  const timer = setTimeout(greeting.resolve, GREETING_MS, JSON.stringify({ ok: false, text: NO_ANSWER }))
  const reply = readReply(await greeting.promise)
  clearTimeout(timer)
  if (!reply.ok) {
    socket.destroy()
    throw new CliError(
      EXIT.failed,
      'not-allowed',
      `Sallyport runs but does not let this command in: ${reply.text}`,
    )
  }
  return {
    link,
    async close() {
      socket.end()
      socket.destroy()
    },
  }
}

const NO_ANSWER = 'it does not answer. `sallyport stop` ends it all the same.'

function readReply(line: string): { ok: boolean; text: string } {
  try {
    return HelloReply.parse(JSON.parse(line))
  } catch {
    return { ok: false, text: 'it is of another version.' }
  }
}
