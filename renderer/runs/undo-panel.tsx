import { Undo2, X } from 'lucide-react'
import { useEffect, useState } from 'react'
import { useStore } from 'zustand'
import type { RunView, UndoPreview } from '../../contract/agent.ts'
import { useAct, useStores } from '../app/stores.ts'
import { Button } from '../design/button.tsx'
import { Diff } from '../design/diff.tsx'
import { Skeleton } from '../design/empty-state.tsx'
import { plural } from '../design/format.ts'
import { ShownText } from '../design/shown-text.tsx'

type Change = UndoPreview['changes'][number]

const STATE_WORDS: Record<Change['state'], string> = {
  'can-undo': '',
  undone: 'Put back',
  'changed-since': 'Changed since, so it is left alone',
  gone: 'No longer there',
  'no-image': 'Too large or too old to put back',
}
const UNDO_WORDS: Record<Change['what'], string> = {
  created: 'Created. Undo moves it to the trash.',
  changed: 'Changed. Undo puts the old content back.',
  moved: 'Moved. Undo moves it back.',
  trashed: 'Moved to the trash. Undo brings it back.',
  folder: 'Folder made. Undo removes it if it is empty.',
}

/** What undo would do, file by file, before it does it. Nothing that a person changed since is touched. */
export function UndoPanel({ run, onClose }: { run: RunView; onClose: () => void }) {
  const { run: store, bridge, toasts } = useStores()
  const { undo, loadUndo, fault } = useStore(store)
  const act = useAct()
  useEffect(() => void loadUndo(run.id), [loadUndo, run.id])
  const revert = async (part: { changeId?: string; callId?: string }) => {
    const done = await act('Nothing was put back', () => bridge.call('runs.undo', { runId: run.id, ...part }))
    if (done)
      toasts.getState().push({
        tone: done.skipped.length > 0 ? 'fault' : 'done',
        title: `${plural(done.undone, 'change')} put back`,
        text: done.skipped.map(({ path, why }) => `${path}: ${why}`).join('\n'),
      })
    await loadUndo(run.id)
  }
  const open = undo?.changes.filter(({ state }) => state === 'can-undo') ?? []
  return (
    <section className="undo card" aria-label="Undo">
      <header>
        <h3>Put files back</h3>
        <span className="grow" />
        <Button tone="primary" icon={<Undo2 />} disabled={open.length === 0} onClick={() => void revert({})}>
          {open.length === 0 ? 'Nothing to put back' : `Put back ${plural(open.length, 'change')}`}
        </Button>
        <Button tone="quiet" iconOnly aria-label="Close" icon={<X />} onClick={onClose} />
      </header>
      {fault && <p className="dim">{fault}</p>}
      {!undo && !fault && <Skeleton lines={3} />}
      {undo && (
        <ul>
          {undo.changes.map((change) => (
            <ChangeRow
              key={change.id}
              change={change}
              onUndo={() => void revert({ changeId: change.id })}
              onUndoCall={
                change.callId === null ? undefined : () => void revert({ callId: change.callId ?? '' })
              }
              partOfCall={
                undo.changes.filter(({ callId }) => callId !== null && callId === change.callId).length
              }
            />
          ))}
        </ul>
      )}
      {undo && undo.notUndoable.length > 0 && (
        <div className="not-undoable">
          <p className="strong">What can’t be undone</p>
          <ul>
            {undo.notUndoable.map((line) => (
              <li key={line}>
                <ShownText text={line} field="argument" />
              </li>
            ))}
          </ul>
        </div>
      )}
    </section>
  )
}

function ChangeRow({
  change,
  onUndo,
  onUndoCall,
  partOfCall,
}: {
  change: Change
  onUndo: () => void
  onUndoCall: (() => void) | undefined
  partOfCall: number
}) {
  const [shown, setShown] = useState(false)
  const can = change.state === 'can-undo'
  return (
    <li className={can ? '' : 'settled'}>
      <div className="change">
        <span className="wrap-anywhere mono">
          <ShownText text={change.path} field="path" />
          {change.from && (
            <span className="faint">
              {' from '}
              <ShownText text={change.from} field="path" />
            </span>
          )}
        </span>
        {change.diff !== null && (
          <button
            type="button"
            className="link-button small"
            aria-expanded={shown}
            onClick={() => setShown(!shown)}
          >
            {shown ? 'Hide' : 'Show'}
          </button>
        )}
        {can && (
          <Button size="small" onClick={onUndo}>
            Undo
          </Button>
        )}
        {can && onUndoCall && partOfCall > 1 && (
          <Button size="small" tone="quiet" onClick={onUndoCall}>
            Undo whole call
          </Button>
        )}
      </div>
      <p className="small faint">{STATE_WORDS[change.state] || UNDO_WORDS[change.what]}</p>
      {shown && change.diff !== null && (
        <Diff diff={change.diff} label={`What undo would change in ${change.path}`} />
      )}
    </li>
  )
}
