import { ArrowUp, Search, ShieldCheck, Siren, X } from 'lucide-react'
import { useEffect, useRef, useState } from 'react'
import { useStore } from 'zustand'
import type { VerifyReport } from '../../contract/activity.ts'
import { CAPABILITIES_IN_ORDER } from '../app/capability-order.ts'
import { useCopy, useFollow, useStores } from '../app/stores.ts'
import { useIncident } from '../app/use-incident.ts'
import { Button } from '../design/button.tsx'
import { CAPABILITY_WORDS } from '../design/capability.tsx'
import { CommandHint } from '../design/command-hint.tsx'
import { Select } from '../design/field.tsx'
import { format, formatDuration, plural } from '../design/format.ts'
import { Mark, Shape } from '../design/mark.tsx'
import { Segmented } from '../design/segmented.tsx'
import { isFiltered, NO_FILTER } from './activity-filter.ts'

/** Search, who, with what, which kind, how decided. */
export function FilterBar() {
  const { activity, agents, tools } = useStores()
  useFollow(useStore(tools, (state) => state.follow))
  const { filter, setFilter, total, window, showNewest } = useStore(activity)
  const agentList = useStore(agents, (state) => state.agents) ?? []
  const toolList = useStore(tools, (state) => state.tools) ?? []
  const waiting = window.fresh.length
  return (
    <div className="filters">
      <SearchField text={filter.text} total={total} onText={(text) => setFilter({ text })} />
      <Select
        slim
        aria-label="Agent"
        value={filter.principalId}
        choices={[
          { value: '', label: 'Everyone' },
          ...agentList.map(({ id, name }) => ({ value: id, label: name })),
        ]}
        onChange={(principalId) => setFilter({ principalId })}
      />
      <Select
        slim
        aria-label="Tool"
        value={filter.tool}
        choices={[
          { value: '', label: 'All tools' },
          ...toolList.map(({ name, title }) => ({ value: name, label: title })),
        ]}
        onChange={(tool) => setFilter({ tool })}
      />
      <Select
        slim
        aria-label="Kind of effect"
        value={filter.capability}
        choices={[
          { value: '', label: 'All effects' },
          ...CAPABILITIES_IN_ORDER.map((value) => ({ value, label: CAPABILITY_WORDS[value].words })),
        ]}
        onChange={(capability) => setFilter({ capability })}
      />
      <Segmented
        label="Decision"
        value={filter.decision || 'all'}
        choices={[
          { value: 'all', label: 'All' },
          { value: 'allow', label: 'Allowed' },
          { value: 'ask', label: 'Asked' },
          { value: 'deny', label: 'Denied' },
        ]}
        onChange={(decision) => setFilter({ decision: decision === 'all' ? '' : decision })}
      />
      {filter.runId && (
        <button type="button" className="chip on" onClick={() => setFilter({ runId: '' })}>
          One run <X aria-label="Show all runs" />
        </button>
      )}
      {filter.between && (
        <button type="button" className="chip on number" onClick={() => setFilter({ between: null })}>
          {format.minute(filter.between.since)} to {format.minute(filter.between.until)}{' '}
          <X aria-label="Show all times" />
        </button>
      )}
      {isFiltered(filter) && (
        <button type="button" className="link-button small" onClick={() => setFilter(NO_FILTER)}>
          Clear
        </button>
      )}
      <span className="grow" />
      {(waiting > 0 || window.dropped > 0) && (
        <button type="button" className="chip on number" onClick={() => void showNewest()}>
          <ArrowUp aria-hidden="true" /> {waiting > 0 ? `${format.count(waiting)} new` : 'Newest'}
        </button>
      )}
    </div>
  )
}

/** Under the list: how much there is, whether the chain holds, the terminal's way. */
export function RecordBar() {
  const { activity } = useStores()
  const { window, total } = useStore(activity)
  const copy = useCopy()
  const startIncident = useIncident()
  return (
    <footer className="record-bar">
      <Verify />
      <Button
        size="small"
        tone="quiet"
        icon={<Siren />}
        title="Stop everything, seal the record, lock the secrets, and write a bundle for a responder"
        onClick={() => void startIncident()}
      >
        Incident mode
      </Button>
      <span className="grow" />
      <span className="faint small number">
        {format.count(window.rows.length)} of {format.count(total)}
      </span>
      <CommandHint command="sallyport log tail" onCopy={copy} />
    </footer>
  )
}

function SearchField({
  text,
  total,
  onText,
}: {
  text: string
  total: number
  onText: (text: string) => void
}) {
  const { route } = useStores()
  const asked = useStore(route, (state) => state.params.search)
  const [typed, setTyped] = useState(text)
  const field = useRef<HTMLInputElement>(null)
  useEffect(() => {
    if (asked !== undefined) field.current?.select()
  }, [asked])
  useEffect(() => {
    if (typed === text) return
    const timer = setTimeout(() => onText(typed), 180)
    return () => clearTimeout(timer)
  }, [typed, text, onText])
  return (
    <span className="search">
      <Search aria-hidden="true" />
      <input
        ref={field}
        className="input"
        type="search"
        aria-label="Search the record"
        placeholder={`Search ${plural(total, 'entry', 'entries')}`}
        value={typed}
        spellCheck={false}
        onChange={(event) => setTyped(event.target.value)}
      />
    </span>
  )
}

/** Checks the whole chain and says what it found, or which entry is the first bad one. */
function Verify() {
  const { activity } = useStores()
  const { verify, verifying, verified } = useStore(activity)
  return (
    <span className="verify" role="status">
      <Button
        size="small"
        tone="quiet"
        icon={<ShieldCheck />}
        disabled={verifying}
        onClick={() => void verify()}
      >
        {verifying ? 'Verifying' : 'Verify the record'}
      </Button>
      {verified && !verifying && <VerifyResult report={verified} />}
    </span>
  )
}

function VerifyResult({ report }: { report: VerifyReport }) {
  if (!report.ok)
    return (
      <span className="verify-bad">
        <Shape kind="deny" />
        {report.firstBad
          ? `Entry ${format.count(report.firstBad.seq)} is ${report.firstBad.what}. ${report.firstBad.text}`
          : 'The chain is broken.'}
      </span>
    )
  return (
    <span className="small number">
      <Mark
        kind="allow"
        word={`${plural(report.entries, 'entry', 'entries')}, unbroken, in ${formatDuration(report.ms)}`}
        bare
      />
    </span>
  )
}
