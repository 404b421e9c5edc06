/**
 * The questions that a person was shown, out of the record. Each request that waits writes a question and an answer of
 * its own; those that one question listed (equal ones, or several of one kind) bear its id in their answers, and are
 * one. What was refused without being shown has none.
 */
import type { ActivityRow } from '../../contract/activity.ts'
import type { ActivityLog } from '../ports.ts'

export type ShownQuestion = Pick<ActivityRow, 'at' | 'principal' | 'tool'>

const PAGE = 1_000

/** In no certain order. `at` is when the first of its answers was written. */
export function readShown(log: Pick<ActivityLog, 'query' | 'entry'>, since: number): ShownQuestion[] {
  const shown = new Map<string, ShownQuestion>()
  for (let before: number | undefined; ; ) {
    const { rows } = log.query({ text: '', kinds: ['answer'], since, before, limit: PAGE })
    // Newest first: the last one kept is the first that was written.
    for (const { seq, at, principal, tool } of rows) {
      const id = log.entry(seq)?.entry.details.questionId
      if (typeof id === 'string') shown.set(id, { at, principal, tool })
    }
    const last = rows.at(-1)
    if (!last || rows.length < PAGE) return [...shown.values()]
    before = last.seq
  }
}
