/**
 * When the log was not being written: between a run's last seal and the next run's first, and where a run missed its
 * beats (a laptop that slept). So a stretch without entries is either quiet or off, and one can say which.
 */
import type { DatabaseSync } from 'node:sqlite'
import type { VerifyReport } from '../../contract/activity.ts'
import { readable } from './open-for-reading.ts'

/** `closed`: after a clean shutdown. `lost`: the process ended without one. `asleep`: it was there and did not run. */
export type OffTime = VerifyReport['gaps'][number]

/** Stretches within `since` and `until` (epoch ms); a gap of up to `slackMs` between two beats is none. */
export function offTimes(db: DatabaseSync, since: number, until: number, slackMs: number): OffTime[] {
  const seals = db
    .prepare(`SELECT kind, boot, ${readable('since')}, ${readable('at')} FROM seal
       WHERE seal.at >= ? - 90000000 AND seal.since <= ? ORDER BY seal.at`)
    .all(since, until) as { kind: string; boot: string; since: number; at: number }[]
  const found: OffTime[] = []
  for (const [n, seal] of seals.entries()) {
    const before = seals[n - 1]
    if (before === undefined || seal.since - before.at <= (before.boot === seal.boot ? slackMs : 0)) continue
    const why = before.boot === seal.boot ? 'asleep' : before.kind === 'shutdown' ? 'closed' : 'lost'
    found.push({ from: before.at, to: seal.since, why })
  }
  return found.filter(({ from, to }) => to > since && from < until)
}
