/**
 * What a run did that no undo takes back: commands, and whatever left the computer or was shown to someone. From the
 * activity log, so that it is complete even when the run is long over.
 */
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

/** @returns the log's own sentences, oldest first, each once with how often it happened */
export async function listNotUndoable(log: Pick<ActivityLog, 'visit'>, runId: string): Promise<string[]> {
  const subjects: string[] = []
  // What failed may have had an effect before it did.
  await log.visit({ runId, kinds: ['intent'] }, ({ capability, subject }) => {
    if (capability !== null && NOT_UNDOABLE.includes(capability)) subjects.push(subject)
    return true
  })
  const times = new Map<string, number>()
  for (const subject of subjects.reverse()) times.set(subject, (times.get(subject) ?? 0) + 1)
  const lines = [...times].map(([subject, count]) => (count === 1 ? subject : `${subject} (${count} times)`))
  return lines.length <= MAX_LINES
    ? lines
    : [...lines.slice(0, MAX_LINES), `… and ${lines.length - MAX_LINES} more`]
}
