import { once } from 'node:events'
import { chmod, mkdir, mkdtemp, readFile, rm, stat, symlink, writeFile } from 'node:fs/promises'
import { createConnection, createServer, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import type { Caller } from '../../contract/broker-api.ts'
import type { RefusedCall } from './dispatch-call.ts'
import { createEventHub } from './event-hub.ts'
import { type SocketDoor, type SocketLimits, serveSocket } from './socket-door.ts'

let folder: string
let paths: { socket: string; tokenFile: string; pidFile: string }
const doors: SocketDoor[] = []
const sockets: Socket[] = []
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'door-'))
  paths = {
    socket: join(folder, 'run', 'door.sock'),
    tokenFile: join(folder, 'run', 'token'),
    pidFile: join(folder, 'run', 'broker.pid'),
  }
})
afterEach(async () => {
  for (const socket of sockets.splice(0)) socket.destroy()
  for (const door of doors.splice(0)) await door.close()
  await rm(folder, { recursive: true, force: true })
})
/** Until it holds, on a busy machine too. */
const soon = (check: () => void) => vi.waitFor(check, { timeout: 30_000, interval: 5 })
const turn = (ms = 20) => new Promise((resolve) => setTimeout(resolve, ms))

async function openDoor(limits: Partial<SocketLimits> = {}) {
  const refused: RefusedCall[] = []
  const callers: Caller[] = []
  const door = await serveSocket({
    paths,
    hub: createEventHub({ onBug: () => {} }),
    dispatch: async (_method, _params, caller) => {
      callers.push(caller)
      return { ok: true, value: 'done' }
    },
    onRefused: (refusal) => refused.push(refusal),
    limits,
  })
  doors.push(door)
  return { door, refused, callers }
}

async function knock(...lines: unknown[]) {
  const socket = createConnection(paths.socket)
  sockets.push(socket)
  const got: string[] = []
  let closed = false
  socket.on('data', (chunk) => got.push(chunk.toString()))
  socket.on('error', () => {})
  socket.on('close', () => {
    closed = true
  })
  await once(socket, 'connect')
  for (const line of lines) socket.write(`${typeof line === 'string' ? line : JSON.stringify(line)}\n`)
  await turn()
  return {
    socket,
    closed: () => closed,
    lines: () =>
      got
        .join('')
        .split('\n')
        .filter(Boolean)
        .map((line) => JSON.parse(line)),
  }
}
const readToken = async () => (await readFile(paths.tokenFile, 'utf8')).trim()
const hello = (token: string, role = 'cli') => ({ hello: 'sallyport', protocol: 1, token, role })
const call = (surface?: string) => ({
  t: 'q',
  i: '1',
  m: 'call',
  a: [{ method: 'status.get', params: {}, surface }],
})

describe('the local socket', () => {
  it('lets in who has the token, as the command line and nothing else', async () => {
    const { callers } = await openDoor()
    const guest = await knock(hello(await readToken(), 'shell'), call('consent'))
    await soon(() =>
      expect(guest.lines()).toEqual([
        { ok: true, text: '' },
        { t: 's', i: '1', r: { ok: true, value: 'done' } },
      ]),
    )
    expect(callers.map((caller) => caller.surface)).toEqual(['cli'])
  })

  it.each([
    'consent.answer',
    'consent.shown',
    'consent.surface',
    'tool.run',
  ])('keeps %s for whoever started the broker', async (method) => {
    const { callers, refused } = await openDoor()
    const guest = await knock(hello(await readToken()), {
      t: 'q',
      i: '1',
      m: 'call',
      a: [{ method, params: {} }],
    })
    await soon(() =>
      expect(guest.lines()[1]).toMatchObject({ r: { ok: false, fault: { code: 'not-allowed' } } }),
    )
    expect(callers).toEqual([])
    expect(refused).toMatchObject([{ method }])
  })

  it('ends and records a wrong token, and runs nothing that came behind it', async () => {
    const { callers, refused, door } = await openDoor()
    const token = await readToken()
    const wrong = (token[0] === 'a' ? 'b' : 'a') + token.slice(1)
    const guest = await knock(hello(wrong), call())
    await soon(() => expect(guest.closed()).toBe(true))
    expect(guest.lines()).toMatchObject([{ ok: false }])
    expect(callers).toEqual([])
    expect(refused).toMatchObject([{ method: 'hello', text: expect.stringContaining('token is wrong') }])
    expect(door.connections()).toBe(0)
  })

  it.each([
    ['a call before any greeting', call()],
    ['an older protocol', { hello: 'sallyport', protocol: 0, token: 'a'.repeat(64), role: 'cli' }],
    ['no JSON', 'GET / HTTP/1.1'],
    ['a greeting without end', { ...hello('a'.repeat(64)), more: 'x'.repeat(2000) }],
  ])('answers nothing but a refusal to %s', async (_what, line) => {
    const { callers } = await openDoor()
    const guest = await knock(line)
    await soon(() => expect(guest.closed()).toBe(true))
    expect(guest.lines()).toMatchObject([{ ok: false }])
    expect(callers).toEqual([])
  })

  it('does not wait for ever for a greeting, nor on an idle guest', async () => {
    const { door } = await openDoor({ helloMs: 40, idleMs: 1_000 })
    const silent = await knock()
    const idle = await knock(hello(await readToken()))
    await soon(() => expect(silent.closed()).toBe(true))
    expect(idle.closed()).toBe(false)
    await soon(() => expect(idle.closed()).toBe(true))
    expect(door.connections()).toBe(0)
  })

  it('takes only so many guests, and records a crowd in a few lines', async () => {
    const { door, refused } = await openDoor({ connections: 3 })
    for (let i = 0; i < 40; i += 1) await knock()
    expect(door.connections()).toBe(3)
    expect(refused.length).toBeLessThanOrEqual(20)
  })

  it('keeps socket, token and folder from other users', async () => {
    await mkdir(join(folder, 'run'), { mode: 0o777 })
    await chmod(join(folder, 'run'), 0o777)
    await openDoor()
    const mode = async (path: string) => (await stat(path)).mode & 0o777
    expect(await mode(join(folder, 'run'))).toBe(0o700)
    expect(await mode(paths.tokenFile)).toBe(0o600)
    expect(await mode(paths.socket)).toBe(0o600)
  })

  it('replaces a socket that nobody answers on, and leaves one alone that answers', async () => {
    await mkdir(join(folder, 'run'), { mode: 0o700 })
    await writeFile(paths.socket, '')
    await openDoor()
    const before = await readToken()
    await expect(openDoor()).rejects.toThrow(/already answers/)
    expect(await readToken()).toBe(before)
  })

  it('does not trust a link in the place of its folder, nor a path that is too long', async () => {
    await mkdir(join(folder, 'elsewhere'))
    await symlink(join(folder, 'elsewhere'), join(folder, 'run'))
    await expect(openDoor()).rejects.toThrow(/not a folder/)
    paths.socket = join(folder, 'x'.repeat(110), 'door.sock')
    await expect(openDoor()).rejects.toThrow(/too long/)
  })

  it('ends everybody when the token is renewed, and the old one opens nothing', async () => {
    const { door } = await openDoor()
    const old = await readToken()
    const guest = await knock(hello(old))
    await door.renewToken()
    await soon(() => expect(guest.closed()).toBe(true))
    const late = await knock(hello(old))
    await soon(() => expect(late.lines()).toMatchObject([{ ok: false }]))
    const fresh = await knock(hello(await readToken()))
    await soon(() => expect(fresh.lines()).toEqual([{ ok: true, text: '' }]))
  })

  it('gives whoever asked for a new token their answer, and ends them then', async () => {
    const { door, callers } = await openDoor()
    const token = await readToken()
    const [guest, other] = [await knock(hello(token), call()), await knock(hello(token))]
    await soon(() => expect(callers).toHaveLength(1))
    expect(await door.renewToken(callers[0])).toBe(2)
    await soon(() => expect(other.closed()).toBe(true))
    expect(guest.closed()).toBe(false)
    guest.socket.write(`${JSON.stringify({ ...call(), i: '2' })}\n`)
    await soon(() => expect(guest.lines()).toContainEqual(expect.objectContaining({ t: 's', i: '2' })))
    await soon(() => expect(guest.closed()).toBe(true))
  })

  it('is gone, token and all, when it is closed', async () => {
    const { door } = await openDoor()
    await door.close()
    doors.pop()
    await expect(stat(paths.tokenFile)).rejects.toThrow()
    const probe = createServer()
    probe.listen(paths.socket)
    await once(probe, 'listening')
    probe.close()
  })
})
