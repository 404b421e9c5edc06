import { expect, it } from 'vitest'
import { ALERT_RULES } from '../../broker/activity/alerts/watch-entries.ts'
import { ALERTS, setMuted } from './alert-list.ts'

it('shows the alert rules that there are, in their own words', () => {
  expect(ALERTS).toEqual(ALERT_RULES.map(({ id, title, words }) => ({ id, title, words })))
})

it('mutes one rule and leaves the others as they are', () => {
  expect(setMuted(['a'], 'b', true)).toEqual(['a', 'b'])
  expect(setMuted(['a', 'b'], 'a', false)).toEqual(['b'])
  expect(setMuted(['a'], 'a', true)).toEqual(['a'])
})
