/** A collector will never have some of the record: on record here, and an alert. */
import type { NewEntry } from '../../../contract/activity.ts'
import type { LostEntries } from './otlp-exporter.ts'

export const LOST_ALERT = {
  id: 'collector-behind',
  title: 'The collector misses entries',
  words:
    'The collector that you named is more than 100,000 entries behind, or does not take an entry: what is older, or refused, is not sent to it.',
}

export function lostAlert({
  entries,
  over,
  why,
}: LostEntries): Pick<NewEntry, 'kind' | 'subject' | 'details'> {
  const { id, title, words } = LOST_ALERT
  const what = over
    ? `The collector is there again. ${entries} entries were not sent to it; they are in the record here.`
    : 'The collector is too far behind: the oldest entries will not be sent to it. They are in the record here.'
  const subject =
    why === 'refused'
      ? 'The collector refused an entry, and will not have it. It is in the record here.'
      : what
  return { kind: 'alert', subject, details: { rule: id, title, because: words, entries } }
}
