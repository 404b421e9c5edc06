import type { EntryFields } from './entry-bytes.ts'

/** allow, ask, deny, stop: the four marks of the timeline. What was decided by nobody counts as allowed. */
export function decisionSlot(entry: EntryFields): 0 | 1 | 2 | 3 {
  if (entry.kind === 'stop') return 3
  if (entry.decision === 'deny') return 2
  return entry.asked || entry.decision === 'ask' ? 1 : 0
}
