import { describe, expect, it } from 'vitest'
import type { Question, ScopeKind } from '../../contract/consent.ts'
import { allowAnswer, denyAnswer, startDraft, whatIsLeft, whyOff } from './draft.ts'

const KINDS: ScopeKind[] = ['once', 'run', 'hour', 'today', 'always']
function ask(open: ScopeKind[], more: Partial<Question> = {}): Question {
  return {
    offers: KINDS.map((kind) => ({
      kind,
      label: kind,
      enabled: open.includes(kind),
      reason: open.includes(kind)
        ? ''
        : kind === 'always'
          ? 'It can’t be shown in full.'
          : 'From outside text.',
    })),
    steps: [{ words: 'this file' }, { words: 'its folder' }],
    secret: null,
    ...more,
  } as Question
}

describe('the choice of how long', () => {
  it('must be made when there is one', () => {
    const question = ask(['once', 'run'])
    const draft = startDraft(question)
    expect(draft.scope).toBeNull()
    expect(whatIsLeft(question, draft, 0)).toMatch(/how long/)
    expect(whatIsLeft(question, { ...draft, scope: 'run' }, 0)).toBe('')
  })
  it('is made when only one is honest', () => {
    const question = ask(['once'])
    expect(startDraft(question).scope).toBe('once')
    expect(whatIsLeft(question, startDraft(question), 0)).toBe('')
  })
  it('is made again for a changed question, but typed words stay', () => {
    const question = ask(['once', 'run'])
    const before = { ...startDraft(question), scope: 'run' as const, reason: 'not now', secretValue: 's' }
    expect(startDraft(question, before)).toMatchObject({ scope: null, reason: 'not now', secretValue: 's' })
  })
  it('says once why several are off', () => {
    expect(whyOff(ask(['once', 'run']))).toEqual([
      { reason: 'From outside text.', labels: ['hour', 'today'] },
      { reason: 'It can’t be shown in full.', labels: ['always'] },
    ])
  })
})

describe('before a yes', () => {
  it('every box must be seen to its end', () => {
    const question = ask(['once'])
    expect(whatIsLeft(question, startDraft(question), 1)).toMatch(/Scroll/)
  })
  it('a secret needs a value and a host', () => {
    const question = ask(['once'], { secret: { name: 'token', purpose: '', hosts: ['api.example.org'] } })
    const draft = startDraft(question)
    expect(whatIsLeft(question, draft, 0)).toMatch(/secret/)
    expect(whatIsLeft(question, { ...draft, secretValue: 'x', secretHosts: ['  '] }, 0)).toMatch(/host/)
    expect(whatIsLeft(question, { ...draft, secretValue: 'x', secretHosts: ['a.org', 'b .org'] }, 0)).toMatch(
      /Correct the hosts/,
    )
    expect(whatIsLeft(question, { ...draft, secretValue: 'x' }, 0)).toBe('')
  })
})

describe('an answer', () => {
  it('yes: carries scope and step, never the words of a no', () => {
    const question = ask(KINDS)
    const draft = {
      ...startDraft(question),
      scope: 'always' as const,
      step: 1,
      reason: 'hm',
      rememberDeny: true,
    }
    expect(allowAnswer(question, draft, 900)).toEqual({
      answer: 'allow',
      scope: 'always',
      step: 1,
      reason: '',
      rememberDeny: false,
      pauseAgent: false,
      shownMs: 900,
    })
  })
  it('yes, once: no step, since nothing is remembered', () => {
    const question = ask(KINDS)
    expect(allowAnswer(question, { ...startDraft(question), scope: 'once', step: 1 }, 0).step).toBe(0)
  })
  it('no: never carries a secret that was typed', () => {
    const question = ask(KINDS, { secret: { name: 'token', purpose: '', hosts: [] } })
    const answer = denyAnswer(
      question,
      { ...startDraft(question), secretValue: 'hunter2' },
      { shownMs: 1, pauseAgent: true },
    )
    expect(JSON.stringify(answer)).not.toContain('hunter2')
    expect(answer.pauseAgent).toBe(true)
  })
  it('no: is remembered only for a time that was chosen', () => {
    const question = ask(KINDS)
    const draft = { ...startDraft(question), rememberDeny: true }
    const options = { shownMs: 1, pauseAgent: false }
    expect(denyAnswer(question, draft, options)).toMatchObject({ rememberDeny: false, scope: 'once' })
    expect(denyAnswer(question, { ...draft, scope: 'once' }, options)).toMatchObject({ rememberDeny: false })
    expect(denyAnswer(question, { ...draft, scope: 'always', step: 1 }, options)).toMatchObject({
      rememberDeny: true,
      scope: 'always',
      step: 1,
    })
  })
})
