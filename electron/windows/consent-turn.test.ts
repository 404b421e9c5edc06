import { describe, expect, it } from 'vitest'
import type { Answer, Question } from '../../contract/consent.ts'
import { createConsentTurn } from './consent-turn.ts'

const question = (id: string) => ({ id, hash: id.padEnd(64, '0') }) as Question

function makeTurn(taken = true) {
  const steps: string[] = []
  const denials: Answer[] = []
  let answer: () => void = () => {}
  const turn = createConsentTurn({
    show: () => steps.push('show'),
    hide: () => steps.push('hide'),
    deny: (denial) => {
      denials.push(denial)
      return new Promise((resolve) => {
        answer = () => resolve(taken)
      })
    },
    onMore: (count) => steps.push(`more ${count}`),
  })
  return {
    turn,
    steps,
    denials,
    answer: async () => {
      answer()
      await new Promise((resolve) => setTimeout(resolve))
    },
  }
}

describe('the consent window', () => {
  it('stands there while questions wait, and goes when none does', () => {
    const { turn, steps } = makeTurn()
    turn.questions([question('q_1')])
    turn.questions([])
    expect(steps).toEqual(['show', 'more 1', 'hide'])
  })

  it('tells of more questions, not of fewer', () => {
    const { turn, steps } = makeTurn()
    turn.questions([question('q_1'), question('q_2')])
    turn.questions([question('q_2')])
    turn.questions([question('q_2'), question('q_3')])
    expect(steps.filter((step) => step.startsWith('more'))).toEqual(['more 2', 'more 2'])
  })

  it('closed, says no to the one question on the screen and to no other', () => {
    const { turn, denials, steps } = makeTurn()
    turn.questions([question('q_1'), question('q_2')])
    turn.shown({ questionId: 'q_2', hash: question('q_2').hash })
    turn.closed()
    expect(denials).toMatchObject([{ questionId: 'q_2', answer: 'deny', scope: 'once', rememberDeny: false }])
    expect(steps.at(-1)).toBe('hide')
  })

  it('closed, does not come back for the same question while the no is on its way, and then for the next', async () => {
    const { turn, steps, answer } = makeTurn()
    turn.questions([question('q_1'), question('q_2')])
    turn.closed()
    turn.questions([question('q_2')])
    expect(steps.at(-1)).toBe('show')
    turn.questions([])
    await answer()
    expect(steps.at(-1)).toBe('hide')
  })

  it('comes back when the no was not taken', async () => {
    const { turn, steps, answer } = makeTurn(false)
    turn.questions([question('q_1')])
    turn.closed()
    expect(turn.waiting()).toBe(0)
    await answer()
    expect(turn.waiting()).toBe(1)
    expect(steps.at(-1)).toBe('show')
  })

  it('closed without a question, is just closed', () => {
    const { turn, denials, steps } = makeTurn()
    turn.closed()
    expect(denials).toEqual([])
    expect(steps).toEqual(['hide'])
  })
})
