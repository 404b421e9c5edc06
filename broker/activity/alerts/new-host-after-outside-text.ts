import type { AlertRule } from './alert-rule.ts'
import { isAttempt, needsOf } from './alert-rule.ts'

export const newHostAfterOutsideText: AlertRule = {
  id: 'new-host-after-outside-text',
  title: 'A new host after outside text',
  words: 'An agent that has read text from outside tries to reach a host that it never reached before.',
  start({ memory }) {
    return (entry) => {
      if (!isAttempt(entry) || entry.principal === null) return null
      for (const { resource } of needsOf(entry)) {
        if (resource?.kind !== 'url') continue
        const word = `${entry.principal.id} ${resource.host}`
        if (memory.has(word)) continue
        if (entry.decision !== 'deny') memory.add(word)
        if (entry.lamps?.outside === true)
          return `${entry.principal.name} has read text from outside, and now ${entry.decision === 'deny' ? 'tried' : 'asked'} to reach ${resource.host} for the first time.`
      }
      return null
    }
  },
}
