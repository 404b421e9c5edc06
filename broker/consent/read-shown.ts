/**
 * The questions that a person was shown, out of the record. Each request that waits writes a question and an answer of
 * its own; those that one question listed (equal ones, or several of one kind) bear its id in their answers, and are
 * one. What was refused without being shown has none.
 */
import type { ActivityRow } from '../../contract/activity.ts'
import type { ActivityLog } from '../ports.ts'

export type ShownQuestion = Pick<ActivityRow, 'at' | 'principal' | 'tool'>

/** In no certain order. `at` is when the first of its answers was written. */
export async function readShown(log: Pick<ActivityLog, 'visit'>, since: number): Promise<ShownQuestion[]> {
  const shown = new Map<string, ShownQuestion>()
  // Newest first: the last one kept is the first that was written.
  await log.visit({ kinds: ['answer'], since }, ({ at, principal, tool, details }) => {
    if (typeof details.questionId === 'string') shown.set(details.questionId, { at, principal, tool })
    return true
  })
  return [...shown.values()]
}
