import { useAct, useStores } from './stores.ts'

/** Incident mode in one click: everything stops, the record is sealed, secrets are locked, and a bundle is written. */
export function useIncident(): () => Promise<void> {
  const { bridge, toasts } = useStores()
  const act = useAct()
  return async () => {
    const made = await act('The incident bundle was not written', () => bridge.call('incident.start', {}))
    if (!made) return
    toasts.getState().push({
      tone: made.faults.length === 0 ? 'done' : 'fault',
      title: made.faults.length === 0 ? 'Incident bundle written' : 'Part of the incident bundle is missing',
      text: [made.folder, ...made.faults].join('\n'),
      action: { label: 'Show it', run: () => void bridge.desktop({ do: 'showFile', path: made.folder }) },
    })
  }
}
