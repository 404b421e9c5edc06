import { describe, expect, it, vi } from 'vitest'
import { fc } from '../../build/properties.ts'
import type { ActivityRow } from '../../contract/activity.ts'
import type { PageBridge } from '../../contract/shell-ipc.ts'
import { fits, isFiltered, isNoSearch, NO_FILTER, readWords, toQuery } from './activity-filter.ts'
import { createActivityStore, PAGE } from './activity-store.ts'
import { addOlder, EMPTY_WINDOW, MOST_ROWS, showFresh, takeRows } from './row-window.ts'
import { lanesShown, timeLabel } from './timeline.tsx'

function row(seq: number, more: Partial<ActivityRow> = {}): ActivityRow {
  return {
    seq,
    at: seq,
    kind: 'intent',
    subject: `Read file ${seq}`,
    principal: { id: 'agent_1', kind: 'agent', name: 'Inbox helper' },
    run: null,
    callId: null,
    tool: null,
    capability: 'fs.read',
    decision: 'allow',
    asked: false,
    lamps: null,
    state: 'open',
    durationMs: null,
    ...more,
  }
}
const down = (from: number, to: number) => Array.from({ length: from - to + 1 }, (_, at) => row(from - at))
const seqs = (rows: ActivityRow[]) => rows.map(({ seq }) => seq)

describe('the window of rows', () => {
  it('takes new rows in at the top while the reader is there', () => {
    const window = takeRows({ ...EMPTY_WINDOW, rows: down(3, 1) }, [row(4), row(5)], true)
    expect(seqs(window.rows)).toEqual([5, 4, 3, 2, 1])
  })
  it('lets them wait while the reader is further down, and shows them on request', () => {
    const window = takeRows({ ...EMPTY_WINDOW, rows: down(3, 1) }, [row(4), row(5)], false)
    expect(seqs(window.rows)).toEqual([3, 2, 1])
    expect(seqs(window.fresh)).toEqual([5, 4])
    expect(seqs(showFresh(window).rows)).toEqual([5, 4, 3, 2, 1])
  })
  it('replaces a row in place when its outcome comes, shown or waiting', () => {
    const before = takeRows({ ...EMPTY_WINDOW, rows: down(3, 1) }, [row(4)], false)
    const window = takeRows(before, [row(2, { state: 'ok' }), row(4, { state: 'failed' })], false)
    expect(window.rows[1]).toMatchObject({ seq: 2, state: 'ok' })
    expect(window.fresh).toEqual([row(4, { state: 'failed' })])
  })
  it('never holds more than its size, and lets the newest go when the reader goes far down', () => {
    const full = { ...EMPTY_WINDOW, rows: down(MOST_ROWS + 500, 501) }
    const window = addOlder(full, down(500, 1))
    expect(window.rows).toHaveLength(MOST_ROWS)
    expect(window.dropped).toBe(500)
    expect(window.rows.at(-1)?.seq).toBe(1)
    expect(takeRows(window, [row(99_999)], true).rows[0]?.seq).toBe(MOST_ROWS)
  })
  it('stays in order, without doubles, whatever comes', () => {
    const told = fc.array(fc.integer({ min: 1, max: 60 }), { maxLength: 20 })
    fc.assert(
      fc.property(fc.array(fc.tuple(told, fc.boolean()), { maxLength: 20 }), (steps) => {
        let window = { ...EMPTY_WINDOW, rows: down(10, 5) }
        for (const [numbers, atTop] of steps)
          window = takeRows(
            window,
            numbers.map((seq) => row(seq)),
            atTop,
          )
        const shown = seqs(showFresh(window).rows)
        expect(shown).toEqual([...new Set(shown)].sort((a, b) => b - a))
      }),
    )
  })
})

describe('the filter', () => {
  it('asks the broker only for what was set', () => {
    expect(toQuery(NO_FILTER)).toEqual({})
    expect(
      toQuery({ ...NO_FILTER, text: ' hm ', decision: 'deny', between: { since: 1, until: 2 } }),
    ).toEqual({
      text: 'hm',
      decision: 'deny',
      since: 1,
      until: 2,
    })
    expect([isFiltered(NO_FILTER), isFiltered({ ...NO_FILTER, tool: 'web' })]).toEqual([false, true])
  })
  it('knows words, phrases and parts', () => {
    expect(readWords('Read "file 12" *oic*')).toEqual(['read', 'file 12', 'oic'])
    expect(fits(row(12), { ...NO_FILTER, text: '"file 12" helper' })).toBe(true)
    expect(fits(row(13), { ...NO_FILTER, text: '"file 12"' })).toBe(false)
  })
  it('counts an answered question as asked, whatever the answer was', () => {
    expect(fits(row(1, { asked: true, decision: 'deny' }), { ...NO_FILTER, decision: 'ask' })).toBe(true)
    expect(fits(row(1, { asked: false, decision: 'deny' }), { ...NO_FILTER, decision: 'ask' })).toBe(false)
  })
})

function setUp(query: (params: Record<string, unknown>) => unknown = () => ({ rows: down(3, 1), total: 3 })) {
  let tell: (payload: { rows: ActivityRow[]; total: number }) => void = () => {}
  const calls: Record<string, unknown>[] = []
  const frames: (() => void)[] = []
  const bridge = {
    call: async (_method: string, params: Record<string, unknown>) => {
      calls.push(params)
      return query(params)
    },
    on: (_event: string, fn: typeof tell) => {
      tell = fn
      return () => {}
    },
  } as unknown as PageBridge
  const store = createActivityStore({ bridge, now: () => 1_000, nextFrame: (work) => void frames.push(work) })
  store.getState().follow()
  const shown = () => seqs(store.getState().window.rows)
  const draw = () => {
    for (const frame of frames.splice(0)) frame()
  }
  return { store, calls, frames, shown, draw, tell: (...rows: ActivityRow[]) => tell({ rows, total: 99 }) }
}

it('signs alone are nothing to search for, but as a part of a text', () => {
  for (const text of ['---', ' . ', '"--"', '*', '**', '*-*', '*--*'])
    expect([text, isNoSearch(text)]).toEqual([text, true])
  for (const text of ['', '  ', 'a', '--no-verify', '2', 'ä', '*---*', '*-> *'.replace(' ', '='), '"a"'])
    expect([text, isNoSearch(text)]).toEqual([text, false])
})

describe('the live record', () => {
  it('takes in ten thousand rows of one frame at once', async () => {
    const { store, shown, draw, frames, tell } = setUp()
    await vi.waitFor(() => expect(shown()).toEqual([3, 2, 1]), 30_000)
    const drawn = vi.fn()
    store.subscribe(drawn)
    for (let seq = 4; seq < 10_004; seq += 1) tell(row(seq))
    expect(frames).toHaveLength(1)
    draw()
    expect(drawn).toHaveBeenCalledOnce()
    expect(shown()[0]).toBe(10_003)
    expect(shown()).toHaveLength(MOST_ROWS)
  })
  it('shows only what fits the filter', async () => {
    const { store, shown, draw, tell } = setUp(() => ({ rows: [], total: 3 }))
    await vi.waitFor(() => expect(store.getState().loading).toBeNull(), 30_000)
    store.getState().setFilter({ decision: 'deny' })
    await vi.waitFor(() => expect(store.getState().loading).toBeNull(), 30_000)
    tell(row(4), row(5, { decision: 'deny' }))
    draw()
    expect(shown()).toEqual([5])
    // What fits is counted once, also when it changes: the record holds more than what is shown.
    expect(store.getState().total).toBe(4)
    tell(row(5, { decision: 'deny', state: 'failed' }))
    draw()
    expect(store.getState().total).toBe(4)
  })
  it('does not show the answer to an older filter', async () => {
    const answers: ((value: unknown) => void)[] = []
    const { store, shown } = setUp(() => new Promise((resolve) => answers.push(resolve)))
    store.getState().setFilter({ text: 'second' })
    await vi.waitFor(() => expect(answers).toHaveLength(2), 30_000)
    answers[1]?.({ rows: [row(2)], total: 2 })
    await vi.waitFor(() => expect(shown()).toEqual([2]), 30_000)
    answers[0]?.({ rows: [row(1)], total: 2 })
    await Promise.resolve()
    expect(shown()).toEqual([2])
  })
  it('asks for older rows from the last one on, and knows the end', async () => {
    const { store, calls, shown } = setUp(({ before }) =>
      before ? { rows: [row(1)], total: 300 } : { rows: down(300, 300 - PAGE + 1), total: 300 },
    )
    await vi.waitFor(() => expect(shown()).toHaveLength(PAGE), 30_000)
    await store.getState().loadOlder()
    expect(calls.at(-1)).toMatchObject({ before: 101 })
    expect(store.getState().atEnd).toBe(true)
    await store.getState().loadOlder()
    expect(calls).toHaveLength(2)
  })
  it('shows what waited once the reader comes back to the top', async () => {
    const { store, shown, draw, tell } = setUp()
    await vi.waitFor(() => expect(shown()).toEqual([3, 2, 1]), 30_000)
    store.getState().setAtTop(false)
    tell(row(4))
    draw()
    expect(shown()).toEqual([3, 2, 1])
    store.getState().setAtTop(true)
    expect(shown()).toEqual([4, 3, 2, 1])
  })
})

it('labels the timeline so that no two of its times read the same', () => {
  const until = Date.UTC(2026, 4, 3, 12, 0, 30)
  const labels = (span: number) =>
    [0.1, 0.3, 0.5, 0.7, 0.9].map((share) => timeLabel(until - span + share * span, until - span, until))
  for (const span of [15_000, 60_000, 170_000, 600_000, 900_000, 3_600_000, 86_400_000, 604_800_000])
    expect(new Set(labels(span)).size, String(span)).toBe(5)
})

it('shows the first agents of many, says how many more there are, and shows each when asked', () => {
  const names = Array.from({ length: 9 }, (_, n) => `Agent ${n}`)
  expect(lanesShown(names.slice(0, 5), false)).toEqual({ shown: names.slice(0, 5), more: '' })
  expect(lanesShown(names.slice(0, 6), false)).toEqual({
    shown: names.slice(0, 5),
    more: 'Show 1 more agent',
  })
  expect(lanesShown(names, false)).toEqual({ shown: names.slice(0, 5), more: 'Show 4 more agents' })
  expect(lanesShown(names, true)).toEqual({ shown: names, more: 'Show fewer agents' })
  // Fewer have come since: then nothing is left to be shown or hidden.
  expect(lanesShown(names.slice(0, 3), true)).toEqual({ shown: names.slice(0, 3), more: '' })
})
