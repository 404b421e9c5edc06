import { ExternalLink } from 'lucide-react'
import { useCallback, useEffect, useState } from 'react'
import type { Incident } from '../../contract/incident.ts'
import { Button } from '../design/button.tsx'
import { ShownText } from '../design/shown-text.tsx'
import { useAct, useStores } from './stores.ts'

/** Looked at again this often, in ms: a credential's line ticks itself when it was rotated, or when the old one fails. */
const LOOK_MS = 5_000

/** Back to normal, step by step: what is left to do of the incident that is not over. */
export function IncidentList() {
  const { bridge } = useStores()
  const [incident, setIncident] = useState<Incident | null>(null)
  const act = useAct()
  const look = useCallback(
    () =>
      void bridge.call('incident.current', {}).then(
        ({ incident: now }) => setIncident(now),
        () => {},
      ),
    [bridge],
  )
  useEffect(() => {
    look()
    const timer = setInterval(() => !document.hidden && look(), LOOK_MS)
    return () => clearInterval(timer)
  }, [look])
  if (incident === null) return null
  const tick = (item: string) =>
    void act('The step was not ticked', () => bridge.call('incident.tick', { item })).then(
      (now) => now && setIncident(now),
    )
  const left = incident.checklist.filter(({ doneAt }) => doneAt === null).length
  return (
    <details className="incident" open>
      <summary>
        Incident: {left === 0 ? 'everything on the list is done' : `${left} steps back to normal`}
      </summary>
      <ul>
        {incident.checklist.map(({ id, text, url, doneAt, how }) => (
          <li key={id}>
            <label>
              <input
                type="checkbox"
                checked={doneAt !== null}
                disabled={doneAt !== null}
                onChange={() => tick(id)}
              />{' '}
              <ShownText text={text} field="argument" />
              {how && <span className="faint small"> {how}</span>}
            </label>
            {url && doneAt === null && (
              <Button
                size="small"
                tone="quiet"
                icon={<ExternalLink />}
                onClick={() =>
                  void act('The page did not open', () => bridge.desktop({ do: 'openUrl', url }))
                }
              >
                Open its page
              </Button>
            )}
          </li>
        ))}
      </ul>
      <Button
        size="small"
        onClick={() => void bridge.desktop({ do: 'showFile', path: incident.folder }).catch(() => {})}
      >
        Show the bundle
      </Button>{' '}
      <Button
        size="small"
        onClick={() =>
          void act('The incident was not ended', () => bridge.call('incident.end', {})).then(
            (ended) => ended && setIncident(null),
          )
        }
      >
        Unlock the secrets and end it
      </Button>
    </details>
  )
}
