import { ChevronLeft, Flag, OctagonX, Undo2 } from 'lucide-react'
import { useEffect, useRef, useState } from 'react'
import { useStore } from 'zustand'
import type { RunView } from '../../contract/agent.ts'
import { useAct, useCopy, useStores } from '../app/stores.ts'
import { useNow } from '../app/use-now.ts'
import { Button } from '../design/button.tsx'
import { CommandHint } from '../design/command-hint.tsx'
import { EmptyState, Skeleton } from '../design/empty-state.tsx'
import { format, formatDuration, plural } from '../design/format.ts'
import { WordedLamps } from '../design/lamps.tsx'
import { ShownText } from '../design/shown-text.tsx'
import { Who } from '../design/who.tsx'
import { ItemView } from './run-items.tsx'
import { RunStateMark } from './run-state.tsx'
import { RUN_WORDS } from './run-words.ts'
import { UndoPanel } from './undo-panel.tsx'

/** One run: what was asked, each step with its decision and effects, how it ended, and the way to put files back. */
export function RunPage({ runId }: { runId: string }) {
  const { run: store, link } = useStores()
  const { run, fault, open } = useStore(store)
  const ready = useStore(link, ({ broker }) => broker.state === 'ready')
  useEffect(() => (ready ? open(runId) : undefined), [open, runId, ready])
  /** How often undo was asked for since it was closed. */
  const [undoAsked, setUndoAsked] = useState(0)
  const onUndo = () => setUndoAsked((times) => times + 1)
  if (!run || run.id !== runId) {
    return (
      <div className="page">
        <div className="page-inner narrow">{fault ? <NotThere fault={fault} /> : <Skeleton />}</div>
      </div>
    )
  }
  return (
    <Transcript run={run}>
      <RunHead run={run} onUndo={onUndo} />
      {run.tour && (
        <p className="notice">
          <Flag aria-hidden="true" />
          <span>
            This is the guided tour. The helper follows a script, no model is asked; the tools, the gate, your
            answers and the record are the real ones.
          </span>
        </p>
      )}
      {undoAsked > 0 && <UndoPanel run={run} asked={undoAsked} onClose={() => setUndoAsked(0)} />}
      <ol className="items">
        {run.items.map((item) => (
          <ItemView key={item.id} item={item} />
        ))}
      </ol>
      <RunEnd run={run} onUndo={onUndo} />
    </Transcript>
  )
}

/** Stays at the end while the reader is there, and leaves them alone when they have gone up. */
function Transcript({ run, children }: { run: RunView; children: React.ReactNode }) {
  const page = useRef<HTMLDivElement>(null)
  const atEnd = useRef(true)
  useEffect(() => {
    const element = page.current
    if (element && atEnd.current && run.items.length > 0) element.scrollTop = element.scrollHeight
  }, [run])
  return (
    <div
      className="page"
      ref={page}
      onScroll={({ currentTarget: { scrollTop, clientHeight, scrollHeight } }) => {
        atEnd.current = scrollTop + clientHeight > scrollHeight - 60
      }}
    >
      <div className="page-inner narrow run">{children}</div>
    </div>
  )
}

function RunHead({ run, onUndo }: { run: RunView; onUndo: () => void }) {
  const { bridge } = useStores()
  const act = useAct()
  const now = useNow()
  const over = RUN_WORDS[run.state].over
  return (
    <header className="page-head">
      <a className="back" href="#/runs">
        <ChevronLeft aria-hidden="true" /> All runs
      </a>
      <div className="page-title">
        <h2>
          <ShownText text={run.title} field="argument" />
        </h2>
        <RunStateMark state={run.state} />
        <span className="grow" />
        {run.undoable > 0 && over && (
          <Button icon={<Undo2 />} onClick={onUndo}>
            Undo …
          </Button>
        )}
        {!over && (
          <Button
            icon={<OctagonX />}
            onClick={() =>
              void act('The run was not cancelled', () => bridge.call('runs.cancel', { id: run.id }))
            }
          >
            Cancel run
          </Button>
        )}
      </div>
      <div className="run-facts">
        <Who id={run.agentId} name={run.agentName} />
        <span className="dim">{format.since(run.startedAt, now)}</span>
        <span className="dim number">{plural(run.calls, 'call')}</span>
        {run.tokens > 0 && <span className="dim number">{plural(run.tokens, 'token')}</span>}
        <WordedLamps lamps={run.lamps} />
      </div>
    </header>
  )
}

const END_WORDS: Record<RunView['state'], string> = {
  running: '',
  asking: '',
  paused: '',
  done: 'The run is done.',
  failed: 'The run failed.',
  cancelled: 'You cancelled the run.',
  stopped: 'The run was stopped.',
  interrupted: 'The run was interrupted: Sallyport ended in the middle of it.',
}

function RunEnd({ run, onUndo }: { run: RunView; onUndo: () => void }) {
  const { route } = useStores()
  const { go } = useStore(route)
  const copy = useCopy()
  if (run.state === 'running') return <p className="working faint">Working …</p>
  if (run.state === 'asking')
    return <p className="working asks-you">Waits for your answer, in the window “Sallyport asks”.</p>
  if (run.state === 'paused')
    return <p className="working faint">Paused. What was asked waits; nothing is lost.</p>
  return (
    <footer className="run-end">
      <p>
        {run.ended ? <ShownText text={run.ended} field="argument" /> : END_WORDS[run.state]}{' '}
        {run.endedAt !== null && (
          <span className="faint">It took {formatDuration(run.endedAt - run.startedAt)}.</span>
        )}
      </p>
      <div className="page-bar">
        {run.undoable > 0 && (
          <Button size="small" icon={<Undo2 />} onClick={onUndo}>
            Undo {plural(run.undoable, 'change')} …
          </Button>
        )}
        <Button size="small" onClick={() => go('activity', [], { run: run.id })}>
          Show in activity
        </Button>
        {!run.tour && (
          <Button size="small" onClick={() => go('runs', [], { agent: run.agentId })}>
            New run
          </Button>
        )}
        <span className="grow" />
        {run.undoable > 0 && <CommandHint command={`sallyport undo ${run.id}`} onCopy={copy} />}
      </div>
    </footer>
  )
}

function NotThere({ fault }: { fault: string }) {
  const { route } = useStores()
  const { go } = useStore(route)
  return (
    <EmptyState
      title="This run can’t be shown"
      actions={<Button onClick={() => go('runs')}>All runs</Button>}
    >
      {fault}
    </EmptyState>
  )
}
