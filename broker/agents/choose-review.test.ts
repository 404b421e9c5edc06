import { expect, it } from 'vitest'
import { chooseReview } from './choose-review.ts'

const free = { managed: false }

it('an agent without a choice of its own, and a client, follow the setting', () => {
  for (const agent of ['default', undefined] as const) {
    expect(chooseReview({ ...free, agent, setting: true })).toBe('setting')
    expect(chooseReview({ ...free, agent, setting: false })).toBeNull()
  }
})
it('the choice for one agent wins over the setting, either way', () => {
  expect(chooseReview({ ...free, agent: 'always', setting: false })).toBe('agent')
  expect(chooseReview({ ...free, agent: 'never', setting: true })).toBeNull()
})
it('what the organization sets wins over both', () => {
  expect(chooseReview({ managed: true, agent: 'never', setting: true })).toBe('setting')
  expect(chooseReview({ managed: true, agent: 'always', setting: false })).toBeNull()
})
