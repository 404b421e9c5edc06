/**
 * What a run did that no undo takes back: commands, and whatever left the computer or was shown to someone. From the
 * activity log, so that it is complete even when the run is long over.
 */
import type { ActivityRow } from '../../contract/activity.ts'
import type { Capability } from '../../contract/words.ts'
import type { ActivityLog } from '../ports.ts'

const NOT_UNDOABLE: readonly Capability[] = [
  'command.run',
  'net.request',
  'clipboard.write',
  'notify',
  'open',
]
const MAX_LINES = 200

const PAGE = 1000

/** Page by page, newest first. */
function allOf(log: Pick<ActivityLog, 'query'>, runId: string, capability: Capability): ActivityRow[] {
  const rows: ActivityRow[] = []
  for (let before: number | undefined; ; before = rows.at(-1)?.seq) {
    const page = { text: '', runId, capability, kinds: ['intent' as const], limit: PAGE }
    const found = log.query(before === undefined ? page : { ...page, before }).rows
    rows.push(...found)
    if (found.length < PAGE) return rows
  }
}

/** @returns the log's own sentences, oldest first, each once with how often it happened */
export function listNotUndoable(log: Pick<ActivityLog, 'query'>, runId: string): string[] {
  const rows = NOT_UNDOABLE.flatMap((capability) => allOf(log, runId, capability))
  const times = new Map<string, number>()
  for (const row of rows.sort((a, b) => a.seq - b.seq)) {
    // What failed may have had an effect before it did.
    if (row.state !== 'none') times.set(row.subject, (times.get(row.subject) ?? 0) + 1)
  }
  const lines = [...times].map(([subject, count]) => (count === 1 ? subject : `${subject} (${count} times)`))
  return lines.length <= MAX_LINES
    ? lines
    : [...lines.slice(0, MAX_LINES), `… and ${lines.length - MAX_LINES} more`]
}
