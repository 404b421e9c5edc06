import { ExternalLink, FolderOpen, KeyRound, Play, RotateCw } from 'lucide-react'
import { lazy, type ReactNode, Suspense, useCallback, useEffect, useState } from 'react'
import type { ChecklistItem, Incident } from '../../contract/incident.ts'
import type { SecretInfo } from '../../contract/secret.ts'
import { Button } from '../design/button.tsx'
import { plural } from '../design/format.ts'
import { ShownText } from '../design/shown-text.tsx'
import type { PageName } from './route.ts'
import { useAct, useStores } from './stores.ts'

const RotateDialog = lazy(() =>
  import('../secrets/rotate-dialog.tsx').then((module) => ({ default: module.RotateDialog })),
)

/** Looked at again this often, in ms: a credential's line ticks itself when it was rotated, or when the old one fails. */
const LOOK_MS = 5_000

/** Where what a step asks for is looked through. */
const REVIEWED_AT: readonly [step: string, page: PageName, label: string][] = [
  ['review-files', 'runs', 'Show the runs'],
  ['review-hosts', 'activity', 'Show the record'],
  ['review-grants', 'permissions', 'Show the permissions'],
  ['review-tools', 'tools', 'Show the tools'],
]

/** Back to normal, step by step: what is left to do of the incident that is not over. */
export function IncidentList({
  onResume,
  onLeft,
}: {
  onResume: () => void
  /** How many steps before the way back are left; null when there is no incident. */
  onLeft: (left: number | null) => void
}) {
  const { bridge, route } = useStores()
  const act = useAct()
  const [incident, setIncident] = useState<Incident | null>(null)
  const [rotating, setRotating] = useState<SecretInfo | null>(null)
  const [folded, setFolded] = useState(false)
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
    const off = bridge.on('status', look)
    return () => {
      clearInterval(timer)
      off()
    }
  }, [bridge, look])
  const toLookThrough =
    incident?.checklist.filter(({ doneAt, kind }) => doneAt === null && kind !== 'back').length ?? null
  useEffect(() => onLeft(toLookThrough), [toLookThrough, onLeft])
  if (incident === null) return null
  const left = incident.checklist.filter(({ doneAt }) => doneAt === null).length
  const tick = (item: string) =>
    void act('The step was not done', () => bridge.call('incident.tick', { item })).then(
      (now) => now && setIncident(now),
    )
  const rotate = async (name: string) => {
    const list = await act('The secret was not found', () => bridge.call('secrets.list', {}))
    setRotating(list?.secrets.find((secret) => secret.name === name) ?? null)
  }
  const places: Record<string, ReactNode> = Object.fromEntries(
    REVIEWED_AT.map(([id, page, label]) => [
      id,
      <Button key={id} size="small" tone="quiet" onClick={() => route.getState().go(page)}>
        {label}
      </Button>,
    ]),
  )
  const acts: Record<string, ReactNode> = {
    'read-report': (
      <Button
        size="small"
        icon={<FolderOpen />}
        onClick={() =>
          void act('The folder did not open', () => bridge.desktop({ do: 'showFile', path: incident.folder }))
        }
      >
        Show the bundle
      </Button>
    ),
    'unlock-secrets': (
      <Button size="small" icon={<KeyRound />} onClick={() => tick('unlock-secrets')}>
        Unlock
      </Button>
    ),
    resume: (
      <Button size="small" icon={<Play />} onClick={onResume}>
        Resume
      </Button>
    ),
  }
  return (
    <section className="incident" aria-label="Back to normal">
      <header>
        <h2>Incident</h2>
        <span className="dim">
          {left === 0 ? 'everything on the list is done' : `${plural(left, 'step')} back to normal`}
        </span>
        <button
          type="button"
          className="link-button small"
          aria-expanded={!folded}
          onClick={() => setFolded(!folded)}
        >
          {folded ? 'Show the steps' : 'Hide the steps'}
        </button>
      </header>
      {!folded && (
        <ul className="card ruled">
          {incident.checklist.map((item) => (
            <Step key={item.id} item={item} byAct={item.kind === 'back' && item.id in acts} onTick={tick}>
              {acts[item.id] ?? places[item.id] ?? <CredentialActs item={item} onRotate={rotate} />}
            </Step>
          ))}
        </ul>
      )}
      {rotating && (
        <Suspense fallback={null}>
          <RotateDialog
            secret={rotating}
            onClose={() => {
              setRotating(null)
              look()
            }}
          />
        </Suspense>
      )}
    </section>
  )
}

/** A step that is done by doing it is ticked by that; the others by whoever did them. */
function Step({
  item: { id, text, doneAt, how },
  byAct,
  onTick,
  children,
}: {
  item: ChecklistItem
  byAct: boolean
  onTick: (id: string) => void
  children: ReactNode
}) {
  const done = doneAt !== null
  return (
    <li className={done ? 'done' : ''}>
      <label>
        <input type="checkbox" checked={done} disabled={done || byAct} onChange={() => onTick(id)} />
        <span>
          <ShownText text={text} field="argument" />
          {how && <span className="faint small"> {how}</span>}
        </span>
      </label>
      {!done && <span className="incident-acts">{children}</span>}
    </li>
  )
}

function CredentialActs({
  item: { url, secret },
  onRotate,
}: {
  item: ChecklistItem
  onRotate: (name: string) => void
}) {
  const { bridge } = useStores()
  const act = useAct()
  return (
    <>
      {url && (
        <Button
          size="small"
          tone="quiet"
          icon={<ExternalLink />}
          onClick={() => void act('The page did not open', () => bridge.desktop({ do: 'openUrl', url }))}
        >
          Open its page
        </Button>
      )}
      {secret !== null && (
        <Button size="small" icon={<RotateCw />} onClick={() => onRotate(secret)}>
          Rotate …
        </Button>
      )}
    </>
  )
}
