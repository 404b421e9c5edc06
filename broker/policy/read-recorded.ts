/** Past requests out of the activity log, newest first: what was needed, how it was decided, how it ended. */
import { z } from 'zod'
import type { ActivityEntry } from '../../contract/activity.ts'
import { Need } from '../../contract/resource.ts'
import type { ActivityLog, RecordedRequest } from '../ports.ts'

const Details = z.object({ needs: z.array(Need).min(1), needCount: z.number().optional() })

export interface RecordedQuery {
  principalId?: string
  since?: number
  /** At most this many requests. */
  limit: number
}

export async function readRecorded(
  log: Pick<ActivityLog, 'visit'>,
  { limit, ...query }: RecordedQuery,
): Promise<RecordedRequest[]> {
  const found: RecordedRequest[] = []
  await log.visit({ ...query, kinds: ['intent', 'decision'] }, (entry) => {
    const recorded = recordedFrom(entry)
    if (recorded !== null) found.push(recorded)
    return found.length < limit
  })
  return found
}

/** Null for an entry that is no request, or holds only a part of its needs: half a request can't be decided anew. */
export function recordedFrom(entry: Omit<ActivityEntry, 'hash' | 'prev'>): RecordedRequest | null {
  if (entry.principal === null || entry.decision === null || entry.ref !== null) return null
  const details = Details.safeParse(entry.details)
  if (!details.success || (details.data.needCount ?? 0) > details.data.needs.length) return null
  return {
    seq: entry.seq,
    at: entry.at,
    subject: entry.subject,
    principal: entry.principal,
    runId: entry.run?.id ?? null,
    tool: entry.tool,
    needs: details.data.needs,
    lamps: entry.lamps ?? { outside: false, private: false, send: false },
    backed: entry.because.every(({ layer }) => layer !== 'flow') && entry.details.unbacked === undefined,
    was: entry.asked ? 'ask' : entry.decision,
    allowed: entry.kind === 'intent',
    granted: entry.because[0]?.layer === 'grant',
  }
}
