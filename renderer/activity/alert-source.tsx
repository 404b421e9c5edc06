import { useStore } from 'zustand'
import type { ActivityEntry } from '../../contract/activity.ts'
import { alertTitle } from '../../contract/alert-list.ts'
import { useStores } from '../app/stores.ts'
import { ShownText } from '../design/shown-text.tsx'

/** Of an alert's details what has words and links of its own here. */
export const ALERT_FIELDS = ['rule', 'title', 'because', 'about']

/** The rule that made an alert, the way to its switch, and the entry that it is about. */
export function AlertSource({
  entry: { details },
  onOpen,
}: {
  entry: ActivityEntry
  onOpen: (seq: number) => void
}) {
  const { route } = useStores()
  const go = useStore(route, (state) => state.go)
  const { rule, because, about } = details
  return (
    <section aria-label="The rule">
      <h3>{typeof rule === 'string' ? alertTitle(rule) : 'The rule'}</h3>
      {typeof because === 'string' && (
        <p>
          <ShownText text={because} field="reason" />
        </p>
      )}
      <p className="small">
        {typeof about === 'number' && (
          <button type="button" className="link-button" onClick={() => onOpen(about)}>
            Show the entry that it is about
          </button>
        )}{' '}
        <button type="button" className="link-button" onClick={() => go('settings')}>
          All rules, and their switches
        </button>
      </p>
    </section>
  )
}
