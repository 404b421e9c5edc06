import { useStore } from 'zustand'
import { ALERTS, ALWAYS_TOLD, setMuted } from '../../contract/alert-list.ts'
import { useStores } from '../app/stores.ts'
import { Switch } from '../design/field.tsx'

/** Each alert with the rule that makes it, and a switch. What it would have told of is on record either way. */
export function AlertSwitches({ muted, locked }: { muted: string[]; locked: boolean }) {
  const { settings } = useStores()
  const change = useStore(settings, (state) => state.change)
  return (
    <section className="section" aria-label="Alerts">
      <header>
        <h2>Alerts</h2>
        <span className="faint">few, by rules that you can read</span>
      </header>
      <ul className="card ruled settings">
        {ALERTS.map(({ id, title, words }) => (
          <li key={id}>
            <div>
              <label htmlFor={`alert-${id}`}>{title}</label>
              <p className="small faint">{words}</p>
            </div>
            <Switch
              id={`alert-${id}`}
              checked={!muted.includes(id)}
              disabled={locked}
              onChange={(on) => void change('mutedAlerts', setMuted(muted, id, !on))}
            />
          </li>
        ))}
        {ALWAYS_TOLD.map(({ id, title, words }) => (
          <li key={id}>
            <div>
              <span>{title}</span>
              <p className="small faint">{words}</p>
            </div>
            <span className="faint small">always</span>
          </li>
        ))}
      </ul>
    </section>
  )
}
