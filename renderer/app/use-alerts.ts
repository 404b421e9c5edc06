import { useEffect } from 'react'
import { alertTitle } from '../../contract/alert-list.ts'
import { useStores } from './stores.ts'

/** Says an alert in a corner as it comes; the record has it, and Settings has the rule and a switch. */
export function useAlerts(): void {
  const { bridge, toasts, route } = useStores()
  useEffect(
    () =>
      bridge.on('alert', ({ rule, text, seq }) => {
        toasts.getState().push({
          tone: 'alert',
          title: alertTitle(rule),
          text,
          action: {
            label: 'Show the record',
            run: () => route.getState().go('activity', seq === undefined ? [] : [String(seq)]),
          },
        })
      }),
    [bridge, toasts, route],
  )
}
