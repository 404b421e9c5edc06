/** The record, as pages and the command line read it. */
import type { VerifyReport } from '../../contract/activity.ts'
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
  async function verify({ everyEntry }: { everyEntry?: boolean | undefined }): Promise<VerifyReport> {
    const report = await log.verify({ everyEntry })
    // Found by whoever asked: others should hear of it, too.
    if (!report.ok && log.state().state === 'ok') noteVerified(log, report)
    return report
  }
  return {
    'activity.query': (query) => log.inTurns.query(query),
    'activity.entry': async ({ seq }) => orMissing(await log.inTurns.entry(seq), `There is no entry ${seq}.`),
    'activity.timeline': async (range) => ({ lanes: await log.inTurns.timeline(range) }),
    'activity.verify': verify,
    'activity.redact': async ({ seqs }, caller) => ({ redacted: await log.redact(seqs, caller.name) }),
    'activity.accept': async (_params, caller) => {
      await log.accept(caller.name)
      return log.verify()
    },
    async 'activity.export'(wanted) {
      const report = wanted.after === 0 ? await verify({}) : null
      if (report === null || report.ok) return log.inTurns.export(wanted)
      const page = await log.inTurns.export({ ...wanted, broken: report })
      return {
        ...page,
        fault: `Entry ${report.firstBad?.seq}: ${report.firstBad?.what}. ${report.firstBad?.text}`,
      }
    },
  }
}
