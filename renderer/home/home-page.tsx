import { Bell, Plus } from 'lucide-react'
import { useStore } from 'zustand'
import type { ActivityRow } from '../../contract/activity.ts'
import type { Question } from '../../contract/consent.ts'
import { describeEnd, markOf, splitSubject } from '../activity/row-words.ts'
import { useCopy, useFollow, useStores } from '../app/stores.ts'
import { useNow } from '../app/use-now.ts'
import { Button } from '../design/button.tsx'
import { CommandHint } from '../design/command-hint.tsx'
import { format } from '../design/format.ts'
import { Lamps } from '../design/lamps.tsx'
import { Mark, Shape } from '../design/mark.tsx'
import { ShownText } from '../design/shown-text.tsx'
import { Who } from '../design/who.tsx'
import { RunStateMark } from '../runs/run-state.tsx'
import { RUN_WORDS } from '../runs/run-words.ts'
import { FirstStart } from './first-start.tsx'
import './home.css'

/** First start, or what goes on now: questions, runs under way, alerts, the last entries. */
export function HomePage() {
  const { agents, settings, home, runs, questions } = useStores()
  useFollow(useStore(home, (state) => state.follow))
  useFollow(useStore(runs, (state) => state.follow))
  const list = useStore(agents, (state) => state.agents)
  const tourDone = useStore(settings, (state) => state.settings?.tourDone)
  const runList = useStore(runs, (state) => state.runs)
  const waiting = useStore(questions, (state) => state.questions)
  const { last, alerts } = useStore(home)
  const copy = useCopy()
  if (list === null || tourDone === undefined || runList === null) return <div className="page" />
  const pressing = (
    <>
      {waiting.length > 0 && <Waiting questions={waiting} />}
      {alerts.length > 0 && <Alerts alerts={alerts} />}
    </>
  )
  if (list.length === 0 && runList.length === 0 && !tourDone) return <FirstStart above={pressing} />
  const active = runList.filter(({ state }) => !RUN_WORDS[state].over)
  return (
    <div className="page">
      <div className="page-inner home">
        {waiting.length > 0 && <Waiting questions={waiting} />}
        <AtWork active={active} ended={runList.find(({ state }) => RUN_WORDS[state].over)} />
        {alerts.length > 0 && <Alerts alerts={alerts} />}
        <LastActivity rows={last} />
        <div className="page-bar">
          <span className="grow" />
          <CommandHint command="sallyport status" onCopy={copy} />
        </div>
      </div>
    </div>
  )
}

function Waiting({ questions }: { questions: Question[] }) {
  return (
    <section className="section" aria-label="Questions that wait">
      <header>
        <h2>Waiting for you</h2>
        <span className="faint">Answer in the window “Sallyport asks”. No answer is a no.</span>
      </header>
      <ul className="card ruled asked-list">
        {questions.slice(0, 4).map((question) => (
          <li key={question.id}>
            <Shape kind="ask" />
            <span className="wrap-anywhere">
              <b className="strong">{question.title.verb}</b>{' '}
              <ShownText text={question.title.object} field="argument" />
            </span>
            <Who id={question.principal.id} name={question.principal.name} />
            <span className="faint small number">until {format.minute(question.expiresAt)}</span>
          </li>
        ))}
        {questions.length > 4 && <li className="faint">and {questions.length - 4} more</li>}
      </ul>
    </section>
  )
}

function AtWork({ active, ended }: { active: RunRow[]; ended: RunRow | undefined }) {
  const { route } = useStores()
  const { go } = useStore(route)
  const shown = active.length > 0 ? active : ended ? [ended] : []
  return (
    <section className="section" aria-label="Runs">
      <header>
        <h2>{active.length > 0 ? 'At work' : 'Last run'}</h2>
        <span className="grow" />
        <Button size="small" icon={<Plus />} onClick={() => go('runs')}>
          New run
        </Button>
      </header>
      {shown.length === 0 ? (
        <p className="dim">No run yet. Choose an agent and write what it should do.</p>
      ) : (
        <ul className="card ruled run-list">
          {shown.map((run) => (
            <li key={run.id}>
              <button type="button" onClick={() => go('runs', [run.id])}>
                <Who id={run.agentId} name={run.agentName} />
                <span className="truncate">
                  <ShownText text={run.title} field="argument" />
                </span>
                <Lamps lamps={run.lamps} />
                <RunStateMark state={run.state} />
              </button>
            </li>
          ))}
        </ul>
      )}
    </section>
  )
}
type RunRow = NonNullable<ReturnType<ReturnType<typeof useStores>['runs']['getState']>['runs']>[number]

function Alerts({ alerts }: { alerts: ActivityRow[] }) {
  const now = useNow()
  const { route } = useStores()
  const { go } = useStore(route)
  return (
    <section className="section" aria-label="Alerts">
      <header>
        <h2>Alerts</h2>
        <span className="grow" />
        <button type="button" className="link-button" onClick={() => go('settings')}>
          Rules
        </button>
      </header>
      <ul className="card ruled asked-list">
        {alerts.map((row) => (
          <li key={row.seq}>
            <Bell aria-hidden="true" />
            <button
              type="button"
              className="alert-link wrap-anywhere"
              onClick={() => go('activity', [String(row.seq)])}
            >
              <ShownText text={row.subject} field="argument" />
            </button>
            {row.principal ? <Who id={row.principal.id} name={row.principal.name} /> : <span />}
            <span className="faint small">{format.since(row.at, now)}</span>
          </li>
        ))}
      </ul>
    </section>
  )
}

function LastActivity({ rows }: { rows: ActivityRow[] | null }) {
  const { route } = useStores()
  const { go } = useStore(route)
  return (
    <section className="section" aria-label="Last activity">
      <header>
        <h2>Last activity</h2>
        <span className="grow" />
        <button type="button" className="link-button" onClick={() => go('activity')}>
          Show all
        </button>
      </header>
      <ul className="card ruled last-list">
        {rows?.map((row) => {
          const mark = markOf(row)
          const [verb, rest] = splitSubject(row)
          return (
            <li key={row.seq}>
              <button type="button" onClick={() => go('activity', [String(row.seq)])}>
                <span className="faint small number">{format.clock(row.at)}</span>
                {row.principal ? <Who id={row.principal.id} name={row.principal.name} /> : <span />}
                <span className="truncate">
                  {verb}{' '}
                  <span className="dim">
                    <ShownText text={rest} field="argument" />
                  </span>
                </span>
                {mark.kind ? (
                  <Mark kind={mark.kind} word={mark.word} quiet={mark.quiet} />
                ) : (
                  <span className="faint small">{mark.word}</span>
                )}
                <span className="faint small number right">{describeEnd(row)}</span>
              </button>
            </li>
          )
        })}
        {rows?.length === 0 && <li className="faint none">Nothing is on record yet.</li>}
      </ul>
    </section>
  )
}
