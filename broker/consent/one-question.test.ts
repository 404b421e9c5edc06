import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import type { AskInput, AskResult } from '../ports.ts'
import { sha256 } from './make-question.ts'
import { answerTo, openDesk, request, write } from './testing/asking.ts'

beforeEach(() => {
  vi.useFakeTimers({ now: new Date('2026-11-20T12:00:00') })
})
afterEach(() => {
  vi.useRealTimers()
})

const move = (name: string, change: Parameters<typeof request>[1] = {}): AskInput =>
  request(write(`/home/ada/work/${name}`), {
    ...change,
    prepared: {
      operation: 'fs.move',
      sentence: { verb: 'Move', object: name, tail: 'to Archive' },
      exact: [
        { label: 'From', text: `/in/${name}`, spans: [], long: false },
        { label: 'To', text: `/archive/${name}`, spans: [], long: false },
      ],
      binding: `move ${name}`,
      ...change.prepared,
    },
  })
const kind = async (asked: Promise<AskResult>) => (await asked).kind
type Desk = ReturnType<typeof openDesk>['desk']
function answer(desk: Desk, change: Parameters<typeof answerTo>[1] = {}) {
  const question = desk.pending()[0]
  if (question) desk.shown(question.id, question.hash)
  vi.advanceTimersByTime((question?.inertMs ?? 0) + (question?.holdMs ?? 0))
  return desk.answer(answerTo(question, change), 'you')
}
const NAMES = Array.from({ length: 12 }, (_, at) => `f${at}.txt`)

describe('requests of one kind in one go', () => {
  it('are one question that lists every one of them exactly, bound to all of them', async () => {
    const { desk } = openDesk()
    const all = NAMES.map((name) => desk.ask(move(name)))
    const [question, more] = desk.pending()
    expect(more).toBeUndefined()
    expect(question?.title).toEqual({ verb: 'Move', object: '12 items', tail: 'to Archive' })
    expect(question?.exact.map(({ label, text }) => [label, text])).toEqual(
      NAMES.flatMap((name, at) => [
        [`${at + 1}. From`, `/in/${name}`],
        [`${at + 1}. To`, `/archive/${name}`],
      ]),
    )
    expect(question?.needs).toHaveLength(12)
    expect(question?.binding).toBe(sha256(JSON.stringify(NAMES.map((name) => `move ${name}`))))
    expect(question?.waiting).toBe(0)
    expect(answer(desk).accepted).toBe(true)
    expect(await Promise.all(all.map(kind))).toEqual(NAMES.map(() => 'allow'))
    // Each answer says which question it was to: so the digest counts one.
    expect(new Set((await Promise.all(all)).map(({ questionId }) => questionId))).toEqual(
      new Set([question?.id]),
    )
  })
  it('wait a little for the calls that were made in one go with them, drawn or not, and no longer', () => {
    const { desk } = openDesk()
    const together = new Set([2, 3])
    const ask = (name: string) => {
      const input = move(name)
      void desk.ask({ ...input, context: { ...input.context, together } })
    }
    const draw = () => {
      const [first] = desk.pending()
      if (first) desk.shown(first.id, first.hash)
    }
    ask('a.txt')
    draw()
    vi.advanceTimersByTime(700)
    together.delete(2)
    ask('b.txt')
    draw()
    vi.advanceTimersByTime(700)
    // The last one ended without a question: what is shown stands still.
    together.delete(3)
    vi.advanceTimersByTime(200)
    ask('c.txt')
    expect(desk.pending().map(({ title }) => title.object)).toEqual(['2 items', 'c.txt'])
  })

  it('do not wait for ever for a call that neither asks nor ends', () => {
    const { desk } = openDesk()
    const input = move('a.txt')
    void desk.ask({ ...input, context: { ...input.context, together: new Set([1]) } })
    vi.advanceTimersByTime(2_500)
    void desk.ask(move('b.txt'))
    expect(desk.pending()).toHaveLength(2)
  })

  it('a no is a no to all of them', async () => {
    const { desk } = openDesk()
    const all = NAMES.map((name) => desk.ask(move(name)))
    answer(desk, { answer: 'deny' })
    expect(await Promise.all(all.map(kind))).toEqual(NAMES.map(() => 'deny'))
    expect(desk.pending()).toEqual([])
  })
  it('what comes after it is shown is not in it', async () => {
    const { desk } = openDesk()
    const early = desk.ask(move('a'))
    const [question] = desk.pending()
    if (question) desk.shown(question.id, question.hash)
    const late = desk.ask(move('b'))
    expect(desk.pending()).toHaveLength(2)
    expect(answer(desk).accepted).toBe(true)
    expect(await kind(early)).toBe('allow')
    expect(desk.pending().map(({ title }) => title.object)).toEqual(['b'])
    answer(desk, { answer: 'deny' })
    expect(await kind(late)).toBe('deny')
  })
  it('an answer to the shorter list answers nothing once another has joined', () => {
    const { desk } = openDesk()
    void desk.ask(move('a'))
    const [before] = desk.pending()
    void desk.ask(move('b'))
    vi.advanceTimersByTime(5_000)
    expect(desk.answer(answerTo(before), 'you')).toMatchObject({ accepted: false })
    expect(desk.pending()).toHaveLength(1)
  })
  it('equal ones among them are listed once', async () => {
    const { desk } = openDesk()
    const all = ['a', 'b', 'a', 'b', 'a'].map((name) => desk.ask(move(name)))
    expect(desk.pending()[0]).toMatchObject({ waiting: 3, title: { object: '2 items' } })
    answer(desk)
    expect(await Promise.all(all.map(kind))).toEqual(all.map(() => 'allow'))
  })
  it('one that is cancelled leaves the list, which is another question then', async () => {
    const { desk } = openDesk()
    const cancel = new AbortController()
    const first = desk.ask(move('a', { context: { signal: cancel.signal } }))
    const second = desk.ask(move('b'))
    const [before] = desk.pending()
    if (before) desk.shown(before.id, before.hash)
    vi.advanceTimersByTime(5_000)
    cancel.abort()
    expect(await kind(first)).toBe('deny')
    expect(desk.answer(answerTo(before), 'you').accepted).toBe(false)
    expect(desk.pending()[0]).toMatchObject({ title: { object: 'b' }, waiting: 0 })
    answer(desk)
    expect(await kind(second)).toBe('allow')
  })
  it('is as dangerous as the worst of them', () => {
    const { desk } = openDesk()
    void desk.ask(move('a'))
    void desk.ask(move('b', { prepared: { destructive: true } }))
    expect(desk.pending()[0]).toMatchObject({ risk: 'high', holdMs: 1200 })
  })
  it('counts as one prompt', () => {
    const { desk } = openDesk({ promptBudget: 1 })
    for (const name of NAMES) void desk.ask(move(name))
    expect(desk.pending()).toHaveLength(1)
    expect(desk.pending()[0]?.task).toBeNull()
  })
  it('what can’t be shown in one is asked apart', () => {
    const { desk } = openDesk()
    const many = Array.from({ length: 700 }, (_, at) => write(`/home/ada/work/n${at}`))
    const big = (name: string) =>
      move(name, {
        prepared: {
          needs: many,
          exact: many.map(() => ({ label: 'x', text: name, spans: [], long: false })),
        },
      })
    void desk.ask(big('a'))
    void desk.ask(big('b'))
    expect(desk.pending().map(({ title }) => title.object)).toEqual(['a', 'b'])
  })
  it('no more than fifty are in one', () => {
    const { desk } = openDesk()
    for (let at = 0; at < 70; at++) void desk.ask(move(`m${at}`))
    expect(desk.pending().map(({ title }) => title.object)).toEqual(['50 items', '20 items'])
  })
})

describe('stays apart', () => {
  const flow = { lamps: { outside: true, private: false, send: false }, backed: false, unbacked: ['x'] }
  const OTHERS: [string, Parameters<typeof request>[1]][] = [
    ['another run', { context: { run: { id: 'run_2', title: '' } } }],
    ['another agent', { context: { principal: { id: 'agent_2', kind: 'agent', name: 'Tidy' } } }],
    ['another function of the tool', { context: { call: { function: 'sort', input: {} } } }],
    ['another verb', { prepared: { sentence: { verb: 'Rename', object: 'b', tail: 'to Archive' } } }],
    ['after reading outside text', { input: { flow } }],
    ['for another rule', { input: { because: [{ layer: 'policy', rule: 'managed:1', text: 'Ask.' }] } }],
  ]
  it.each(OTHERS)('%s', (_name, change) => {
    const { desk } = openDesk()
    void desk.ask(move('a'))
    void desk.ask(move('b', change))
    expect(desk.pending()).toHaveLength(2)
  })
  it('a secret, a command that can run anything, and what belongs to no run', () => {
    const { desk } = openDesk()
    const secret = { secret: { name: 'key', purpose: '', hosts: [] } } as never
    for (const name of ['a', 'b']) void desk.ask(move(name, { prepared: secret }))
    for (const name of ['c', 'd']) void desk.ask(move(name, { context: { run: null } }))
    expect(desk.pending()).toHaveLength(4)
  })
})
