/** A collector was away for so long that it will never have some of the record: on record here, and an alert. */
import type { NewEntry } from '../../../contract/activity.ts'

export const LOST_ALERT = {
  id: 'collector-behind',
  title: 'The collector misses entries',
  words: 'The collector that you named is more than 100,000 entries behind: what is older is not sent to it.',
}

export function lostAlert({
  entries,
  over,
}: {
  entries: number
  over: boolean
}): Pick<NewEntry, 'kind' | 'subject' | 'details'> {
  const { id, title, words } = LOST_ALERT
  const subject = over
    ? `The collector is there again. ${entries} entries were not sent to it; they are in the record here.`
    : 'The collector is too far behind: the oldest entries will not be sent to it. They are in the record here.'
  return { kind: 'alert', subject, details: { rule: id, title, because: words, entries } }
}
