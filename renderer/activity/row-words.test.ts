import { expect, it } from 'vitest'
import { describeEnd, markOf, placeOfRule, splitSubject } from './row-words.ts'

it('marks a row by what was decided and by whom', () => {
  const mark = (decision: 'allow' | 'deny' | 'ask' | null, asked = false) =>
    markOf({ kind: 'intent', decision, asked, subject: 'Stop' })
  expect(mark('allow')).toEqual({ kind: 'allow', word: 'Allowed', quiet: true })
  expect(mark('deny')).toEqual({ kind: 'deny', word: 'Denied', quiet: false })
  expect(mark('deny', true)).toEqual({ kind: 'ask', word: 'You denied', quiet: false })
  expect(mark('ask')).toMatchObject({ kind: 'ask', word: 'Asked' })
  expect(mark(null)).toMatchObject({ kind: null, word: 'Effect' })
  const answer = (decision: 'allow' | 'deny') =>
    markOf({ kind: 'answer', decision, asked: true, subject: 'Move' }).word
  expect([answer('allow'), answer('deny')]).toEqual(['Answer: yes', 'Answer: no'])
  const stop = (subject: string) => markOf({ kind: 'stop', decision: null, asked: false, subject }).kind
  for (const subject of ['Stop everything', 'Stopped one agent in 3 ms', 'Drill: stopped everything in 3 ms'])
    expect(stop(subject)).toBe('stop')
  expect(stop('Incident: record frozen, secrets locked')).toBe('stop')
  for (const subject of ['Resume after a stop', 'Secrets unlocked', 'Incident step done: x', 'Incident over'])
    expect(stop(subject)).toBeNull()
})

it('says how an effect ended rather than how long it took when it did not end well', () => {
  const read = { kind: 'intent', subject: 'Read a: b' } as const
  const end = { kind: 'run.end', state: 'failed', durationMs: 41, decision: null } as const
  for (const word of ['stopped', 'failed', 'cancelled'])
    expect(describeEnd({ ...end, subject: `End “Tidy: up”: ${word}` })).toBe(word)
  expect(describeEnd({ ...read, state: 'ok', durationMs: 41, decision: 'allow' })).toBe('41 ms')
  expect(describeEnd({ ...read, state: 'failed', durationMs: 41, decision: 'allow' })).toBe('failed')
  expect(describeEnd({ ...read, state: 'interrupted', durationMs: null, decision: 'allow' })).toBe(
    'interrupted',
  )
  expect(describeEnd({ ...read, state: 'open', durationMs: null, decision: 'allow' })).toBe('…')
  expect(describeEnd({ ...read, state: 'none', durationMs: null, decision: 'allow' })).toBe('')
  expect(describeEnd({ ...read, state: 'failed', durationMs: 3, decision: 'deny' })).toBe('')
})

it('takes a subject apart at its verb', () => {
  expect(splitSubject({ kind: 'intent', subject: 'Read Downloads/a b.html' })).toEqual([
    'Read',
    'Downloads/a b.html',
  ])
  expect(splitSubject({ kind: 'stop', subject: 'Stop' })).toEqual(['Stop', ''])
  expect(splitSubject({ kind: 'alert', subject: 'Helper has read text' })).toEqual([
    '',
    'Helper has read text',
  ])
})

it('leads from a rule to where a person can change it', () => {
  const agent = { id: 'agent_1', kind: 'agent', name: 'Tidy' } as const
  expect(placeOfRule('grant:grant_1', agent)).toEqual(['permissions', []])
  expect(placeOfRule('policy:no-mail', agent)).toEqual(['permissions', ['policy']])
  expect(placeOfRule('perimeter:folders[0]', agent)).toEqual(['agents', ['agent_1']])
  expect(placeOfRule('perimeter:none', { id: 'cli_1', kind: 'client', name: 'A program' })).toBeNull()
  for (const rule of ['answer', 'flow:outside', 'built-in:keys', ''])
    expect(placeOfRule(rule, agent)).toBeNull()
})
