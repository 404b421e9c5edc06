import { Play } from 'lucide-react'
import { useStore } from 'zustand'
import type { RunSummary } from '../../contract/agent.ts'
import { useCopy, useFollow, useStores } from '../app/stores.ts'
import { useNow } from '../app/use-now.ts'
import { CommandHint } from '../design/command-hint.tsx'
import { EmptyState, Skeleton } from '../design/empty-state.tsx'
import { format, plural } from '../design/format.ts'
import { Lamps } from '../design/lamps.tsx'
import { ShownText } from '../design/shown-text.tsx'
import { Who } from '../design/who.tsx'
import { Composer } from './composer.tsx'
import { RunPage } from './run-page.tsx'
import { RunStateMark } from './run-state.tsx'
import './runs.css'

/** All runs, and a place to start one; or one run, when the address names it. */
export function RunsPage() {
  const { route, runs } = useStores()
  useFollow(useStore(runs, (state) => state.follow))
  const [runId] = useStore(route, (state) => state.rest)
  return runId ? <RunPage key={runId} runId={runId} /> : <RunList />
}

function RunList() {
  const { runs, agents } = useStores()
  const { runs: list, fault } = useStore(runs)
  const hasAgent = useStore(agents, (state) => (state.agents?.length ?? 0) > 0)
  const copy = useCopy()
  return (
    <div className="page">
      <div className="page-inner">
        <Composer />
        <section className="section" aria-label="Runs so far">
          <header>
            <h2>Runs</h2>
            {list && list.length > 0 && <span className="faint">{format.count(list.length)}</span>}
            <span className="grow" />
            <CommandHint command='sallyport agent run NAME "task"' onCopy={copy} />
          </header>
          {fault && <p className="dim">{fault}</p>}
          {!list && !fault && <Skeleton />}
          {list?.length === 0 && (
            <div className="card">
              <EmptyState icon={<Play aria-hidden="true" />} title="No run yet">
                {hasAgent
                  ? 'Choose an agent above, write what it should do, and press Start. Each step shows here as it happens.'
                  : 'Once there is an agent, you give it a task here, and each step shows as it happens.'}
              </EmptyState>
            </div>
          )}
          {list && list.length > 0 && (
            <ul className="card ruled run-rows">
              {list.map((run) => (
                <RunRow key={run.id} run={run} />
              ))}
            </ul>
          )}
        </section>
      </div>
    </div>
  )
}

function RunRow({ run }: { run: RunSummary }) {
  const { route } = useStores()
  const { go } = useStore(route)
  const now = useNow()
  return (
    <li>
      <button type="button" onClick={() => go('runs', [run.id])}>
        <span className="truncate run-title">
          <ShownText text={run.title} field="argument" />
          {run.tour && <span className="tour-tag">Tour</span>}
        </span>
        <Who id={run.agentId} name={run.agentName} />
        <Lamps lamps={run.lamps} />
        <span className="faint small number right">{plural(run.calls, 'call')}</span>
        <RunStateMark state={run.state} />
        <span className="faint small right number">{format.since(run.startedAt, now)}</span>
      </button>
    </li>
  )
}
