// Pause: what runs of a principal stands still, its clocks too, and goes on as if nothing had been.
import { setTimeout as sleep } from 'node:timers/promises'
import { afterEach, describe, expect, it } from 'vitest'
import { ok } from '../../contract/outcome.ts'
import { openSharedLane } from '../../e2e/fixtures/open-shared-lane.ts'
import { callTool, makeTool } from '../../e2e/fixtures/open-test-lane.ts'

const { lane } = await openSharedLane()
afterEach(() => lane.hold?.(() => false))
const pause = (...ids: string[]) => lane.hold?.((id) => ids.includes(id))
/** Counts in its log, which costs no request, for about half a second of its own. */
const counter = (wallMs: number) =>
  makeTool(
    `export const main = async () => {
      for (let n = 0; n < 50; n++) { console.log(n); await new Promise((done) => setTimeout(done, 10)) }
      return 'counted'
    }`,
    { wallMs, logLines: 100 },
  )
const count = (tool: ReturnType<typeof makeTool>, principalId: string, signal?: AbortSignal) => {
  const lines: string[] = []
  const ended = callTool(lane, tool, {
    principalId,
    onLog: (_, text) => void lines.push(text),
    ...(signal ? { signal } : {}),
  })
  const begun = async () => {
    while (lines.length < 3) await sleep(5)
  }
  return { lines, ended, begun }
}

describe('a pause', () => {
  // Where nothing ties its life to the broker's, a tool is not stopped by a signal: it only can't do anything.
  it.runIf(process.platform === 'linux')('holds a running call still and loses nothing of it', async () => {
    const { lines, ended, begun } = count(counter(60_000), 'agent_1')
    await begun()
    pause('agent_1')
    await sleep(50)
    const before = lines.length
    await sleep(400)
    expect(lines.length).toBe(before)
    pause()
    expect((await ended).outcome).toEqual(ok('counted'))
    expect(lines).toEqual(Array.from({ length: 50 }, (_, n) => String(n)))
  })

  it.runIf(process.platform === 'linux')('lets a call that comes during it not begin', async () => {
    const tool = makeTool("export const main = () => { console.log('begun'); return 1 }")
    await callTool(lane, tool, { principalId: 'agent_1' })
    pause('agent_1')
    const lines: string[] = []
    const onLog = (_: string, text: string) => void lines.push(text)
    const ended = callTool(lane, tool, { principalId: 'agent_1', onLog })
    await sleep(200)
    expect(lines).toEqual([])
    pause()
    expect((await ended).outcome).toEqual(ok(1))
    expect(lines).toEqual(['begun'])
  })

  it('leaves other agents’ calls alone', async () => {
    const one = count(counter(60_000), 'agent_1')
    const two = count(counter(60_000), 'agent_2')
    await Promise.all([one.begun(), two.begun()])
    pause('agent_1')
    expect((await two.ended).outcome).toEqual(ok('counted'))
    expect(one.lines.length).toBeLessThan(50)
    pause()
    expect((await one.ended).outcome).toEqual(ok('counted'))
  })

  it('stands in no call’s deadline: of one that runs, and of one that begins meanwhile', async () => {
    // What it takes itself is half a second; the pause alone is longer than its deadline.
    const tool = counter(10_000)
    const running = count(tool, 'agent_1')
    await running.begun()
    pause('agent_1')
    const fresh = count(tool, 'agent_1')
    await sleep(10_500)
    pause()
    expect((await running.ended).outcome).toEqual(ok('counted'))
    expect((await fresh.ended).outcome).toEqual(ok('counted'))
  })

  it('does not let a call run longer than it may: the deadline holds after it', async () => {
    const tool = makeTool('export const main = () => new Promise(() => {})', { wallMs: 300 })
    pause('agent_1')
    const ended = callTool(lane, tool, { principalId: 'agent_1' })
    await sleep(600)
    pause()
    const resumedAt = performance.now()
    expect((await ended).outcome).toMatchObject({ code: 'deadline' })
    expect(performance.now() - resumedAt).toBeGreaterThan(200)
  })

  it('cancelling one call during it costs no other', async () => {
    const tool = counter(60_000)
    const control = new AbortController()
    const kept = count(tool, 'agent_1')
    const dropped = count(tool, 'agent_1', control.signal)
    await Promise.all([kept.begun(), dropped.begun()])
    pause('agent_1')
    control.abort()
    expect((await dropped.ended).outcome).toMatchObject({ code: 'cancelled' })
    await sleep(300)
    pause()
    expect((await kept.ended).outcome).toEqual(ok('counted'))
  })

  it('nor does cancelling one whose answer was on its way already', async () => {
    const control = new AbortController()
    const kept = count(counter(60_000), 'agent_1')
    await kept.begun()
    const quick = callTool(lane, counter(60_000), {
      principalId: 'agent_1',
      fn: 'none',
      signal: control.signal,
    })
    await new Promise((resolve) => setImmediate(resolve))
    // Nothing is read meanwhile: the answer waits in the pipe.
    for (const until = performance.now() + 250; performance.now() < until; );
    pause('agent_1')
    control.abort()
    expect((await quick).outcome).toMatchObject({ code: 'cancelled' })
    await sleep(100)
    pause()
    expect((await kept.ended).outcome).toEqual(ok('counted'))
    expect(kept.lines).toEqual(Array.from({ length: 50 }, (_, n) => String(n)))
  })

  it('does not keep Stop from ending it', async () => {
    const one = count(counter(60_000), 'agent_1')
    await one.begun()
    pause('agent_1')
    const { survivors } = await lane.end('agent_1')
    expect(survivors).toEqual([])
    expect((await one.ended).outcome).toMatchObject({ code: 'stopped' })
  })
})
