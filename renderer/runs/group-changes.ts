import type { UndoPreview } from '../../contract/agent.ts'

export type Change = UndoPreview['changes'][number]
export interface ChangeGroup {
  /** The call that made them; null when no call did. */
  callId: string | null
  changes: Change[]
}

/** Changes of one call together, calls in the order in which they first changed something. */
export function groupChanges(changes: readonly Change[]): ChangeGroup[] {
  const groups = new Map<string | null, Change[]>()
  for (const change of changes) groups.set(change.callId, [...(groups.get(change.callId) ?? []), change])
  return [...groups].map(([callId, own]) => ({ callId, changes: own }))
}
