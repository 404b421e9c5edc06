import type { AlertRule } from './alert-rule.ts'

const BYTES = 25_000_000
const WITHIN_MS = 600_000

export const unusualVolumeOut: AlertRule = {
  id: 'unusual-volume-out',
  title: 'An unusual volume going out',
  words: `One agent sends more than ${BYTES / 1_000_000} MB within ten minutes.`,
  start() {
    const sent = new Map<string, { at: number; bytes: number }[]>()
    return ({ kind, decision, principal, details, at }) => {
      const bytes = details.bytesOut
      // A redirect that was followed is a decision, and sends again.
      const leaves = kind === 'intent' || (kind === 'decision' && decision === 'allow')
      if (!leaves || principal === null || typeof bytes !== 'number' || bytes <= 0) return null
      const recent = [...(sent.get(principal.id) ?? []), { at, bytes }].filter(
        (each) => each.at > at - WITHIN_MS,
      )
      sent.set(principal.id, recent)
      const total = recent.reduce((sum, each) => sum + each.bytes, 0)
      if (total < BYTES) return null
      sent.delete(principal.id)
      return `${principal.name} has sent ${Math.round(total / 1_000_000)} MB within ten minutes.`
    }
  },
}
