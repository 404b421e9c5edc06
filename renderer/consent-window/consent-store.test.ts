import { describe, expect, it, vi } from 'vitest'
import type { Answer, Question } from '../../contract/consent.ts'
import type { PageBridge } from '../../contract/shell-ipc.ts'
import { createConsentStore, keepFirst } from './consent-store.ts'

const question = (id: string, hash = id) => ({ id, hash: hash.padEnd(64, '0') }) as Question
const no: Omit<Answer, 'questionId' | 'hash'> = {
  answer: 'deny',
  scope: 'once',
  step: 0,
  reason: '',
  rememberDeny: false,
  pauseAgent: false,
  shownMs: 10,
}

function setUp(answers: Record<string, () => unknown>) {
  let tell: (payload: { questions: Question[] }) => void = () => {}
  const calls: [string, unknown][] = []
  const bridge = {
    call: async (method: string, params: unknown) => {
      calls.push([method, params])
      return answers[method]?.()
    },
    on: (_event: string, fn: typeof tell) => {
      tell = fn
      return () => {}
    },
    onBroker: () => () => {},
  } as unknown as PageBridge
  const store = createConsentStore(bridge)
  store.getState().follow()
  return { store, calls, tell: (...questions: Question[]) => tell({ questions }) }
}
const sent = (calls: [string, unknown][]) =>
  calls.filter(([method]) => method === 'consent.answer').map(([, params]) => params)

describe('the question on the screen', () => {
  it('is not replaced by one that sorts before it', () => {
    expect(keepFirst([question('b')], [question('a'), question('b')]).map(({ id }) => id)).toEqual(['b', 'a'])
  })
  it('is shown in its newest version', () => {
    expect(keepFirst([question('b', 'old')], [question('b', 'new')])[0]?.hash).toMatch(/^new/)
  })
  it('makes way once it no longer waits', () => {
    expect(keepFirst([question('b')], [question('a')]).map(({ id }) => id)).toEqual(['a'])
  })
})

describe('an answer', () => {
  const list = () => ({ questions: [question('a'), question('b')] })
  it('carries the hash of what was shown, also when a new version has come since', async () => {
    const { store, calls, tell } = setUp({
      'questions.list': list,
      'consent.answer': () => ({ accepted: true, why: '' }),
    })
    await vi.waitFor(() => expect(store.getState().questions).toHaveLength(2), 30_000)
    const shown = question('a')
    tell(question('a', 'changed'))
    await store.getState().answer(no, shown)
    expect(sent(calls)).toEqual([{ ...no, questionId: 'a', hash: shown.hash }])
  })
  it('leads to the next question', async () => {
    const { store } = setUp({
      'questions.list': list,
      'consent.answer': () => ({ accepted: true, why: '' }),
    })
    await vi.waitFor(() => expect(store.getState().questions).toHaveLength(2), 30_000)
    await store.getState().answer(no, question('a'))
    expect(store.getState().questions?.map(({ id }) => id)).toEqual(['b'])
  })
  it('is sent once, however often the button is pressed', async () => {
    const { store, calls } = setUp({ 'questions.list': list, 'consent.answer': () => new Promise(() => {}) })
    void store.getState().answer(no, question('a'))
    void store.getState().answer(no, question('a'))
    expect(sent(calls)).toHaveLength(1)
  })
  it('that was not taken is said, and the questions are read again', async () => {
    const { store, calls } = setUp({
      'questions.list': list,
      'consent.answer': () => ({ accepted: false, why: 'The request has changed.' }),
    })
    await vi.waitFor(() => expect(store.getState().questions).toHaveLength(2), 30_000)
    await store.getState().answer(no, question('a'))
    expect(store.getState()).toMatchObject({ notice: 'The request has changed.', sending: false })
    expect(calls.filter(([method]) => method === 'questions.list')).toHaveLength(2)
  })
  it('that did not arrive is said, and the question stays', async () => {
    const { store } = setUp({
      'questions.list': list,
      'consent.answer': () => {
        throw new Error('closed')
      },
    })
    await vi.waitFor(() => expect(store.getState().questions).toHaveLength(2), 30_000)
    await store.getState().answer(no, question('a'))
    expect(store.getState().notice).toMatch(/did not arrive/)
    expect(store.getState().questions).toHaveLength(2)
  })
})
