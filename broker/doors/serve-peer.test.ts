import { PassThrough } from 'node:stream'
import { afterEach, describe, expect, it } from 'vitest'
import { fc, runs } from '../../build/properties.ts'
import type { Caller, EventName } from '../../contract/broker-api.ts'
import { LIMITS } from '../../contract/words.ts'
import { createEventHub } from './event-hub.ts'
import { type Peer, type PeerEnd, type PeerLimits, servePeer } from './serve-peer.ts'
import { serveStdio } from './stdio-door.ts'

const open: Peer[] = []
afterEach(() => {
  for (const peer of open.splice(0)) peer.end({ kind: 'left', text: 'the test is over' })
})
const turn = (ms = 25) => new Promise((resolve) => setTimeout(resolve, ms))

function makeEnds() {
  const toBroker = new PassThrough()
  const fromBroker = new PassThrough({ highWaterMark: 64 })
  const lines: string[] = []
  const messages = () => lines.map((line) => JSON.parse(line))
  let rest = ''
  const read = () =>
    fromBroker.on('data', (chunk: Buffer) => {
      rest += chunk.toString()
      const parts = rest.split('\n')
      rest = parts.pop() as string
      lines.push(...parts)
    })
  const send = (message: unknown) => toBroker.write(`${JSON.stringify(message)}\n`)
  const call = (i: string, method: string, params: unknown = {}, surface?: string) =>
    send({ t: 'q', i, m: 'call', a: [{ method, params, ...(surface ? { surface } : {}) }] })
  return { toBroker, fromBroker, messages, lines, read, send, call }
}

function makePeer(limits: Partial<PeerLimits> = {}, answer = async (): Promise<unknown> => 'done') {
  const ends: PeerEnd[] = []
  const callers: { method: string; caller: Caller }[] = []
  const hub = createEventHub({ onBug: () => {} })
  const wire = makeEnds()
  const peer = servePeer({
    input: wire.toBroker,
    output: wire.fromBroker,
    hub,
    dispatch: async (method, _params, caller) => {
      callers.push({ method, caller })
      return { ok: true, value: await answer() }
    },
    callerFor: () => ({ surface: 'cli', name: 'a test' }),
    mayHear: (event: EventName) => event !== 'desktop',
    onDesktopReply: () => {},
    onRefused: () => {},
    onEnd: (reason) => ends.push(reason),
    limits,
  })
  open.push(peer)
  return { ...wire, peer, ends, callers, hub }
}

describe('a peer on a door', () => {
  it('gets its answer under its own id', async () => {
    const peer = makePeer()
    peer.read()
    peer.call('a1', 'status.get')
    await turn()
    expect(peer.messages()).toEqual([{ t: 's', i: 'a1', r: { ok: true, value: 'done' } }])
  })

  it.each([
    'toString',
    'constructor',
    '__proto__',
    'hasOwnProperty',
    'valueOf',
    '__defineGetter__',
  ])('finds no inherited function by the name %s', async (name) => {
    const peer = makePeer()
    peer.read()
    peer.send({ t: 'q', i: 'a1', m: name, a: [] })
    await turn()
    expect(peer.messages()).toMatchObject([{ t: 's', i: 'a1', e: {} }])
    expect(peer.messages()[0]).not.toHaveProperty('r')
  })

  it.each([
    ['no JSON', 'hello there'],
    ['no envelope', '{"t":"x"}'],
    ['too many arguments', '{"t":"q","i":"1","m":"call","a":[1,2,3,4,5]}'],
    ['a method name without end', `{"t":"q","i":"1","m":"${'m'.repeat(65)}","a":[]}`],
    ['a bare null', 'null'],
    [
      'far more values than any call holds',
      `{"t":"q","i":"1","m":"call","a":[{"method":"m","params":[${'1,'.repeat(60_000)}1]}]}`,
    ],
  ])('is ended by %s, and nothing more of it is read', async (_what, line) => {
    const peer = makePeer()
    peer.read()
    peer.toBroker.write(
      `${line}\n${JSON.stringify({ t: 'q', i: '2', m: 'call', a: [{ method: 'stop.now' }] })}\n`,
    )
    await turn()
    expect(peer.ends).toMatchObject([{ kind: 'broke-protocol' }])
    expect(peer.callers).toEqual([])
  })

  it('is ended by a line over the limit before the line has ended, and not by one at the limit', async () => {
    const long = makePeer({ maxLine: 1000 })
    long.toBroker.write('x'.repeat(1001))
    await turn()
    expect(long.ends).toMatchObject([{ kind: 'broke-protocol' }])

    const exact = makePeer({ maxLine: 1000 })
    exact.read()
    const frame = JSON.stringify({ t: 'q', i: '1', m: 'call', a: [{ method: 'm', params: '' }] })
    const padded = frame.replace('"params":""', `"params":"${'x'.repeat(1000 - frame.length)}"`)
    expect(padded).toHaveLength(1000)
    exact.toBroker.write(`${padded}\n`)
    await turn()
    expect(exact.ends).toEqual([])
    expect(exact.messages()).toHaveLength(1)
  })

  it('never breaks the broker, whatever bytes come, however they are cut', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.uint8Array({ maxLength: 80 }), { maxLength: 10 }), async (chunks) => {
        const peer = makePeer()
        for (const chunk of chunks) if (!peer.toBroker.destroyed) peer.toBroker.write(chunk)
        if (!peer.toBroker.destroyed) peer.toBroker.write('\n')
        await turn(0)
        expect(peer.ends.length).toBeLessThanOrEqual(1)
      }),
      runs(60),
    )
  })

  it('is told that it is too busy when it floods, and each flood call gets an answer', async () => {
    const held: (() => void)[] = []
    const peer = makePeer({ inFlight: 4 }, () => new Promise((resolve) => held.push(() => resolve('late'))))
    peer.read()
    for (let i = 0; i < 100; i += 1) peer.call(`c${i}`, 'status.get')
    await turn()
    expect(peer.callers).toHaveLength(4)
    expect(peer.messages().filter((m) => m.r.fault?.code === 'busy')).toHaveLength(96)
    for (const release of held) release()
    await turn()
    expect(peer.messages().filter((m) => m.r.value === 'late')).toHaveLength(4)
  })

  it('is told when an answer is too large for one message, which would end it, and the next one comes', async () => {
    let size = LIMITS.brokerMessage
    const peer = makePeer({}, async () => 'x'.repeat(size))
    peer.read()
    peer.call('large', 'runs.undoPreview')
    await expect.poll(() => peer.lines.length, { timeout: 10_000 }).toBe(1)
    size = 1
    peer.call('small', 'runs.undoPreview')
    await expect.poll(() => peer.lines.length).toBe(2)
    expect(peer.messages()).toEqual([
      {
        t: 's',
        i: 'large',
        r: { ok: false, fault: { code: 'too-large', text: expect.stringContaining('larger') } },
      },
      { t: 's', i: 'small', r: { ok: true, value: 'x' } },
    ])
    expect(peer.ends).toEqual([])
  })

  it('hears only what it asked for and may hear', async () => {
    const peer = makePeer()
    peer.read()
    peer.send({ t: 'q', m: 'subscribe', a: [['questions', 'desktop', 'constructor']] })
    await turn()
    peer.hub.emit('questions', { questions: [] })
    peer.hub.emit('desktop', { do: 'clipboard.write', id: 'x_1', text: 'private' })
    peer.hub.emit('grants', { grants: [] })
    await turn()
    expect(peer.messages()).toEqual([
      { t: 'q', m: 'event', a: [{ event: 'questions', payload: { questions: [] } }] },
    ])
  })

  it('keeps the newest of each state while it reads slowly, and gets every question', async () => {
    const peer = makePeer({ highWater: 200 })
    peer.send({ t: 'q', m: 'subscribe', a: [['questions', 'grants']] })
    await turn()
    for (let i = 0; i < 50; i += 1) {
      peer.hub.emit('grants', { grants: [] })
      peer.hub.emit('questions', { questions: [] })
    }
    await turn()
    peer.read()
    await turn(20)
    const events = peer.messages().map((m) => m.a[0].event)
    expect(events.filter((event) => event === 'questions')).toHaveLength(50)
    expect(events.filter((event) => event === 'grants').length).toBeLessThan(10)
    expect(events.at(-1)).toBe('grants')
  })

  it('is ended when it never reads, before it costs the broker its memory', async () => {
    const peer = makePeer({ highWater: 1000, hardLimit: 5000 })
    peer.send({ t: 'q', m: 'subscribe', a: [['questions']] })
    await turn()
    for (let i = 0; i < 200; i += 1) peer.hub.emit('questions', { questions: [] })
    expect(peer.ends).toMatchObject([{ kind: 'too-slow' }])
  })
})

describe("the shell's own pipe", () => {
  function makeDoor(parent: 'shell' | 'cli') {
    const wire = makeEnds()
    wire.read()
    const callers: Caller[] = []
    const refused: string[] = []
    const replies: unknown[] = []
    open.push(
      serveStdio({
        input: wire.toBroker,
        output: wire.fromBroker,
        parent,
        hub: createEventHub({ onBug: () => {} }),
        dispatch: async (_method, _params, caller) => {
          callers.push(caller)
          return { ok: true, value: null }
        },
        onDesktopReply: (reply) => replies.push(reply),
        onRefused: ({ method }) => refused.push(method),
        onEnd: () => {},
      }),
    )
    return { ...wire, callers, refused, replies }
  }

  it('is believed when it names one of its windows', async () => {
    const door = makeDoor('shell')
    for (const surface of ['page', 'consent', 'shell']) door.call(surface, 'status.get', {}, surface)
    door.call('none', 'status.get')
    await turn()
    expect(door.callers.map((caller) => caller.surface)).toEqual(['page', 'consent', 'shell', 'shell'])
  })

  it.each([
    'cli',
    'managed',
    'constructor',
  ])('is not believed as %s, and that is recorded', async (surface) => {
    const door = makeDoor('shell')
    door.call('a', 'grants.list', {}, surface)
    await turn()
    expect(door.callers).toEqual([])
    expect(door.refused).toEqual(['grants.list'])
    expect(door.messages()[0].r).toMatchObject({ ok: false, fault: { code: 'not-allowed' } })
  })

  it('makes a command line that started the broker no more than a command line', async () => {
    const door = makeDoor('cli')
    for (const surface of ['page', 'consent', 'shell']) door.call(surface, 'status.get', {}, surface)
    door.call('own', 'status.get')
    door.send({ t: 'q', i: 'd', m: 'desktopReply', a: [{ id: 'd_1', ok: true, text: '' }] })
    await turn()
    expect(door.callers.map((caller) => caller.surface)).toEqual(['cli'])
    expect(door.refused).toHaveLength(3)
    expect(door.replies).toEqual([])
  })
})
