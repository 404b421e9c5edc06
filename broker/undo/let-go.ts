/** Of which runs old content was let go, so that nobody takes a short list of changes for all that a run did. */
import { z } from 'zod'
import type { DocumentStore } from '../ports.ts'
import type { Change } from './change.ts'

const KIND = 'undo-let-go'
/** The note is kept for longer than what it is about, and not for ever. */
const NOTED_MS = 400 * 24 * 60 * 60 * 1000

const LetGo = z.object({ count: z.number().int(), at: z.number() })

function letGoOf(documents: DocumentStore, runId: string): number {
  const noted = LetGo.safeParse(documents.get(KIND, runId))
  return noted.success ? noted.data.count : 0
}

/** What was undone before is missed by nobody. */
export function noteLetGo(documents: DocumentStore, changes: readonly Change[], now: number): void {
  const counts = new Map<string, number>()
  for (const { runId, state } of changes)
    if (runId !== null && state === 'done') counts.set(runId, (counts.get(runId) ?? 0) + 1)
  for (const [runId, more] of counts)
    documents.put(KIND, runId, { count: letGoOf(documents, runId) + more, at: now })
  if (counts.size === 0) return
  for (const { id, value } of documents.list(KIND)) {
    const noted = LetGo.safeParse(value)
    if (!noted.success || noted.data.at < now - NOTED_MS) documents.delete(KIND, id)
  }
}

/** For the list of what can't be undone. */
export function tellLetGo(documents: DocumentStore, runId: string): string[] {
  const count = letGoOf(documents, runId)
  if (count === 0) return []
  const changes = count === 1 ? '1 older change of a file' : `${count} older changes of files`
  return [`${changes}: what was there before is not kept any more. Settings say for how long, and how much.`]
}
