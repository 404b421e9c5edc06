/** Past requests out of the activity log, newest first: what was needed, how it was decided, how it ended. */
import { z } from 'zod'
import type { ActivityEntry } from '../../contract/activity.ts'
import { Need } from '../../contract/resource.ts'
import type { ActivityLog, RecordedRequest } from '../ports.ts'

const PAGE = 500
const Details = z.object({ needs: z.array(Need).min(1), needCount: z.number().optional() })

export interface RecordedQuery {
  principalId?: string
  since?: number
  /** At most this many requests. */
  limit: number
}

export function readRecorded(
  log: Pick<ActivityLog, 'query' | 'entry'>,
  query: RecordedQuery,
): RecordedRequest[] {
  const found: RecordedRequest[] = []
  let before: number | undefined
  while (found.length < query.limit) {
    const { rows } = log.query({
      text: '',
      kinds: ['intent', 'decision'],
      principalId: query.principalId,
      since: query.since,
      before,
      limit: PAGE,
    })
    for (const row of rows) {
      const entry = log.entry(row.seq)?.entry
      const recorded = entry ? recordedFrom(entry) : null
      if (recorded && found.push(recorded) >= query.limit) break
    }
    const last = rows[rows.length - 1]
    if (!last || rows.length < PAGE) break
    before = last.seq
  }
  return found
}

/** Null for an entry that is no request, or holds only a part of its needs: half a request can't be decided anew. */
export function recordedFrom(entry: ActivityEntry): RecordedRequest | null {
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
