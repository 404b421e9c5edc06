import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import type { ActivityRow } from '../../contract/activity.ts'
import { createEventHub, type HubMessage } from './event-hub.ts'

function row(seq: number, state: ActivityRow['state'] = 'open'): ActivityRow {
  return {
    seq,
    at: 0,
    kind: 'intent',
    subject: 'Read a file',
    principal: null,
    run: null,
    callId: null,
    tool: null,
    capability: null,
    decision: null,
    asked: false,
    lamps: null,
    state,
    durationMs: null,
  }
}

describe('events from the broker', () => {
  beforeEach(() => void vi.useFakeTimers())
  afterEach(() => void vi.useRealTimers())

  function makeHub() {
    const heard: HubMessage[] = []
    const bugs: unknown[] = []
    const hub = createEventHub({ onBug: (bug) => bugs.push(bug) })
    hub.on((message) => heard.push(message))
    return { hub, heard, bugs }
  }

  it('gathers rows of the log, each in its newest form', () => {
    const { hub, heard } = makeHub()
    hub.emit('activity', { rows: [row(1)], total: 1 })
    hub.emit('activity', { rows: [row(2)], total: 2 })
    hub.emit('activity', { rows: [row(1, 'ok')], total: 2 })
    expect(heard).toEqual([])
    vi.advanceTimersByTime(200)
    expect(heard).toHaveLength(1)
    expect(heard[0]?.payload).toEqual({ rows: [row(1, 'ok'), row(2)], total: 2 })
  })

  it('sends a few messages for a flood of rows, and says how many there are', () => {
    const { hub, heard } = makeHub()
    for (let seq = 1; seq <= 10_000; seq += 1) hub.emit('activity', { rows: [row(seq)], total: seq })
    vi.advanceTimersByTime(1000)
    expect(heard).toHaveLength(1)
    const payload = heard[0]?.payload as { rows: ActivityRow[]; total: number }
    expect(payload.total).toBe(10_000)
    expect(payload.rows.at(-1)?.seq).toBe(10_000)
    expect(payload.rows.length).toBeLessThanOrEqual(500)
  })

  it('keeps the items of two runs apart', () => {
    const { hub, heard } = makeHub()
    for (const runId of ['run_a', 'run_b'])
      for (const text of ['first', 'second']) hub.emit('runItem', { runId, item: { id: 'i_1', text } })
    vi.advanceTimersByTime(100)
    expect(heard.map((message) => message.payload)).toEqual([
      { runId: 'run_a', item: { id: 'i_1', text: 'second' } },
      { runId: 'run_b', item: { id: 'i_1', text: 'second' } },
    ])
  })

  it('sends questions and alerts at once', () => {
    const { hub, heard } = makeHub()
    hub.emit('questions', { questions: [] })
    hub.emit('alert', { id: 'al_1', at: 1, rule: 'burst', text: 'Ten denials' })
    expect(heard.map((message) => message.event)).toEqual(['questions', 'alert'])
  })

  it('sends what led to a question before the question', () => {
    const { hub, heard } = makeHub()
    hub.emit('runItem', { runId: 'run_a', item: { id: 'i_1', text: 'May I?' } })
    hub.emit('questions', { questions: [] })
    vi.advanceTimersByTime(200)
    expect(heard.map((message) => message.event)).toEqual(['runItem', 'questions'])
  })

  it('lets nothing out that the contract does not allow', () => {
    const { hub, heard, bugs } = makeHub()
    hub.emit('grants', { grants: [{ id: 'no grant' }] } as never)
    hub.emit('secrets', {
      secrets: [],
      keychain: { state: 'ready', name: '', text: '', value: 'hunter2' },
      locked: false,
    } as never)
    expect(bugs).toHaveLength(1)
    expect(heard.map((message) => message.event)).toEqual(['secrets'])
    expect(heard[0]?.line).not.toContain('hunter2')
  })
})
