import { Undo2, X } from 'lucide-react'
import { useEffect, useRef, useState } from 'react'
import { useStore } from 'zustand'
import type { RunItem, RunView } from '../../contract/agent.ts'
import { shortPath } from '../../contract/short-path.ts'
import { useAct, useStores } from '../app/stores.ts'
import { Button } from '../design/button.tsx'
import { Diff } from '../design/diff.tsx'
import { Skeleton } from '../design/empty-state.tsx'
import { plural } from '../design/format.ts'
import { ShownText } from '../design/shown-text.tsx'
import { type Change, type ChangeGroup, groupChanges } from './group-changes.ts'

const STATE_WORDS: Record<Change['state'], string> = {
  'can-undo': '',
  undone: 'Put back',
  'changed-since': 'Changed since, so it is left alone',
  gone: 'No longer there',
  'no-image': 'Too large or too old to put back',
}
const UNDO_WORDS: Record<Change['what'], string> = {
  created: 'created; undo takes it away',
  changed: 'changed; undo puts the old content back',
  moved: 'moved; undo moves it back',
  trashed: 'moved to the trash; undo brings it back',
  folder: 'folder made; undo removes it if it is empty',
  'set-aside':
    'left by a program where your rules keep it from that, and taken out of effect; undo puts it there',
}

/** With all others. What was set aside comes back only by itself. */
const goesBack = ({ state, what }: Change) => state === 'can-undo' && what !== 'set-aside'

type Part = { changeId?: string; callId?: string }

/**
 * What undo would do, call by call and file by file, before it does it. What a person changed since is not touched.
 * Each time it is asked for it comes into sight: who asks may have read to the end of a long run.
 */
export function UndoPanel({
  run,
  asked,
  onClose,
}: {
  run: RunView
  /** How often it was asked for. */
  asked: number
  onClose: () => void
}) {
  const { run: store, bridge, toasts } = useStores()
  const { undo, loadUndo, fault } = useStore(store)
  const act = useAct()
  const home = undo?.home ?? ''
  const panel = useRef<HTMLElement>(null)
  useEffect(() => void loadUndo(run.id), [loadUndo, run.id])
  // biome-ignore lint/correctness/useExhaustiveDependencies: asked for once more
  useEffect(() => {
    panel.current?.focus({ preventScroll: true })
    panel.current?.scrollIntoView({ block: 'start' })
  }, [asked])
  const revert = async (part: Part) => {
    const done = await act('Nothing was put back', () => bridge.call('runs.undo', { runId: run.id, ...part }))
    if (done)
      toasts.getState().push({
        tone: done.skipped.length > 0 ? 'fault' : 'done',
        title: `${plural(done.undone, 'change')} put back`,
        text: done.skipped.map(({ path, why }) => `${shortPath(path, home)}: ${why}`).join('\n'),
      })
    await loadUndo(run.id)
  }
  const open = undo?.changes.filter(goesBack) ?? []
  return (
    <section className="undo card" aria-label="Undo" ref={panel} tabIndex={-1}>
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
      {undo &&
        groupChanges(undo.changes).map((group) => (
          <Group
            key={group.callId}
            group={group}
            items={run.items}
            home={undo.home}
            onUndo={(part) => void revert(part)}
          />
        ))}
      {undo && undo.notUndoable.length > 0 && (
        <div className="undo-group">
          <p className="strong">What can’t be undone</p>
          <ul className="not-undoable">
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

function Group({
  group,
  items,
  home,
  onUndo,
}: {
  group: ChangeGroup
  items: RunItem[]
  home: string
  onUndo: (part: Part) => void
}) {
  const { callId, changes } = group
  const call = items.find((item) => item.id === callId)
  const title = call?.kind === 'call' ? (call.effects[0]?.subject ?? call.title) : 'Changes'
  const open = changes.filter(goesBack).length
  return (
    <div className="undo-group">
      <header>
        <h4 className="wrap-anywhere">
          <ShownText text={title} field="argument" />
        </h4>
        {callId !== null && open > 1 && (
          <Button size="small" onClick={() => onUndo({ callId })}>
            Undo these {open}
          </Button>
        )}
      </header>
      <ul>
        {changes.map((change) => (
          <ChangeRow
            key={change.id}
            change={change}
            home={home}
            onUndo={() => onUndo({ changeId: change.id })}
          />
        ))}
      </ul>
    </div>
  )
}

function ChangeRow({ change, home, onUndo }: { change: Change; home: string; onUndo: () => void }) {
  const [shown, setShown] = useState(false)
  const path = shortPath(change.path, home)
  const can = change.state === 'can-undo'
  return (
    <li className={can ? '' : 'settled'}>
      <div className="change">
        <span className="wrap-anywhere">
          <span className="mono">
            <ShownText text={path} field="path" />
          </span>{' '}
          <span className="small faint">
            {STATE_WORDS[change.state] || UNDO_WORDS[change.what]}
            {can && change.from && (
              <>
                {' to '}
                <ShownText text={shortPath(change.from, home)} field="path" />
              </>
            )}
          </span>
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
          <Button size="small" tone="quiet" onClick={onUndo}>
            Undo
          </Button>
        )}
      </div>
      {shown && change.diff !== null && (
        <Diff diff={change.diff} label={`What undo would change in ${path}`} />
      )}
    </li>
  )
}
