import { describe, expect, it, vi } from 'vitest'
import type { RunItem, RunSummary, RunView } from '../../contract/agent.ts'
import type { PageBridge } from '../../contract/shell-ipc.ts'
import { type Change, groupChanges } from './group-changes.ts'
import { createRunStore, placeItems } from './run-store.ts'
import { createRunsStore, placeRun } from './runs-store.ts'

const run = (id: string, startedAt: number, state = 'running') => ({ id, startedAt, state }) as RunSummary
const text = (id: string, said: string): RunItem => ({ kind: 'text', id, at: 1, text: said, done: false })

function setUp(answers: Record<string, () => unknown>) {
  const listeners = new Map<string, (payload: unknown) => void>()
  const bridge = {
    call: async (method: string) => answers[method]?.(),
    on: (event: string, fn: (payload: unknown) => void) => {
      listeners.set(event, fn)
      return () => listeners.delete(event)
    },
  } as unknown as PageBridge
  return { bridge, tell: (event: string, payload: unknown) => listeners.get(event)?.(payload), listeners }
}

describe('the list of runs', () => {
  it('keeps the newest first and replaces a run in its place', () => {
    const runs = [run('c', 30), run('a', 10)]
    expect(placeRun(runs, run('b', 20)).map(({ id }) => id)).toEqual(['c', 'b', 'a'])
    expect(placeRun(runs, run('a', 10, 'done'))).toEqual([run('c', 30), run('a', 10, 'done')])
  })
  it('loses no run that was told while the list was on its way', async () => {
    let answer: (list: unknown) => void = () => {}
    const { bridge, tell } = setUp({
      'runs.list': () =>
        new Promise((resolve) => {
          answer = resolve
        }),
    })
    const store = createRunsStore(bridge)
    store.getState().follow()
    tell('run', run('new', 50))
    tell('run', run('old', 10, 'done'))
    answer({ runs: [run('old', 10)] })
    await vi.waitFor(
      () => expect(store.getState().runs).toEqual([run('new', 50), run('old', 10, 'done')]),
      30_000,
    )
  })
})

describe('one run', () => {
  it('replaces items with the same id and adds new ones at the end', () => {
    const changes = new Map([
      ['a', text('a', 'Hello there')],
      ['c', text('c', 'And')],
    ])
    expect(placeItems([text('a', 'Hello'), text('b', 'x')], changes)).toEqual([
      text('a', 'Hello there'),
      text('b', 'x'),
      text('c', 'And'),
    ])
  })
  it('draws a thousand pieces of streamed text once a frame', async () => {
    const { bridge, tell } = setUp({
      'runs.get': () => ({ ...run('r', 1), items: [] }) as unknown as RunView,
    })
    const frames: (() => void)[] = []
    const store = createRunStore(bridge)
    store.getState().open('r', (work) => void frames.push(work))
    await vi.waitFor(() => expect(store.getState().run).not.toBeNull(), 30_000)
    for (const frame of frames.splice(0)) frame()
    const drawn = vi.fn()
    store.subscribe(drawn)
    for (let at = 0; at < 1000; at += 1) tell('runItem', { runId: 'r', item: text('t', 'x'.repeat(at)) })
    expect(frames).toHaveLength(1)
    for (const frame of frames) frame()
    expect(drawn).toHaveBeenCalledOnce()
    expect(store.getState().run?.items).toEqual([text('t', 'x'.repeat(999))])
  })
  it('takes nothing that belongs to another run, and nothing after it was left', async () => {
    const { bridge, tell, listeners } = setUp({
      'runs.get': () => ({ ...run('r', 1), items: [] }) as unknown as RunView,
    })
    const store = createRunStore(bridge)
    const leave = store.getState().open('r', (work) => work())
    await vi.waitFor(() => expect(store.getState().run).not.toBeNull(), 30_000)
    tell('runItem', { runId: 'other', item: text('t', 'x') })
    tell('runItem', { runId: 'r', item: 'not an item' })
    expect(store.getState().run?.items).toEqual([])
    leave()
    expect(listeners.size).toBe(0)
  })
})

it('groups changes by the call that made them, in order', () => {
  const change = (id: string, callId: string | null) => ({ id, callId }) as Change
  const groups = groupChanges([change('1', 'b'), change('2', 'a'), change('3', 'b'), change('4', null)])
  expect(groups.map(({ callId, changes }) => [callId, changes.map(({ id }) => id)])).toEqual([
    ['b', ['1', '3']],
    ['a', ['2']],
    [null, ['4']],
  ])
})
