import type { AlertRule } from './alert-rule.ts'

const DENIALS = 10
const WITHIN_MS = 60_000

export const burstOfDenials: AlertRule = {
  id: 'burst-of-denials',
  title: 'A burst of denials',
  words: `One agent is refused ${DENIALS} times within a minute.`,
  start() {
    const times = new Map<string, number[]>()
    return ({ kind, decision, principal, at }) => {
      if (principal === null || decision !== 'deny' || kind === 'answer') return null
      const recent = [...(times.get(principal.id) ?? []), at].filter((time) => time > at - WITHIN_MS)
      times.set(principal.id, recent)
      if (recent.length < DENIALS) return null
      times.delete(principal.id)
      return `${principal.name} was refused ${recent.length} times within a minute.`
    }
  },
}
