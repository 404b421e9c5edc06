import { expect, it } from 'vitest'
import { ALERTS, ALWAYS_TOLD, alertTitle, setMuted } from '../../../contract/alert-list.ts'
import { DRILL_ALERT } from '../../stop/remind-of-drill.ts'
import { LOST_ALERT } from '../export/lost-alert.ts'
import { ALERT_RULES } from './watch-entries.ts'

it('shows the alert rules that there are, in their own words', () => {
  const rules = [...ALERT_RULES, LOST_ALERT, DRILL_ALERT].map(({ id, title, words }) => ({
    id,
    title,
    words,
  }))
  expect(ALERTS).toEqual(rules)
})

it('mutes one rule and leaves the others as they are', () => {
  expect(setMuted(['a'], 'b', true)).toEqual(['a', 'b'])
  expect(setMuted(['a', 'b'], 'a', false)).toEqual(['b'])
  expect(setMuted(['a'], 'a', true)).toEqual(['a'])
})

it('says of what can not be muted why it is told, too', () => {
  for (const { id, title, words } of ALWAYS_TOLD) {
    expect(ALERTS.some((alert) => alert.id === id)).toBe(false)
    expect(`${title} ${words}`.length).toBeGreaterThan(60)
  }
})

it('calls every alert by a name of its own', () => {
  for (const { id, title } of ALERTS) expect(alertTitle(id)).toBe(title)
  expect(alertTitle('canary')).toBe('A tool is frozen')
  expect(alertTitle('away')).toBe('While you were away')
})
