/** One effect is one row: an intent joined with its outcome, a tool's call with its result. Everything else stands alone. */
import type { ActivityEntry, ActivityRow, EntryKind } from '../../contract/activity.ts'

/** Kinds that open something, and the kind that closes it by naming its number in `ref`. */
const CLOSED_BY: Partial<Record<EntryKind, EntryKind>> = { intent: 'outcome', 'tool.call': 'tool.result' }
const CLOSERS = new Set<EntryKind>(Object.values(CLOSED_BY))

export const opens = (kind: EntryKind): boolean => CLOSED_BY[kind] !== undefined
/** True for an entry that is no row of its own, because it belongs to the one it names. */
export const closes = (entry: { kind: EntryKind; ref?: number | null }): boolean =>
  entry.ref != null && CLOSERS.has(entry.kind)

/** What stands beside a stored entry: 0 when it opens something, the number of what it closes, else null. */
export const refOf = (entry: { kind: EntryKind; ref?: number | null }): number | null =>
  opens(entry.kind) ? 0 : closes(entry) ? (entry.ref ?? null) : null

type RowSource = Omit<ActivityEntry, 'hash' | 'prev' | 'because' | 'details' | 'ref'>
type Closer = Pick<ActivityEntry, 'ok' | 'durationMs'> & { details?: ActivityEntry['details'] }

/** `closer` is the entry that closed it, when there is one. */
export function rowOf(entry: RowSource, closer: Closer | null): ActivityRow {
  const { seq, at, kind, subject, principal, run, callId, tool, capability, decision, asked, lamps } = entry
  return {
    seq,
    at,
    kind,
    subject,
    principal,
    run,
    callId,
    tool,
    capability,
    decision,
    asked,
    lamps,
    state: stateOf(entry, closer),
    durationMs: closer ? closer.durationMs : entry.durationMs,
  }
}

function stateOf(entry: RowSource, closer: Closer | null): ActivityRow['state'] {
  if (opens(entry.kind) && closer === null) return 'open'
  if (closer?.details?.interrupted === true) return 'interrupted'
  const ok = closer ? closer.ok : entry.ok
  return ok === null ? 'none' : ok ? 'ok' : 'failed'
}
