/** What comes up while something is done (a redirect, a program's connection) is on the disk before it is done. */
import http from 'node:http'
import type { AddressInfo } from 'node:net'
import { PassThrough } from 'node:stream'
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest'
import { ok } from '../../contract/outcome.ts'
import { Perimeter } from '../../contract/perimeter.ts'
import { openTestHouse, type TestHouse } from '../../e2e/fixtures/open-test-house.ts'
import type { ContainedPrograms } from '../ports.ts'

let house: TestHouse
/** What the program was told when it wanted to connect, and what stood in the log then. */
let told: (string | null)[]
let atConnect: () => void
let notAsked = 0
let sends: [host: string, port: number, bytes: number][] = []
/** What it was told of what it had sent. */
let over: (string | null)[] = []

const contained: ContainedPrograms = {
  name: 'played',
  available: () => ({ available: true, text: '', lacks: 'nothing' }),
  look: async () => ({ available: true, text: '', lacks: 'nothing' }),
  clearUp() {},
  end: async () => ({}),
  close: async () => {},
  async start(program) {
    atConnect()
    told.push(await program.mayConnect('example.org', 443))
    over = sends.map((each) => program.onSent(...each))
    const why = over.find((each) => each !== null)
    const empty = () => new PassThrough().end()
    const end = { exitCode: 0, signal: null, denied: [], notAsked, left: [], peakRss: 0, wallMs: 1 }
    return ok({
      ...{ stdin: new PassThrough(), stdout: empty(), stderr: empty() },
      ended: Promise.resolve({
        ...end,
        ...(why ? { endedBy: 'budget' as const, why } : { endedBy: 'itself' as const }),
      }),
      kill: async () => ({ survivors: [] }),
    })
  },
}
beforeAll(async () => {
  house = await openTestHouse({ contained })
})
afterAll(() => house.close())
beforeEach(() => {
  told = []
  sends = []
  atConnect = () => {}
  house.says(() => 'allow')
  house.log.sync = async () => {}
})

const run = () =>
  house.gate.passCapability(
    {
      principal: { id: 'agent_test', kind: 'agent', name: 'Test' },
      perimeter: Perimeter.parse({
        folders: [{ path: house.home, read: 'allow', write: 'allow' }],
        commands: [{ program: 'ls', run: 'allow' }],
        hosts: [
          {
            scheme: 'https',
            host: 'example.org',
            port: 443,
            methods: ['POST'],
            read: 'allow',
            send: 'allow',
          },
        ],
      }),
      ...{ run: { id: 'run_1', title: 'Test' }, callId: 'call_1', tool: null },
      signal: new AbortController().signal,
    },
    'command.run',
    { argv: ['ls'], cwd: house.home },
  )

it('says in one entry how often a program was refused without a question, however full the log of its call is', async () => {
  notAsked = 744
  house.gate.usage.mayLogRefusal('call_1')
  for (let n = 0; n < 200; n++) house.gate.usage.mayLogRefusal('call_1')
  const from = house.entries.length
  try {
    expect(await run()).toMatchObject({
      kind: 'ok',
      value: { sandboxHint: expect.stringContaining('more hosts') },
    })
  } finally {
    notAsked = 0
    house.gate.usage.endCall('call_1')
  }
  expect(house.entries.slice(from).filter(({ decision }) => decision === 'deny')).toMatchObject([
    { kind: 'decision', subject: 'Connect 744 more times for ls', because: [{ rule: 'budget' }] },
  ])
})

it('writes down what a program sends, a megabyte at a time and at its end, under the intent and by host', async () => {
  sends = [
    ['example.org', 443, 400_000],
    ['example.org', 443, 800_000],
    ['example.org', 443, 700],
    ['example.com', 443, 30_000],
  ]
  const from = house.entries.length
  expect(await run()).toMatchObject({ kind: 'ok' })
  expect(over).toEqual([null, null, null, null])
  const entries = house.entries.slice(from)
  // Whose end names the same intent.
  const ref = entries.find(({ kind }) => kind === 'outcome')?.ref
  expect(ref).toBeGreaterThan(0)
  expect(entries.filter(({ subject }) => subject.startsWith('Send'))).toMatchObject(
    [
      ['Send 1.2 MB to example.org:443 for ls', 'example.org', 1_200_000],
      ['Send 700 bytes to example.org:443 for ls', 'example.org', 700],
      ['Send 30 kB to example.com:443 for ls', 'example.com', 30_000],
    ].map(([subject, host, bytesOut]) => ({
      ...{ kind: 'decision', decision: 'allow', subject, capability: 'net.request', ref },
      details: { bytesOut, needs: [{ resource: { kind: 'url', host } }] },
    })),
  )
  expect(entries.find(({ kind }) => kind === 'outcome')?.details).toMatchObject({ bytesOut: 1_230_700 })
})

it('ends a program that has sent more than its run may, and says so', async () => {
  sends = [
    ['example.org', 443, 19_000_000],
    ['example.org', 443, 3_000_000],
  ]
  house.gate.usage.endRun('run_1')
  expect(await run()).toMatchObject({
    kind: 'refused',
    code: 'budget',
    person: expect.stringMatching(/“ls” was ended\. This run has used its budget of bytes sent out/),
  })
  expect(over).toEqual([null, expect.stringContaining('budget')])
  house.gate.usage.endRun('run_1')
})

it('waits for the disk', async () => {
  const synced: string[] = []
  atConnect = () => {
    house.log.sync = async () => void synced.push(house.entries.at(-1)?.subject ?? '')
  }
  expect(await run()).toMatchObject({ kind: 'ok' })
  expect(told).toEqual([null])
  expect(synced).toEqual([expect.stringContaining('example.org')])
})

it('is not done when it can’t be written', async () => {
  atConnect = () => {
    house.log.sync = () => Promise.reject(new Error('disk full'))
  }
  await run()
  expect(told).toEqual([expect.stringContaining('activity log')])
})

it('is not done when Stop comes while it is written', async () => {
  atConnect = () => {
    house.log.sync = async () => void house.stop.stop('you')
  }
  await run()
  expect(told).toEqual([expect.stringContaining('Stopped by the person')])
  house.stop.resume('you')
})

it('waits out a pause that begins while it is written', async () => {
  atConnect = () => {
    house.log.sync = async () => {
      house.stop.setPaused('you', true)
      setTimeout(() => house.stop.setPaused('you', false), 30)
    }
  }
  await run()
  expect(told).toEqual([null])
  expect(house.stop.state().paused).toBe(false)
})

/** What a server has got, which sends each request on to itself, body and all. */
async function sendOnAndOn(bytesOut: number, body = 1000) {
  let got = 0
  const server = http.createServer((request, response) => {
    request.on('data', (chunk: Buffer) => {
      got += chunk.length
    })
    request.on('end', () => response.writeHead(307, { Location: '/again' }).end())
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  const from = house.entries.length
  const outcome = await house.gate.passCapability(
    {
      principal: { id: 'agent_test', kind: 'agent', name: 'Test' },
      perimeter: Perimeter.parse({
        hosts: [{ scheme: 'http', host: '127.0.0.1', port, methods: ['POST'], read: 'allow', send: 'allow' }],
        budgets: { bytesOut },
      }),
      ...{ run: { id: `run_${port}`, title: 'Test' }, callId: `call_${port}`, tool: null },
      signal: new AbortController().signal,
    },
    'net.fetch',
    { url: `http://127.0.0.1:${port}/start`, method: 'POST', body: 'x'.repeat(body) },
  )
  server.close()
  return { outcome, got, entries: house.entries.slice(from) }
}

it('a body that is over the run’s budget, or over what one request may send, is not sent at all', async () => {
  const { outcome, got } = await sendOnAndOn(900)
  expect(outcome).toMatchObject({ kind: 'refused', code: 'budget' })
  expect(got).toBe(0)
  const large = await sendOnAndOn(100_000_000, 6 * 1024 * 1024 + 1)
  expect(large.outcome).toMatchObject({ kind: 'refused', code: 'invalid-request' })
  expect(large.got).toBe(0)
})

it('a body that a redirect sends again counts again: against the run’s budget, and in the log', async () => {
  const { outcome, got, entries } = await sendOnAndOn(3_500)
  expect(outcome).toMatchObject({ kind: 'refused', code: 'budget' })
  expect(got).toBe(3_000)
  const counted = entries
    .filter(({ decision }) => decision === 'allow')
    .map(({ details }) => details?.bytesOut)
  expect(counted).toHaveLength(3)
  for (const bytes of counted) expect(bytes).toBeGreaterThanOrEqual(1_000)
})
