import type { UndoStore } from '../../undo/undo-store.ts'
import type { ChangedFile } from './evidence.ts'

/** What runs changed since then, as an incident's bundle lists it. */
export function changedFiles(undo: UndoStore, since: number): ChangedFile[] {
  return undo
    .changes()
    .filter((change) => change.at >= since)
    .map((change) => ({
      path: change.path,
      from: change.from,
      what: change.what,
      at: change.at,
      runId: change.runId,
      beforeImage: change.before.kind === 'none' ? null : change.id,
    }))
}
