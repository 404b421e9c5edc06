/** When a grant ends. The clock is an argument. */
import type { Grant } from '../../contract/grant.ts'

const DAY = 24 * 60 * 60 * 1000

export function isLive(grant: Pick<Grant, 'end' | 'revokedAt' | 'lastUse' | 'madeAt'>, now: number): boolean {
  if (grant.revokedAt !== null) return false
  const { end } = grant
  switch (end.kind) {
    case 'run':
      return true
    case 'until':
      return now < end.at
    case 'unused':
      return now < (grant.lastUse ?? grant.madeAt) + end.days * DAY
  }
}

/** A grant for one run counts in that run only. */
export function countsInRun(grant: Pick<Grant, 'end'>, runId: string | null): boolean {
  return grant.end.kind !== 'run' || grant.end.runId === runId
}
