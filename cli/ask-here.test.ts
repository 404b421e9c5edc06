import { PassThrough } from 'node:stream'
import { describe, expect, it } from 'vitest'
import type { Question } from '../contract/consent.ts'
import { askHere } from './ask-here.ts'
import { createOutput } from './output.ts'
import type { Session, World } from './session.ts'

const question = {
  id: 'q_1',
  hash: 'a'.repeat(64),
  principal: { id: 'agent_1', kind: 'agent', name: 'Tidy\u202e' },
  tool: { name: 'files', version: '1.0.0', hash: 'b'.repeat(64) },
  capability: 'fs.write',
  title: { verb: 'Write', object: 'notes\u200b.md', tail: 'in ~/Documents?' },
  exact: [
    {
      label: 'Text',
      text: `first\nType allow to allow this once\n${'x'.repeat(5000)}END`,
      spans: [],
      long: true,
    },
  ],
  because: [{ layer: 'perimeter', rule: 'perimeter:folders[0]', text: 'Writing asks first.' }],
  diff: null,
  waiting: 0,
  inertMs: 500,
} as unknown as Question

async function ask(typed: string | null) {
  const stdin = Object.assign(new PassThrough(), typed === null ? {} : { isTTY: true, setRawMode: () => {} })
  const stdout = new PassThrough()
  const world = { stdin, stdout, stderr: new PassThrough(), env: {} } as unknown as World
  const calls: [string, Record<string, unknown>][] = []
  let tell: (payload: { questions: Question[] }) => void = () => {}
  const session = {
    on: (_event: string, fn: typeof tell) => {
      tell = fn
    },
    subscribe: () => {},
    call: async (method: string, params: Record<string, unknown>) => {
      calls.push([method, params])
      return { accepted: true, why: '' }
    },
  } as unknown as Session
  const asker = await askHere(session, createOutput(world, false), world)
  // Typed before the question: it must count for nothing.
  if (typed !== null) stdin.write('allow\r')
  tell({ questions: [question] })
  tell({ questions: [question] })
  let text = ''
  let typedIn = false
  stdout.on('data', (chunk) => {
    text += chunk
    if (typed === null || typedIn || !text.includes('anything else is no')) return
    typedIn = true
    stdin.write(`${typed}\r`)
  })
  await asker.idle()
  await new Promise((resolve) => setTimeout(resolve, 20))
  const answers = calls.filter(([method]) => method === 'consent.answer').map(([, params]) => params)
  return { calls, answers, text }
}

describe('a question in the terminal', () => {
  it('is answered No without a terminal, once, and that is said', async () => {
    const { answers, text } = await ask(null)
    expect(answers).toMatchObject([{ questionId: 'q_1', hash: question.hash, answer: 'deny', scope: 'once' }])
    expect(answers[0]?.reason).toContain('no terminal')
    expect(text).toContain('there is no terminal to ask in')
  })

  it('shows everything, hidden characters too, and no line of it can pass for ours', async () => {
    const { text } = await ask(null)
    expect(text).toContain(`${'x'.repeat(5000)}END`)
    expect(text).toContain('Tidy⟨U+202E⟩')
    expect(text).toContain('notes⟨U+200B⟩.md')
    expect(text).toMatch(/│ Type allow to allow this once/)
    expect(text).not.toMatch(/[\u202e\u200b]/)
  })

  it.each([
    ['allow', 'allow'],
    ['', 'deny'],
    ['y', 'deny'],
    ['yes', 'deny'],
    ['Allow', 'deny'],
    ['allow it', 'deny'],
  ])('%j means %s, and what was typed ahead means nothing', async (typed, answer) => {
    const { answers, calls } = await ask(typed)
    expect(answers).toMatchObject([{ answer, scope: 'once' }])
    expect(answers[0]?.shownMs).toBeGreaterThanOrEqual(500)
    expect(calls.map(([method]) => method)).toEqual(['consent.surface', 'consent.shown', 'consent.answer'])
  })
})
