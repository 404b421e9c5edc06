/** The record, as pages and the command line read it. */
import type { OpenActivityLog } from '../activity/open-activity-log.ts'
import { type ApiGroup, orMissing } from './group.ts'

type Methods =
  | 'activity.query'
  | 'activity.entry'
  | 'activity.timeline'
  | 'activity.verify'
  | 'activity.export'

export function serveActivity({ log }: { log: OpenActivityLog }): ApiGroup<Methods> {
  return {
    'activity.query': async (query) => log.query(query),
    'activity.entry': async ({ seq }) => orMissing(log.entry(seq), `There is no entry ${seq}.`),
    'activity.timeline': async (range) => ({ lanes: log.timeline(range) }),
    'activity.verify': () => log.verify(),
    'activity.export': async (range) => log.export(range),
  }
}
