/** What a program sends is counted to the last byte that arrives, also where it, or its host, is ended by force. */
import fs from 'node:fs'
import net, { type AddressInfo } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { buildProgramHost } from '../../../e2e/fixtures/open-contained.ts'
import type { ContainedProgram, ContainedPrograms } from '../../ports.ts'
import { killTrees } from '../../stop/kill-tree.ts'
import { type LaneGroup, noGroup, openLaneGroup } from '../lane-group.ts'
import { createContainedPrograms } from './contained-programs.ts'

let host: Awaited<ReturnType<typeof buildProgramHost>> | undefined
const group = openLaneGroup()
const make = (inGroup: LaneGroup) =>
  createContainedPrograms({
    group: inGroup,
    node: process.execPath,
    childFile: host?.childFile ?? '',
    searchPath: '/usr/local/bin:/usr/bin:/bin',
    killTrees,
    log() {},
  })
const can = make(noGroup).available().available
let work: string
let server: net.Server
let received: number
let aborting: AbortController

beforeAll(async () => {
  host = await buildProgramHost()
})
afterAll(() => {
  group.remove()
  host?.remove()
})
beforeEach(async () => {
  work = fs.realpathSync(fs.mkdtempSync('/tmp/sallyport-last-'))
  received = 0
  server = net.createServer((socket) => {
    socket.on('error', () => {})
    socket.on('data', (bytes) => {
      received += bytes.length
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
})
afterEach(() => {
  server.close()
  fs.rmSync(work, { recursive: true, force: true })
})

/** Sends without a pause, until `end` ends it, or one of its limits does. */
async function send(
  lane: ContainedPrograms,
  more: Partial<ContainedProgram>,
  end: () => unknown,
  after = 3_000_000,
) {
  const { port } = server.address() as AddressInfo
  let told = 0
  const started = await lane.start({
    ...{ principalId: 'agent_1', words: 'a script', program: '/bin/bash', cwd: work, env: {}, input: '' },
    args: [
      '-c',
      `${more.maxMemory ? '(sleep 1; exec tail /dev/zero) & ' : ''}while :; do head -c 60000 /dev/zero; sleep 0.005; done | curl -sS -T - --noproxy '' http://127.0.0.1:${port}/`,
    ],
    ...{ readable: [], writable: [work], hidden: [], readOnly: [], local: [] },
    ...{ maxMemory: 512 * 1024 * 1024, maxProcesses: 200, timeoutMs: 20_000 },
    mayConnect: async () => null,
    privateAddresses: async () => [],
    signal: new AbortController().signal,
    ...more,
    onSent(name, to, bytes) {
      told += bytes
      return more.onSent?.(name, to, bytes) ?? null
    },
  })
  if (started.kind !== 'ok') throw new Error(started.person)
  const { stdout, stderr, ended } = started.value
  for (const stream of [stdout, stderr]) stream.resume()
  let over = false
  void ended.then(() => {
    over = true
  })
  while (received < after && !over) await sleep(1)
  await end()
  const { endedBy } = await ended
  const atEnd = told
  // What had left is there by then.
  for (let before = -1; before !== received; await sleep(50)) before = received
  return { endedBy, told, atEnd }
}

function countsAll({ told, atEnd }: { told: number; atEnd: number }) {
  expect(received).toBeGreaterThan(0)
  // All of it when the end is told, and nothing comes behind.
  expect(told).toBe(atEnd)
  expect(told).toBeGreaterThanOrEqual(received)
  // With what it had been handed and what never arrived.
  expect(told).toBeLessThan(received + 8_000_000)
}

const ENDS: [string, Partial<ContainedProgram>, (lane: ContainedPrograms) => unknown, string][] = [
  ['Stop', {}, (lane) => lane.end('all'), 'stopped'],
  ['its time limit', { timeoutMs: 4_000 }, () => {}, 'timeout'],
  ['its memory limit', { maxMemory: 200 * 1024 * 1024 }, () => {}, 'memory'],
  ['the end of its run', {}, () => aborting.abort(), 'stopped'],
  ['its budget', { onSent: () => (received > 3_000_000 ? 'It has sent enough.' : null) }, () => {}, 'budget'],
  ['a crash of its host', {}, killHost, 'crash'],
]

describe.skipIf(!can).each([
  ['in a group of its own', group],
  ['without a group', noGroup],
] as const)('a program %s', (_how, inGroup) => {
  let lane: ContainedPrograms
  beforeAll(() => {
    lane = make(inGroup)
  })
  afterAll(() => lane.close())

  test.each(ENDS)('that is ended by %s is counted whole', async (_what, more, end, by) => {
    aborting = new AbortController()
    const sent = await send(lane, { signal: aborting.signal, ...more }, () => end(lane))
    expect(sent.endedBy).toBe(by)
    countsAll(sent)
  })
})

/** The one that has a sandbox below it: a spare has none. */
function killHost() {
  for (const pid of fs.readdirSync('/proc').filter((name) => /^\d+$/.test(name))) {
    const of = (file: string) => {
      try {
        return fs.readFileSync(`/proc/${pid}/${file}`, 'latin1')
      } catch {
        return ''
      }
    }
    if (!of('cmdline').includes('contained.child') || !of('status').includes(`PPid:\t${process.pid}\n`))
      continue
    if (
      of(`task/${pid}/children`)
        .trim()
        .split(' ')
        .some((child) => fs.existsSync(`/proc/${child}`) && isBubblewrap(child))
    )
      process.kill(Number(pid), 'SIGKILL')
  }
}
function isBubblewrap(pid: string): boolean {
  try {
    return fs.readFileSync(`/proc/${pid}/comm`, 'utf8').trim() === 'bwrap'
  } catch {
    return false
  }
}
