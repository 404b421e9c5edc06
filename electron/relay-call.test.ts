import { describe, expect, it } from 'vitest'
import type { DoorLink } from '../contract/door-link.ts'
import { createRelay } from './relay-call.ts'

function makeRelay(present = true) {
  const passed: unknown[] = []
  const forged: string[] = []
  const stops: unknown[] = []
  const link = {
    call: async (...args: unknown[]) => {
      passed.push(args)
      return { ok: true, value: 'from the broker' }
    },
  } as unknown as DoorLink
  const relay = createRelay({
    whenReady: async () => (present ? link : null),
    stopEverything: async (request) => {
      stops.push(request)
      return { ok: true, value: 'stopped' }
    },
    onForged: (text) => forged.push(text),
  })
  return { relay, passed, forged, stops }
}

describe("a window's call", () => {
  it('reaches the broker under the name of the window it came from', async () => {
    const { relay, passed } = makeRelay()
    const answer = await relay('page', { method: 'grants.list', params: {} })
    expect(answer).toEqual({ ok: true, value: 'from the broker' })
    expect(passed).toEqual([['grants.list', {}, 'page']])
  })

  it.each([
    'consent.answer',
    'consent.shown',
    'consent.surface',
    'shell.report',
    'session.locked',
    'tool.run',
  ] as const)('from the main window ends here when it is %s, and is reported', async (method) => {
    const { relay, passed, forged } = makeRelay()
    expect(await relay('page', { method, params: {} })).toMatchObject({
      ok: false,
      fault: { code: 'not-allowed' },
    })
    expect(passed).toEqual([])
    expect(forged).toHaveLength(1)
  })

  it('from the consent window can answer, and change nothing else', async () => {
    const { relay, forged } = makeRelay()
    const answer = { questionId: 'q_1', hash: 'a'.repeat(64), answer: 'deny' }
    expect(await relay('consent', { method: 'consent.answer', params: answer })).toMatchObject({ ok: true })
    for (const method of ['agents.create', 'policy.save', 'grants.extend', 'secrets.add'] as const)
      expect(await relay('consent', { method, params: {} })).toMatchObject({ ok: false })
    expect(forged).toHaveLength(4)
  })

  it('with nonsense in it ends here', async () => {
    const { relay, passed } = makeRelay()
    for (const params of [null, 7, { id: 5 }, { id: 'run_1', more: 1 }])
      expect(await relay('page', { method: 'runs.get', params })).toMatchObject({
        fault: { code: 'bad-request' },
      })
    expect(passed).toEqual([])
  })

  it('to stop goes its own way, broker or not', async () => {
    const { relay, stops, passed } = makeRelay(false)
    expect(await relay('page', { method: 'stop.now', params: {} })).toEqual({ ok: true, value: 'stopped' })
    expect(stops).toEqual([{ surface: 'page', params: { drill: false } }])
    expect(passed).toEqual([])
  })

  it('is answered also when there is no broker', async () => {
    const { relay } = makeRelay(false)
    expect(await relay('page', { method: 'status.get', params: {} })).toMatchObject({
      ok: false,
      fault: { code: 'unavailable' },
    })
  })
})
