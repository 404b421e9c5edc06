import { CAPABILITY_EFFECT } from '../../../contract/words.ts'
import type { AlertRule } from './alert-rule.ts'

const QUIET_MS = 600_000

export const workWhileLocked: AlertRule = {
  id: 'work-while-locked',
  title: 'Work while the screen is locked',
  words:
    'An agent changes or sends something while the screen is locked; told at most once in ten minutes for each.',
  start({ locked }) {
    const told = new Map<string, number>()
    return ({ kind, capability, principal, at }) => {
      if (kind !== 'intent' || principal === null || capability === null || !locked()) return null
      if (CAPABILITY_EFFECT[capability] === 'reads') return null
      if (at - (told.get(principal.id) ?? Number.NEGATIVE_INFINITY) < QUIET_MS) return null
      told.set(principal.id, at)
      return `${principal.name} is working while the screen is locked.`
    }
  },
}
