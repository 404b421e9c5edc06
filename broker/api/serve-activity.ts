/** The record, as pages and the command line read it. */
import { noteVerified } from '../activity/log-care.ts'
import type { OpenActivityLog } from '../activity/open-activity-log.ts'
import { type ApiGroup, orMissing } from './group.ts'

type Methods =
  | 'activity.query'
  | 'activity.entry'
  | 'activity.timeline'
  | 'activity.verify'
  | 'activity.redact'
  | 'activity.accept'
  | 'activity.export'

export function serveActivity({ log }: { log: OpenActivityLog }): ApiGroup<Methods> {
  return {
    'activity.query': (query) => log.inTurns.query(query),
    'activity.entry': async ({ seq }) => orMissing(log.entry(seq), `There is no entry ${seq}.`),
    'activity.timeline': async (range) => ({ lanes: await log.inTurns.timeline(range) }),
    'activity.verify': async ({ everyEntry }) => {
      const report = await log.verify({ everyEntry })
      // Found by whoever asked: others should hear of it, too.
      if (!report.ok && log.state().state === 'ok') noteVerified(log, report)
      return report
    },
    'activity.redact': async ({ seqs }, caller) => ({ redacted: await log.redact(seqs, caller.name) }),
    'activity.accept': async (_params, caller) => {
      await log.accept(caller.name)
      return log.verify()
    },
    'activity.export': (range) => log.inTurns.export(range),
  }
}
