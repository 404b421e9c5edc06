import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { questionText } from '../../contract/consent.ts'
import type { AskResult, RecordedRequest } from '../ports.ts'
import { sha256 } from './make-question.ts'
import { answerTo, HASH, openDesk, request, run, write } from './testing/asking.ts'

beforeEach(() => {
  vi.useFakeTimers({ now: new Date('2026-11-20T12:00:00') })
})
afterEach(() => {
  vi.useRealTimers()
})

/** Draws the first question, lets its time pass, answers. */
function answerFirst(desk: ReturnType<typeof openDesk>['desk'], change: Parameters<typeof answerTo>[1] = {}) {
  const question = desk.pending()[0]
  if (question) desk.shown(question.id, question.hash)
  vi.advanceTimersByTime((question?.inertMs ?? 0) + (question?.holdMs ?? 0))
  return desk.answer(answerTo(question, change), 'you, in the app')
}
/** A request that is of no kind with any other. */
let kinds = 0
const alone = (need: ReturnType<typeof write>) =>
  request(need, {
    context: {
      call: {
        function: `do_${String(++kinds).replaceAll(/\d/g, (digit) => 'abcdefghij'[Number(digit)] ?? '')}x`,
        input: {},
      },
    },
  })
const ended = async (asked: Promise<AskResult>) => {
  const result = await asked
  return result.kind === 'allow' ? 'allow' : result.refused.code
}
const outside = {
  lamps: { outside: true, private: false, send: false },
  backed: false,
  unbacked: ['the path is in none of your words'],
}
const flowBecause = { layer: 'flow' as const, rule: 'flow:outside', text: 'Outside text.' }

describe('a question', () => {
  it('names who asks for what, exactly, and is bound to it by hash', () => {
    const { desk } = openDesk()
    void desk.ask(request())
    const [question] = desk.pending()
    expect(question).toMatchObject({
      principal: { name: 'Tidy' },
      tool: { name: 'files', hash: HASH },
      run: { id: 'run_1' },
      title: { verb: 'Write', object: 'a.txt', tail: 'in work' },
      allowLabel: 'Write',
      denyLabel: 'Don’t write',
      risk: 'low',
      inertMs: 500,
      holdMs: 0,
      waiting: 0,
    })
    expect(question?.hash).toBe(sha256(questionText(question as never)))
    expect(question?.binding).toBe(sha256(JSON.stringify([write('/home/ada/work/a.txt')])))
  })
  it('leaves nothing behind on the signal of its run, however it ended', async () => {
    const { desk } = openDesk()
    const control = new AbortController()
    const add = vi.spyOn(control.signal, 'addEventListener')
    const remove = vi.spyOn(control.signal, 'removeEventListener')
    for (const answer of ['allow', 'deny'] as const) {
      const asked = desk.ask(request(undefined, { context: { signal: control.signal } }))
      answerFirst(desk, { answer })
      await asked
    }
    expect(add).toHaveBeenCalledTimes(2)
    expect(remove.mock.calls.map(([, fn]) => fn)).toEqual(add.mock.calls.map(([, fn]) => fn))
  })
  it('has another hash as soon as anything shown or bound differs', () => {
    const { desk } = openDesk()
    void desk.ask(request())
    const [question] = desk.pending()
    if (!question?.tool) throw new Error('no question')
    const base = questionText(question)
    const changes = [
      { ...question, exact: [{ label: 'path', text: 'other', spans: [], long: false }] },
      { ...question, tool: { ...question.tool, hash: 'b'.repeat(64) } },
      { ...question, binding: 'c'.repeat(64) },
      { ...question, title: { ...question.title, object: 'b.txt' } },
      { ...question, waiting: 1 },
      { ...question, needs: [write('/home/ada/work/b.txt')] },
      { ...question, holdMs: 1 },
      { ...question, id: 'q_2' },
      { ...question, steps: question.steps.slice(1) },
    ]
    for (const change of changes) expect(questionText(change)).not.toBe(base)
    expect(
      questionText({
        ...question,
        expiresAt: 0,
        steps: question.steps.map((step) => ({
          ...step,
          replay: { allowed: 1, deniedThen: 0, since: null },
        })),
      }),
    ).toBe(base)
  })
  it('is held down for what is destructive, opaque, or could carry private data out after outside text', () => {
    const { desk } = openDesk()
    void desk.ask(request(undefined, { prepared: { destructive: true, binding: '1' } }))
    void desk.ask(request(run('/usr/bin/bash', ['-c', 'x'], true)))
    const flow = { ...outside, lamps: { outside: true, private: true, send: true } }
    void desk.ask(
      request(
        { capability: 'secret.use', resource: { kind: 'secret', name: 'token', to: 'https://a:443' } },
        { input: { flow } },
      ),
    )
    expect(desk.pending().map(({ risk, holdMs }) => [risk, holdMs])).toEqual([
      ['high', 1200],
      ['high', 1200],
      ['high', 1200],
    ])
  })
  it('that can’t be shown whole is not asked at all', async () => {
    const { desk } = openDesk()
    const long = [{ label: 'body', text: 'x'.repeat(2_000_001), spans: [], long: true }]
    expect(await ended(desk.ask(request(undefined, { prepared: { exact: long } })))).toBe('too-large')
  })
  it('says the length of a name that is too long for its title', () => {
    const { desk } = openDesk()
    void desk.ask(
      request(undefined, { prepared: { sentence: { verb: 'Write', object: 'x'.repeat(400), tail: '' } } }),
    )
    expect(desk.pending()[0]?.title.object).toBe('(400 characters, shown below)')
  })
})

describe('scopes', () => {
  const offered = (input: ReturnType<typeof request>) => {
    const { desk } = openDesk()
    void desk.ask(input)
    const [question] = desk.pending()
    return {
      offers: question?.offers.filter(({ enabled }) => enabled).map(({ kind }) => kind),
      steps: question?.steps.map(({ words }) => words),
      why: question?.offers[4]?.reason,
    }
  }
  it('are all offered, from the file outward to the perimeter’s line, where that is honest', () => {
    expect(offered(request(write('/home/ada/work/a/b.txt')))).toEqual({
      offers: ['once', 'run', 'hour', 'today', 'always'],
      steps: ['Write ~/work/a/b.txt', 'Write in ~/work/a and below', 'Write in ~/work and below'],
      why: '',
    })
    expect(offered(request(undefined, { context: { run: null } })).offers).toEqual([
      'once',
      'hour',
      'today',
      'always',
    ])
  })
  it('are only once, with the reason, where a longer one could not be kept', () => {
    const once = (input: ReturnType<typeof request>, why: RegExp) =>
      expect(offered(input)).toEqual({ offers: ['once'], steps: [], why: expect.stringMatching(why) })
    once(request(run('/usr/bin/bash', ['-c', 'ls'], true)), /bash can run anything/)
    once(request(undefined, { input: { flow: outside, because: [flowBecause] } }), /none of your words/)
    once(
      request(undefined, { input: { because: [{ layer: 'policy', rule: 'managed:x', text: '' }] } }),
      /organization/,
    )
    once(
      request(undefined, {
        prepared: { exact: [{ label: 'b', text: 'x'.repeat(1_000_001), spans: [], long: true }] },
      }),
      /too long/,
    )
    once(
      request({ capability: 'clipboard.read', resource: { kind: 'plain', text: 'text, 12 characters' } }),
      /clipboard/,
    )
  })
  it('spell out every part of a request in two folders', () => {
    const { steps } = offered(request([write('/home/ada/work/in/a'), write('/home/ada/work/out/a')]))
    expect(steps).toEqual([
      'Write ~/work/in/a; Write ~/work/out/a',
      'Write in ~/work/in and below; Write in ~/work/out and below',
      'Write in ~/work and below',
    ])
  })
  it('cover only the needs that asked', () => {
    const { steps } = offered(
      request(
        [
          { capability: 'fs.read', resource: { kind: 'path', path: '/home/ada/work/a' } },
          write('/home/ada/work/b'),
        ],
        { input: { asking: [write('/home/ada/work/b')] } },
      ),
    )
    expect(steps?.[0]).toBe('Write ~/work/b')
  })
  it('become grants with exactly that scope and end', async () => {
    const { desk, grants } = openDesk()
    const asked = desk.ask(request())
    expect(answerFirst(desk, { scope: 'always', step: 1 }).accepted).toBe(true)
    expect(await asked).toMatchObject({ kind: 'allow', grant: { id: expect.any(String) } })
    expect(grants.list()).toMatchObject([
      {
        effect: 'allow',
        principalId: 'agent_1',
        tool: { name: 'files', hash: HASH },
        capability: 'fs.write',
        scope: { kind: 'path', path: '/home/ada/work', below: true },
        end: { kind: 'unused', days: 14 },
        madeBy: 'you, in the app',
      },
    ])
  })
  it('of today end at midnight', () => {
    const { desk, grants } = openDesk()
    void desk.ask(request())
    answerFirst(desk, { scope: 'today' })
    expect(grants.list()[0]?.end).toEqual({ kind: 'until', at: new Date('2026-11-21T00:00:00').getTime() })
  })
  it('once keeps nothing', async () => {
    const { desk, grants } = openDesk()
    const asked = desk.ask(request())
    answerFirst(desk)
    expect(await asked).toMatchObject({ kind: 'allow', grant: null })
    expect(grants.list()).toEqual([])
  })
  it('of two folders become two grants, each with its own words, or none', async () => {
    const two = [write('/home/ada/work/in/a'), write('/home/ada/work/out/a')]
    const { desk, grants } = openDesk()
    void desk.ask(request(two))
    answerFirst(desk, { scope: 'run', step: 1 })
    expect(
      grants
        .list()
        .map(({ words }) => words)
        .sort(),
    ).toEqual(['Write in ~/work/in and below', 'Write in ~/work/out and below'])
    const again = openDesk()
    void again.desk.ask(request(two))
    const put = again.store.put.bind(again.store)
    let writes = 0
    again.store.put = (...given) => {
      writes += 1
      if (writes === 2) throw new Error('disk full')
      put(...given)
    }
    expect(answerFirst(again.desk, { scope: 'run', step: 1 }).accepted).toBe(false)
    expect(again.grants.list().filter(({ revokedAt }) => revokedAt === null)).toEqual([])
  })
  it('of a command that can run anything can be remembered as a no, never as a yes', async () => {
    const { desk, grants } = openDesk()
    const shell = () => request(run('/usr/bin/bash', ['-c', 'x'], true))
    void desk.ask(shell())
    expect(desk.pending()[0]).toMatchObject({ rememberable: true, steps: [] })
    answerFirst(desk, { answer: 'deny', rememberDeny: true })
    const asked = {
      need: run('/usr/bin/bash', ['-c', 'x'], true),
      principalId: 'agent_1',
      tool: { name: 'files', hash: HASH },
      runId: 'run_1',
      now: Date.now(),
    }
    expect(grants.index().find('deny', asked)).not.toBeNull()
    expect(
      grants.index().find('deny', { ...asked, need: run('/usr/bin/bash', ['-c', 'y'], true) }),
    ).toBeNull()
    void desk.ask(shell())
    expect(answerFirst(desk, { scope: 'always' }).accepted).toBe(false)
  })
  it('that the disk can’t keep is not accepted, and the question stands', () => {
    const { desk, store } = openDesk()
    void desk.ask(request())
    store.broken = true
    expect(answerFirst(desk, { scope: 'always' })).toMatchObject({ accepted: false })
    expect(desk.pending()).toHaveLength(1)
  })
})

describe('an answer', () => {
  it('counts for nothing from 0 to 499 ms after the question was shown', () => {
    const { desk } = openDesk()
    void desk.ask(request())
    const [question] = desk.pending()
    if (!question) throw new Error('no question')
    expect(desk.answer(answerTo(question), 'you').why).toContain('not shown')
    desk.shown(question.id, question.hash)
    for (let ms = 0; ms < 500; ms++) {
      expect(desk.answer(answerTo(question), 'you').accepted).toBe(false)
      vi.advanceTimersByTime(1)
    }
    expect(desk.answer(answerTo(question), 'you').accepted).toBe(true)
  })
  it('must have been held as long as the question says', () => {
    const { desk } = openDesk()
    void desk.ask(request(undefined, { prepared: { destructive: true } }))
    const [question] = desk.pending()
    if (!question) throw new Error('no question')
    desk.shown(question.id, question.hash)
    vi.advanceTimersByTime(1999)
    expect(desk.answer(answerTo(question), 'you').accepted).toBe(false)
    vi.advanceTimersByTime(1)
    expect(desk.answer(answerTo(question), 'you').accepted).toBe(true)
  })
  it('with another hash, for another question, or for a scope that is not offered answers nothing', () => {
    const { desk } = openDesk()
    void desk.ask(request(run('/usr/bin/bash', ['-c', 'x'], true)))
    const [question] = desk.pending()
    if (!question) throw new Error('no question')
    desk.shown(question.id, question.hash)
    vi.advanceTimersByTime(5000)
    expect(desk.answer(answerTo(question, { hash: 'f'.repeat(64) }), 'you').accepted).toBe(false)
    expect(desk.answer(answerTo(question, { hash: 'f'.repeat(64), answer: 'deny' }), 'you').accepted).toBe(
      false,
    )
    expect(desk.answer(answerTo(question, { questionId: 'q_other' }), 'you').accepted).toBe(false)
    expect(desk.answer(answerTo(question, { scope: 'always' }), 'you').accepted).toBe(false)
    expect(desk.pending()).toHaveLength(1)
  })
  it('to a question that is not the first on the window is no yes, but may be a no', async () => {
    const { desk } = openDesk()
    void desk.ask(request())
    const second = desk.ask(alone(write('/home/ada/work/b.txt')))
    const question = desk.pending()[1]
    if (!question) throw new Error('no question')
    desk.shown(question.id, question.hash)
    vi.advanceTimersByTime(5000)
    expect(desk.answer(answerTo(question), 'you').accepted).toBe(false)
    expect(desk.answer(answerTo(question, { answer: 'deny' }), 'you').accepted).toBe(true)
    expect(await ended(second)).toBe('denied-by-person')
  })
  it('carries the person’s reason to the model', async () => {
    const { desk } = openDesk()
    const asked = desk.ask(request())
    answerFirst(desk, { answer: 'deny', reason: 'use the Archive folder' })
    expect(await asked).toMatchObject({
      kind: 'deny',
      refused: { code: 'denied-by-person', model: expect.stringContaining('use the Archive folder') },
    })
  })
  it('of no can be remembered, for the run or longer, and can pause the agent', async () => {
    const { desk, grants, paused } = openDesk()
    void desk.ask(request())
    answerFirst(desk, { answer: 'deny', rememberDeny: true, pauseAgent: true })
    expect(grants.list()).toMatchObject([
      {
        effect: 'deny',
        end: { kind: 'run', runId: 'run_1' },
        scope: { path: '/home/ada/work/a.txt', below: false },
      },
    ])
    expect(paused).toEqual(['agent_1'])
  })
})

describe('equal questions', () => {
  it('are one question, and one answer releases all that wait', async () => {
    const { desk } = openDesk()
    const all = [1, 2, 3].map(() => desk.ask(request()))
    expect(desk.pending()).toHaveLength(1)
    expect(desk.pending()[0]?.waiting).toBe(2)
    answerFirst(desk)
    expect(await Promise.all(all.map(ended))).toEqual(['allow', 'allow', 'allow'])
  })
  it('that come after the question was shown wait for an answer of their own', async () => {
    const { desk } = openDesk()
    const first = desk.ask(request())
    const [question] = desk.pending()
    if (!question) throw new Error('no question')
    desk.shown(question.id, question.hash)
    void desk.ask(request())
    expect(desk.pending()).toHaveLength(2)
    expect(desk.pending()[0]?.hash).toBe(question.hash)
    vi.advanceTimersByTime(500)
    expect(desk.answer(answerTo(question), 'you').accepted).toBe(true)
    expect(await ended(first)).toBe('allow')
    expect(desk.pending()).toHaveLength(1)
  })
  it('share a no, whenever they came', async () => {
    const { desk } = openDesk()
    const first = desk.ask(request())
    vi.advanceTimersByTime(200)
    const late = desk.ask(request())
    answerFirst(desk, { answer: 'deny' })
    expect(await Promise.all([first, late].map(ended))).toEqual(['denied-by-person', 'denied-by-person'])
  })
  it('differ by agent, tool, run, content and what the run has read', () => {
    const { desk } = openDesk()
    void desk.ask(request())
    void desk.ask(
      request(undefined, { context: { principal: { id: 'agent_2', kind: 'agent', name: 'Tidy' } } }),
    )
    void desk.ask(request(undefined, { context: { run: { id: 'run_2', title: '' } } }))
    void desk.ask(request(undefined, { prepared: { operation: 'fs.move', binding: 'other content' } }))
    void desk.ask(request(undefined, { input: { flow: outside } }))
    expect(desk.pending()).toHaveLength(5)
  })
  it('a wider answer releases other questions that it covers', async () => {
    const { desk } = openDesk()
    const all = ['a', 'b', 'c'].map((name) => desk.ask(alone(write(`/home/ada/work/${name}`))))
    const other = desk.ask(alone(write('/home/ada/elsewhere/x')))
    answerFirst(desk, { scope: 'run', step: 1 })
    expect(await Promise.all(all.map(ended))).toEqual(['allow', 'allow', 'allow'])
    expect(desk.pending()).toHaveLength(1)
    answerFirst(desk, { answer: 'deny' })
    expect(await ended(other)).toBe('denied-by-person')
  })
  it('a wider answer does not release what must be asked each time', () => {
    const { desk } = openDesk()
    void desk.ask(request(write('/home/ada/work/a')))
    void desk.ask(request(write('/home/ada/work/b'), { input: { flow: outside, because: [flowBecause] } }))
    answerFirst(desk, { scope: 'run', step: 1 })
    expect(desk.pending()).toHaveLength(1)
  })
})

describe('without an answer', () => {
  it('time running out is a no', async () => {
    const { desk } = openDesk()
    const asked = desk.ask(request())
    vi.advanceTimersByTime(300_000)
    expect(await ended(asked)).toBe('no-answer')
    expect(desk.pending()).toEqual([])
  })
  it('a question behind others still gets a minute on the window', async () => {
    const { desk } = openDesk()
    void desk.ask(request())
    const second = desk.ask(alone(write('/home/ada/work/b')))
    vi.advanceTimersByTime(299_000)
    answerFirst(desk, { answer: 'deny' })
    vi.advanceTimersByTime(59_000)
    expect(desk.pending()).toHaveLength(1)
    vi.advanceTimersByTime(1_000)
    expect(await ended(second)).toBe('no-answer')
  })
  it('a lost window is a no to the question that was on it, and to no other', async () => {
    const { desk } = openDesk()
    const first = desk.ask(request())
    void desk.ask(alone(write('/home/ada/work/b')))
    const [question] = desk.pending()
    if (question) desk.shown(question.id, question.hash)
    desk.setSurface(false)
    expect(await ended(first)).toBe('no-answer')
    expect(desk.pending()).toHaveLength(1)
    desk.setSurface(true)
    vi.advanceTimersByTime(60_000)
    expect(desk.pending()).toHaveLength(1)
  })
  it('no window at all is a refusal after a short while', async () => {
    const { desk } = openDesk()
    desk.setSurface(false)
    const asked = desk.ask(request())
    vi.advanceTimersByTime(14_999)
    expect(desk.pending()).toHaveLength(1)
    vi.advanceTimersByTime(1)
    expect(await ended(asked)).toBe('unavailable')
  })
  it('a cancelled run takes its question along; equal ones of others stay', async () => {
    const { desk } = openDesk()
    const cancel = new AbortController()
    const mine = desk.ask(request(undefined, { context: { signal: cancel.signal } }))
    void desk.ask(request())
    cancel.abort()
    expect(await ended(mine)).toBe('cancelled')
    expect(desk.pending()).toMatchObject([{ waiting: 0 }])
  })
  it('Stop ends every question', async () => {
    const { desk } = openDesk()
    const asked = desk.ask(request())
    expect(await desk.end('agent_2')).toEqual({ questions: 0 })
    expect(await desk.end('all')).toEqual({ questions: 1 })
    expect(await ended(asked)).toBe('stopped')
  })
})

describe('away', () => {
  it('with the screen locked questions wait longer, no yes counts, and there is one summary on return', async () => {
    const { desk, returns } = openDesk()
    const before = desk.ask(request())
    desk.setLocked(true)
    const during = desk.ask(alone(write('/home/ada/work/b')))
    vi.advanceTimersByTime(3_600_000)
    expect(desk.pending()).toHaveLength(2)
    expect(answerFirst(desk).why).toContain('locked')
    vi.advanceTimersByTime(480 * 60_000)
    expect(await ended(before)).toBe('no-answer')
    expect(await ended(during)).toBe('no-answer')
    void desk.ask(request(write('/home/ada/work/c')))
    desk.setLocked(false)
    expect(returns).toMatchObject([
      {
        waiting: 1,
        expired: 2,
        text: 'While you were away: 1 question waiting, 2 questions expired unanswered.',
      },
    ])
    expect(answerFirst(desk).accepted).toBe(true)
  })
})

describe('the budget of prompts', () => {
  const askFor = (desk: ReturnType<typeof openDesk>['desk'], name: string) =>
    desk.ask(request(write(`/home/ada/work/${name}`)))
  it('past it, offers one task for a time that lists what it covers', async () => {
    const { desk, grants } = openDesk({ promptBudget: 2 })
    for (const name of ['in/a', 'out/b']) {
      const asked = askFor(desk, name)
      answerFirst(desk)
      expect(await ended(asked)).toBe('allow')
    }
    const asked = askFor(desk, 'in/c')
    const [question] = desk.pending()
    expect(question?.task).toEqual({
      minutes: 30,
      covers: ['Write in ~/work/in and below', 'Write in ~/work/out and below'],
    })
    expect(question?.offers.filter(({ enabled }) => enabled)).toMatchObject([
      { kind: 'once', label: 'This list, 30 minutes' },
    ])
    expect(answerFirst(desk).accepted).toBe(true)
    expect(await ended(asked)).toBe('allow')
    expect(grants.list().map(({ scope, end }) => [scope, end])).toEqual([
      [
        { kind: 'path', path: '/home/ada/work/out', below: true },
        { kind: 'until', at: Date.now() + 30 * 60_000 },
      ],
      [
        { kind: 'path', path: '/home/ada/work/in', below: true },
        { kind: 'until', at: Date.now() + 30 * 60_000 },
      ],
    ])
  })
  it('after a no to the task, denies and lets the run go on, until the hour has passed', async () => {
    const { desk } = openDesk({ promptBudget: 1 })
    void askFor(desk, 'a')
    answerFirst(desk)
    void askFor(desk, 'b')
    answerFirst(desk, { answer: 'deny' })
    expect(await ended(askFor(desk, 'c'))).toBe('budget')
    vi.advanceTimersByTime(3_600_000)
    void askFor(desk, 'd')
    expect(desk.pending()[0]?.task).toBeNull()
  })
  it('puts nothing on the list that was denied, or that only once is honest for', async () => {
    const { desk } = openDesk({ promptBudget: 1 })
    void askFor(desk, 'secret/a')
    answerFirst(desk, { answer: 'deny' })
    expect(await ended(desk.ask(request(run('/usr/bin/bash', ['-c', 'x'], true))))).toBe('budget')
    void askFor(desk, 'b/c')
    expect(desk.pending()[0]?.task?.covers).toEqual(['Write in ~/work/b and below'])
  })
  it('puts nothing on the list that was allowed once because only once was honest', async () => {
    const { desk } = openDesk({ promptBudget: 1 })
    const because = [{ layer: 'flow', rule: 'flow:outside', text: 'Not backed by your own words.' }] as const
    const asked = desk.ask(request(write('/home/ada/work/told/a'), { input: { because: [...because] } }))
    expect(desk.pending()[0]?.steps).toEqual([])
    answerFirst(desk)
    expect(await ended(asked)).toBe('allow')
    void askFor(desk, 'b/c')
    expect(desk.pending()[0]?.task?.covers).toEqual(['Write in ~/work/b and below'])
  })
  it('holds against a flood of 10,000 different questions, and leaves other agents theirs', async () => {
    const { desk } = openDesk()
    const flood = Array.from({ length: 10_000 }, (_, index) =>
      desk.ask(alone(write(`/home/ada/work/f${index}`))),
    )
    expect(desk.pending()).toHaveLength(21)
    void desk.ask(
      request(undefined, { context: { principal: { id: 'agent_2', kind: 'agent', name: 'Other' } } }),
    )
    expect(desk.pending()).toHaveLength(22)
    await desk.end('all')
    const codes = await Promise.all(flood.map(ended))
    expect(codes.filter((code) => code === 'budget')).toHaveLength(9_979)
  })
})

describe('replay', () => {
  it('counts what each step would have met in the past, and what was denied then', async () => {
    const past = (
      seq: number,
      path: string,
      allowed: boolean,
      change: Partial<RecordedRequest> = {},
    ): RecordedRequest => ({
      seq,
      at: seq * 1000,
      subject: '',
      principal: { id: 'agent_1', kind: 'agent', name: 'Tidy' },
      runId: null,
      tool: { name: 'files', version: '1.0.0', hash: HASH },
      needs: [write(path)],
      lamps: { outside: false, private: false, send: false },
      backed: true,
      was: 'ask',
      allowed,
      granted: false,
      ...change,
    })
    const { desk } = openDesk({
      past: [
        past(1, '/home/ada/work/a.txt', true),
        past(2, '/home/ada/work/b.txt', false),
        past(3, '/home/ada/other', true),
        past(4, '/home/ada/work/a.txt', true, {
          tool: { name: 'files', version: '0.9.0', hash: 'b'.repeat(64) },
        }),
      ],
    })
    void desk.ask(request())
    expect((await desk.replay(desk.pending()[0]?.id ?? '')).map(({ replay }) => replay)).toEqual([
      { allowed: 1, deniedThen: 0, since: 1000 },
      { allowed: 1, deniedThen: 1, since: 1000 },
    ])
    expect(await desk.replay('q_gone')).toEqual([])
  })
})

describe('a question for a secret', () => {
  it('takes the value and its hosts with the answer, keeps nothing itself, and shows neither to anybody', async () => {
    const { desk, grants } = openDesk()
    const secret = { name: 'token', purpose: 'to list your issues', hosts: ['https://api.example.org:443'] }
    const need = {
      capability: 'secret.use' as const,
      resource: { kind: 'secret' as const, name: 'token', to: secret.hosts[0] ?? '' },
    }
    const asked = desk.ask(request(need, { prepared: { secret } }))
    expect(desk.pending()[0]).toMatchObject({
      secret,
      allowLabel: 'Give it',
      denyLabel: 'Don’t give it',
      steps: [],
    })
    expect(answerFirst(desk).why).toContain('secret')
    // A slip in a host costs nothing that was typed: the question stays.
    expect(answerFirst(desk, { secretValue: 'hunter2', secretHosts: ['not a host'] }).why).toBe(
      '“not a host” is no host.',
    )
    expect(
      answerFirst(desk, { secretValue: 'hunter2', secretHosts: ['https://api.example.org'] }).accepted,
    ).toBe(true)
    expect(await asked).toMatchObject({
      kind: 'allow',
      secretValue: 'hunter2',
      secretHosts: ['https://api.example.org'],
    })
    expect(grants.list()).toEqual([])
    expect(JSON.stringify(desk.pending())).not.toContain('hunter2')
  })
})
