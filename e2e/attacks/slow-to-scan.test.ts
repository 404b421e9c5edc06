/**
 * A tool that answers, fails, logs, sends, writes and reads text that takes long to look through for secrets: escapes
 * escaped over again, endless beginnings of values and of credentials. Shown for each: it is looked through all the
 * same (a secret at its end is found) or refused, the broker's own thread is never kept busy, and another tool goes on
 * answering. Real isolates, real gate.
 *
 * As in escapes/, being kept busy is measured in CPU time of the broker's thread between two turns of its loop.
 */
import { writeFileSync } from 'node:fs'
import path from 'node:path'
import process from 'node:process'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { ContainedPrograms } from '../../broker/ports.ts'
import type { Outcome } from '../../contract/outcome.ts'
import type { Json } from '../../contract/words.ts'
import { openContained } from '../fixtures/open-contained.ts'
import { openTestHouse, type TestHouse } from '../fixtures/open-test-house.ts'
import { startEchoServer } from '../harness/echo-server.ts'

const RIDDLE = path.resolve(import.meta.dirname, '../fixtures/tools/riddle')
const SECRET = 'sk-live-aBcDeFgH12345678'
const KB = 1024
const PIECES: Record<string, string> = {
  'percent signs escaped over again': '%25',
  'escaped backslashes': '%5C',
  'escaped ampersands': '%26',
  backslashes: '\\',
  'escaped letters': '%61',
  'escaped units': '\\u005c',
  'hidden characters, escaped': '%E2%80%8B',
  entities: '&#x26;',
  'entities of entities': '&amp;#x5c;',
  'quoted-printable': '=3D',
  'all but the end of a secret': SECRET.slice(0, -1),
  'a secret with gaps, without its end': [...SECRET.slice(0, -1)].join('%20%20%20'),
  'beginnings of credentials': 'eyJ-----BEGIN PRIVATE KEY-----\nsk-token="',
  'one long word': 'aB3',
  'pairs of hex': '5c',
}

let house: TestHouse
let contained: ContainedPrograms
let echo: Awaited<ReturnType<typeof startEchoServer>>
const loop: number[] = []
const neighbor = { times: [] as number[], wrong: [] as unknown[] }
const watching = new AbortController()
let around: Promise<unknown>

beforeAll(async () => {
  contained = await openContained()
  house = await openTestHouse({ person: () => 'allow', contained, credentialRule: () => 'block' })
  echo = await startEchoServer()
  writeFileSync(path.join(house.home, 'note.txt'), 'A note.')
  await askNeighbor()
  house.canaries.tokenFor('riddle')
  // Each tool has its canary by now: none that comes later makes another list of what is looked for.
  house.leaks.watch([...house.canaries.values(), { what: 'secret:live', value: SECRET }])
  await house.leaks.ready()
  around = Promise.all([keepAsking(), watchLoop()])
})
afterAll(async () => {
  watching.abort()
  await around
  await echo.close()
  await house.close()
  await contained.close()
})

const perimeter = () => ({
  folders: [{ path: house.home, read: 'allow' as const, write: 'allow' as const }],
  commands: [{ program: 'true', run: 'allow' as const }],
  hosts: [
    {
      ...{ scheme: 'http' as const, host: '127.0.0.1', port: echo.port, pathPrefix: '/' },
      ...{ methods: ['GET', 'POST'], read: 'allow' as const, send: 'allow' as const },
    },
  ],
})
const ask = (input: Record<string, Json>) => house.callTool(RIDDLE, 'ask', input, perimeter() as never)

async function askNeighbor() {
  const file = path.join(house.home, 'note.txt')
  const began = performance.now()
  const outcome = await house.callTool('files', 'read', { path: file }, perimeter() as never, {
    principal: { id: 'agent_neighbor', kind: 'agent', name: 'Neighbor' },
  })
  neighbor.times.push(performance.now() - began)
  if (!JSON.stringify(outcome).includes('A note.')) neighbor.wrong.push(outcome)
}
async function keepAsking() {
  while (!watching.signal.aborted) {
    await askNeighbor()
    await sleep(20)
  }
}
async function watchLoop() {
  for (let last = cpuOfThread(); !watching.signal.aborted; ) {
    await sleep(5)
    const next = cpuOfThread()
    loop.push(next - last)
    last = next
  }
}
function cpuOfThread(): number {
  const { user, system } = process.threadCpuUsage()
  return (user + system) / 1000
}

/** Whatever came of it, the secret is not in it; and it came of something that the gate said. */
function expectClean(outcome: Outcome<Json>): void {
  const said = JSON.stringify(outcome)
  expect(said.includes(SECRET)).toBe(false)
  if (outcome.kind === 'refused') expect(['too-large', 'flow', 'invalid-request']).toContain(outcome.code)
}

describe.each(Object.entries(PIECES))('%s', (_, piece) => {
  test('as an answer, with a secret at its end', async () => {
    const outcome = await ask({ by: 'answer', piece, size: 80 * KB, end: SECRET })
    expectClean(outcome)
    if (outcome.kind === 'ok') expect(String(outcome.value).endsWith('[secret:live removed]')).toBe(true)
    else expect(outcome).toMatchObject({ kind: 'refused', code: 'too-large' })
  })
})

describe.each([
  ['escaped backslashes', '%5C'],
  ['backslashes', '\\'],
])('%s', (_, piece) => {
  const call = (by: string, size: number, to = '') => ask({ by, piece, size, to, end: SECRET })

  test('as keys, as an error, in lines of the log, and as long as an answer may be', async () => {
    for (const by of ['keys', 'error', 'log']) expectClean(await call(by, 40 * KB))
    expectClean(await call('answer', 500 * KB))
  })

  test('in what would be sent, written or run: nothing of it leaves', async () => {
    for (const by of ['body', 'address'])
      expect((await call(by, 40 * KB, `${echo.origin}/x`)).kind, by).not.toBe('ok')
    for (const by of ['write', 'stream'])
      expect((await call(by, 40 * KB, path.join(house.home, 'out.txt'))).kind, by).not.toBe('ok')
    expect((await call('argv', 90 * KB, house.home)).kind).not.toBe('ok')
    expect(echo.received).toEqual([])
  })

  test('in what is read: a file, its parts, and a page', async () => {
    const text = piece.repeat(Math.ceil((40 * KB) / piece.length)) + SECRET
    const file = path.join(house.home, 'riddle.txt')
    writeFileSync(file, text)
    echo.answer('/riddle', { body: text })
    for (const [by, to] of [
      ['read', file],
      ['parts', file],
      ['fetch', `${echo.origin}/riddle`],
    ] as const) {
      const outcome = await ask({ by, piece: '', size: 256 * KB, to })
      expectClean(outcome)
      if (outcome.kind === 'ok') expect(outcome.value).toMatchObject({ held: false })
    }
    echo.received.length = 0
  })
})

describe('meanwhile', () => {
  test('the broker’s own thread was never busy for 100 ms on end', () => {
    const sorted = loop.toSorted((a, b) => a - b)
    expect(sorted[Math.floor(sorted.length * 0.999)]).toBeLessThan(100)
    // Where others use the processor too, the same work takes more of its time.
    expect(sorted.at(-1)).toBeLessThan(300)
  })

  test('another tool went on answering, rightly', () => {
    const sorted = neighbor.times.toSorted((a, b) => a - b)
    expect(neighbor.wrong).toEqual([])
    // A scan that held it up would hold it up for seconds.
    expect(sorted[sorted.length >> 1]).toBeLessThan(500)
  })
})
