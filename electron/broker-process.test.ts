import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterAll, afterEach, describe, expect, it } from 'vitest'
import type { BrokerState } from '../contract/shell-ipc.ts'
import { type BrokerLimits, type BrokerProcess, createBrokerProcess } from './broker-process.ts'

const folder = mkdtempSync(path.join(tmpdir(), 'broker-'))
const running: BrokerProcess[] = []
afterEach(async () => {
  for (const broker of running.splice(0)) await broker.kill()
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

/** A broker that speaks the protocol and obeys a few words as methods. */
const OBEDIENT = `
const { spawn } = require('node:child_process')
process.stdin.on('end', () => process.exit(0))
require('node:readline').createInterface({ input: process.stdin }).on('line', (line) => {
  const { i, m, a } = JSON.parse(line)
  const method = a[0]?.method
  if (method === 'die') process.exit(3)
  if (method === 'hang') for (;;) {}
  const value = method === 'child' ? spawn('sleep', ['60'], { detached: true, stdio: 'ignore' }).pid : process.pid
  if (m === 'subscribe') return console.log(JSON.stringify({ t: 'q', m: 'event', a: [{ event: 'status', payload: a[0] }] }))
  if (i) console.log(JSON.stringify({ t: 's', i, r: m === 'ping' ? 'pong' : { ok: true, value } }))
})
`

function makeBroker(script: string, limits: Partial<BrokerLimits> = {}) {
  const file = path.join(folder, `${Math.random().toString(36).slice(2)}.cjs`)
  writeFileSync(file, script)
  const states: BrokerState[] = []
  const ready: string[] = []
  const events: [string, unknown][] = []
  const broker = createBrokerProcess({
    command: process.execPath,
    args: [file],
    env: process.env,
    events: ['status', 'questions'],
    onEvent: (event, payload) => events.push([event, payload]),
    onState: (state) => states.push(state),
    onReady: (_link, again) => ready.push(again),
    onOutput: () => {},
    limits: { backoffMs: 20, heartbeatMs: 50, hungMs: 200, leaveMs: 1_000, ...limits },
  })
  running.push(broker)
  return { broker, states, ready, events }
}
const call = (broker: BrokerProcess, method: string) => broker.link()?.call(method as never, {})
async function until(check: () => boolean, ms = 10_000) {
  const end = Date.now() + ms
  while (!check()) {
    if (Date.now() > end) throw new Error(`not within ${ms} ms`)
    await new Promise((resolve) => setTimeout(resolve, 10))
  }
}
const isAlive = (pid: number) => {
  try {
    process.kill(pid, 0)
    return true
  } catch {
    return false
  }
}

describe('the broker as a child', () => {
  it('is ready when it answers, is asked for events, and leaves when asked', async () => {
    const { broker, ready, events } = makeBroker(OBEDIENT)
    broker.start()
    expect(await broker.whenReady(10_000)).not.toBeNull()
    await until(() => events.length === 1)
    expect(events).toEqual([['status', ['status', 'questions']]])
    expect(ready).toEqual([''])
    const pid = broker.pid() as number
    await broker.leave()
    expect(isAlive(pid)).toBe(false)
    expect(broker.pid()).toBeNull()
  })

  it('is started again when it ends, says why, and answers what was under way', async () => {
    const { broker, states, ready } = makeBroker(OBEDIENT)
    broker.start()
    await broker.whenReady(10_000)
    const first = broker.pid() as number
    // So that the answer can't be faster than the end.
    process.kill(first, 'SIGSTOP')
    const lost = call(broker, 'status.get')
    process.kill(first, 'SIGKILL')
    expect(await lost).toMatchObject({
      ok: false,
      fault: { code: 'unavailable', text: 'The gate ended unexpectedly.' },
    })
    await until(() => ready.length === 2)
    expect(broker.pid()).not.toBe(first)
    expect(ready[1]).toContain('SIGKILL')
    expect(states.map(({ state }) => state)).toEqual(['ready', 'starting', 'ready'])
    // What stands alone in the middle of a page: plain words.
    expect(states[1]?.text).toBe('The gate ended unexpectedly. It is being started again.')
  })

  it('waits for another one on its data, and says that this is what it waits for', async () => {
    const { broker, states } = makeBroker('process.exit(75)', { tries: 2 })
    broker.start()
    await until(() => broker.state().state === 'down')
    expect(states[0]?.text).toBe(
      'The gate found another Sallyport at work on the same data, a command in a terminal for one. It is being started again.',
    )
    expect(broker.state().text).toMatch(/another Sallyport.*2 times/)
  })

  it('is given up with words when it keeps ending, and can be started by hand', async () => {
    const { broker, states } = makeBroker("console.error('no room on the disk'); process.exit(1)", {
      tries: 3,
    })
    broker.start()
    await until(() => broker.state().state === 'down')
    expect(broker.state().text).toMatch(/code 1.*no room on the disk.*3 times/)
    expect(await broker.whenReady(1_000)).toBeNull()
    broker.start()
    expect(states.at(-1)?.state).toBe('starting')
  })

  it('says when it can not be started at all', async () => {
    const broker = createBrokerProcess({
      command: path.join(folder, 'missing'),
      args: [],
      env: {},
      events: [],
      onEvent: () => {},
      onState: () => {},
      onReady: () => {},
      onOutput: () => {},
      limits: { tries: 2, backoffMs: 10 },
    })
    broker.start()
    await until(() => broker.state().state === 'down')
    expect(broker.state().text).toMatch(/can’t be started.*ENOENT/)
  })

  it('is said to hang when it does not answer, and can be killed with everything below it', async () => {
    const { broker } = makeBroker(OBEDIENT)
    broker.start()
    await broker.whenReady(10_000)
    const answer = await call(broker, 'child')
    const child = answer?.ok ? (answer.value as number) : 0
    expect(isAlive(child)).toBe(true)
    void call(broker, 'hang')
    await until(() => broker.state().state === 'silent')
    expect(broker.state().text).toContain('does not answer')
    const report = await broker.kill()
    expect(report).toMatchObject({ survivors: [] })
    expect(report.killed).toBeGreaterThanOrEqual(2)
    await until(() => !isAlive(child), 2_000)
  })

  it('is ready again when it only was slow', async () => {
    const { broker, states } = makeBroker(OBEDIENT)
    broker.start()
    await broker.whenReady(10_000)
    const pid = broker.pid() as number
    process.kill(pid, 'SIGSTOP')
    await until(() => broker.state().state === 'silent')
    process.kill(pid, 'SIGCONT')
    await until(() => broker.state().state === 'ready')
    expect(states.some(({ state }) => state === 'starting')).toBe(false)
    expect(broker.pid()).toBe(pid)
  })

  it('is ended when it sends what is no message', async () => {
    const { broker, states } = makeBroker("console.log('hello'); setInterval(() => {}, 1000)", { tries: 2 })
    broker.start()
    await until(() => broker.state().state === 'down')
    expect(states.at(-1)?.text).toContain('SIGKILL')
  })
})
