// The real broker with all of its rooms: what a run changed, asked for by ids.
import { existsSync } from 'node:fs'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type BusyBroker, openBusyBroker, PERSON } from '../../e2e/fixtures/open-busy-broker.ts'

let busy: BusyBroker

beforeAll(async () => {
  busy = await openBusyBroker()
})
afterAll(() => busy.close())

describe('putting back what a run changed', () => {
  it('says so when there is no such run, change or call, and does not take it for one that changed nothing', async () => {
    await busy.once('agent_a', 'run_a')
    const undo = (what: object) => busy.api['runs.undo']({ runId: 'run_a', ...what }, PERSON)
    const [change] = busy.rooms.undo.changes('run_a')
    const entries = () => busy.rooms.log.query({ text: '', limit: 1 }).total
    const before = entries()
    await expect(undo({ runId: 'run_b' })).rejects.toThrow('no such run')
    await expect(undo({ changeId: 'change_none' })).rejects.toThrow('no such change')
    await expect(undo({ callId: 'call_none' })).rejects.toThrow('changed no file')
    await expect(undo({ changeId: change?.id, callId: 'call_none' })).rejects.toThrow('changed no file')
    expect(entries()).toBe(before)
    expect(existsSync(change?.path ?? '')).toBe(true)
    expect(await undo({ changeId: change?.id, callId: change?.callId })).toEqual({ undone: 1, skipped: [] })
    expect(existsSync(change?.path ?? '')).toBe(false)
    expect(await undo({ changeId: change?.id })).toEqual({ undone: 0, skipped: [] })
  })
})
