import { expect, it } from 'vitest'
import { ReviewChoice } from '../../contract/agent.ts'
import { describeReview, REVIEW_CHOICES } from './review-words.ts'

it('offers every choice there is', () => {
  expect(REVIEW_CHOICES.map(({ value }) => value)).toEqual(ReviewChoice.options)
})
it('says what holds for the agent, and why', () => {
  expect(describeReview('always', false, false)).toBe('You look at outside text before it reads it')
  expect(describeReview('never', true, false)).toBe('Reads outside text at once')
  expect(describeReview('default', true, false)).toBe(
    'You look at outside text before it reads it (as in Settings)',
  )
  expect(describeReview('default', null, false)).toBe('Outside text as in Settings')
})
it('says that the organization’s choice counts before the agent’s', () => {
  expect(describeReview('never', true, true)).toBe(
    'You look at outside text before it reads it (set by your organization)',
  )
})
