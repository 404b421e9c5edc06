import { describe, expect, it } from 'vitest'
import { LogUnavailable } from '../../contract/activity.ts'
import { type Api, ApiError, type Caller } from '../../contract/broker-api.ts'
import { refused } from '../../contract/outcome.ts'
import { createDispatcher, type RefusedCall } from './dispatch-call.ts'

const cli: Caller = { surface: 'cli', name: 'you, in a terminal' }
const page: Caller = { surface: 'page', name: 'you, in the app' }

function makeDispatcher(api: Partial<Api>) {
  const refusals: RefusedCall[] = []
  const bugs: { id: string; method: string; error: unknown }[] = []
  const dispatch = createDispatcher({
    api: api as Api,
    onRefused: (refusal) => refusals.push(refusal),
    onBug: (bug) => bugs.push(bug),
  })
  return { dispatch, refusals, bugs }
}

describe('a call at the door', () => {
  it('reaches the method with parsed parameters, defaults filled in, and the caller that the door made', async () => {
    const seen: unknown[] = []
    const { dispatch } = makeDispatcher({
      'runs.list': async (params, caller) => {
        seen.push(params, caller)
        return { runs: [] }
      },
    })
    expect(await dispatch('runs.list', {}, cli)).toEqual({ ok: true, value: { runs: [] } })
    expect(seen).toEqual([{ limit: 100 }, cli])
  })

  it.each([
    '__proto__',
    'constructor',
    'toString',
    'hasOwnProperty',
    'nothing.here',
    '',
  ])('knows no method named %j', async (name) => {
    const { dispatch, refusals } = makeDispatcher({})
    expect(await dispatch(name, {}, cli)).toMatchObject({ ok: false, fault: { code: 'bad-request' } })
    expect(refusals).toHaveLength(1)
  })

  it('does not exist for a surface that the table does not name, and that is recorded', async () => {
    let called = false
    const { dispatch, refusals } = makeDispatcher({
      'consent.answer': async () => {
        called = true
        return { accepted: true, why: '' }
      },
    })
    const answer = { questionId: 'q_1', hash: 'a'.repeat(64), answer: 'allow' }
    expect(await dispatch('consent.answer', answer, page)).toMatchObject({
      ok: false,
      fault: { code: 'not-allowed' },
    })
    expect(called).toBe(false)
    expect(refusals).toMatchObject([{ method: 'consent.answer', caller: page, code: 'not-allowed' }])
  })

  it('says which parameter is wrong', async () => {
    const { dispatch } = makeDispatcher({})
    const answer = await dispatch('runs.get', { id: 7, more: true }, cli)
    expect(answer).toMatchObject({ ok: false, fault: { code: 'bad-request' } })
    expect(JSON.stringify(answer)).toMatch(/id/)
  })

  it('lets no field out that the contract does not name', async () => {
    const status = { state: 'ready', name: 'GNOME Keyring', text: '', secret: 'hunter2' }
    const { dispatch } = makeDispatcher({ 'secrets.status': async () => status as never })
    expect(JSON.stringify(await dispatch('secrets.status', {}, cli))).not.toMatch(/hunter2/)
  })

  it('passes on words that were meant for the caller, and nothing of a bug but an id', async () => {
    const { dispatch, bugs } = makeDispatcher({
      'runs.get': async () => {
        throw new ApiError('not-found', 'There is no such run.')
      },
      'runs.cancel': async () => {
        throw refused('stopped', 'Everything is stopped. Resume first.')
      },
      'agents.list': async () => {
        throw new Error('/home/ann/private.db is locked')
      },
      'tools.list': async () => ({ tools: 'broken' }) as never,
    })
    expect(await dispatch('runs.get', { id: 'run_1' }, cli)).toEqual({
      ok: false,
      fault: { code: 'not-found', text: 'There is no such run.' },
    })
    expect(await dispatch('runs.cancel', { id: 'run_1' }, cli)).toEqual({
      ok: false,
      fault: { code: 'stopped', text: 'Everything is stopped. Resume first.' },
    })
    const bug = await dispatch('agents.list', {}, cli)
    expect(bug).toMatchObject({ ok: false, fault: { code: 'internal' } })
    expect(JSON.stringify(bug)).not.toMatch(/private\.db|at .*\.ts/)
    expect(JSON.stringify(bug)).toContain(bugs[0]?.id)
    expect(await dispatch('tools.list', {}, cli)).toMatchObject({ ok: false, fault: { code: 'internal' } })
    expect(bugs).toHaveLength(2)
  })

  it('calls a full disk by its name, and no mistake', async () => {
    const fails = async (error: Error) => {
      const bugs: unknown[] = []
      const api = { 'runs.cancel': () => Promise.reject(error) } as unknown as Api
      const dispatch = createDispatcher({ api, onRefused: () => {}, onBug: (bug) => bugs.push(bug) })
      const answer = await dispatch('runs.cancel', { id: 'run_1' }, cli)
      expect(bugs).toEqual([])
      return answer
    }
    const full = { code: 'disk-full', text: 'The disk is full. Free some space, then try again.' }
    const sqlite = Object.assign(new Error('database or disk is full'), { errcode: 13 })
    const system = Object.assign(new Error('no space left'), { code: 'ENOSPC' })
    for (const error of [sqlite, system]) expect(await fails(error)).toEqual({ ok: false, fault: full })
    expect(await fails(new LogUnavailable(full.text))).toMatchObject({ fault: { text: full.text } })
  })
})
