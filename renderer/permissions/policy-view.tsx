import { FileCog, Lock, Save, TestTubeDiagonal } from 'lucide-react'
import { useEffect } from 'react'
import { useStore } from 'zustand'
import type { SimulateReport } from '../../contract/broker-api.ts'
import type { PolicyFault, PolicyStatus } from '../../contract/policy.ts'
import { useFollow, useStores } from '../app/stores.ts'
import { Button } from '../design/button.tsx'
import { Skeleton } from '../design/empty-state.tsx'
import { TextArea } from '../design/field.tsx'
import { format, plural } from '../design/format.ts'
import { Mark, type MarkKind, Shape } from '../design/mark.tsx'
import { ShownText } from '../design/shown-text.tsx'

/** The two policy files, their faults with line and column, and an editor that tries a policy on the record first. */
export function PolicyView() {
  const { policy, link } = useStores()
  useFollow(useStore(policy, (state) => state.follow))
  const { status, saved, loadText, fault } = useStore(policy)
  const ready = useStore(link, ({ broker }) => broker.state === 'ready')
  useEffect(() => {
    if (ready) void loadText()
  }, [ready, loadText])
  if (!status) return fault ? <p className="dim">{fault}</p> : <Skeleton />
  return (
    <>
      <div className="policy-files">
        <FileCard
          title="Managed by your organization"
          state={managedWords(status)}
          bad={status.managed.failedClosed}
          file={status.managed.file}
          present={status.managed.present}
          faults={status.managed.faults}
        />
        <FileCard
          title="Yours"
          state={personalWords(status)}
          bad={status.personal.usingLastGood}
          file={status.personal.file}
          present={status.personal.present}
          faults={status.personal.faults}
        />
      </div>
      {Object.keys(status.locked).length > 0 && (
        <p className="notice">
          <Lock aria-hidden="true" />
          <span>
            {plural(Object.keys(status.locked).length, 'setting')} locked by the managed file; each is shown
            as locked on the Settings page, with the reason.
          </span>
        </p>
      )}
      {saved !== null && <Editor />}
    </>
  )
}

function managedWords({ managed }: PolicyStatus): string {
  if (!managed.present) return 'No managed file on this computer.'
  if (managed.failedClosed) return 'Broken, so everything it could have ruled is denied.'
  return `${plural(managed.rules, 'rule')} in force.`
}

function personalWords({ personal }: PolicyStatus): string {
  if (!personal.present) return 'No file yet. Save below to make it.'
  if (personal.usingLastGood) return `Broken, so the last good one counts: ${plural(personal.rules, 'rule')}.`
  return `${plural(personal.rules, 'rule')} in force.`
}

function FileCard({
  title,
  state,
  bad,
  file,
  present,
  faults,
}: {
  title: string
  state: string
  bad: boolean
  file: string
  present: boolean
  faults: PolicyFault[]
}) {
  const { bridge } = useStores()
  return (
    <section className={bad ? 'card policy-file bad' : 'card policy-file'} aria-label={title}>
      <h2>{title}</h2>
      <p className={bad ? '' : 'dim'}>
        {bad && <Shape kind="deny" />} {state}
      </p>
      <p className="mono faint wrap-anywhere">{file}</p>
      {present && (
        <button
          type="button"
          className="link-button small"
          onClick={() => void bridge.desktop({ do: 'showFile', path: file })}
        >
          Show in the file manager
        </button>
      )}
      <Faults faults={faults} />
    </section>
  )
}

function Faults({ faults }: { faults: PolicyFault[] }) {
  if (faults.length === 0) return null
  return (
    <ul className="policy-faults">
      {faults.map(({ line, column, text }) => (
        <li key={`${line}:${column}:${text}`}>
          <code>
            {line}:{column}
          </code>
          <ShownText text={text} field="reason" />
        </li>
      ))}
    </ul>
  )
}

function Editor() {
  const { policy } = useStores()
  const { draft, saved, edit, simulate, save, busy, report, fault } = useStore(policy)
  const changed = draft !== saved
  return (
    <section className="section" aria-label="Your policy">
      <header>
        <h2>Your policy</h2>
        <span className="faint">
          JSON, comments allowed. Order has no meaning: deny beats ask, ask beats allow.
        </span>
      </header>
      <TextArea
        mono
        className="policy-editor"
        aria-label="Policy text"
        spellCheck={false}
        rows={16}
        placeholder={'{\n  "version": 1,\n  "rules": []\n}'}
        value={draft}
        onChange={(event) => edit(event.target.value)}
      />
      {fault && (
        <p className="notice deny" role="alert">
          <FileCog aria-hidden="true" />
          <span className="wrap-anywhere">
            <ShownText text={fault} field="argument" quietLines />
          </span>
        </p>
      )}
      <div className="page-bar">
        <Button icon={<TestTubeDiagonal />} disabled={busy} onClick={() => void simulate()}>
          Try it on the record
        </Button>
        <Button tone="primary" icon={<Save />} disabled={busy || !changed} onClick={() => void save()}>
          Save
        </Button>
        {changed && <span className="faint">Not saved yet</span>}
      </div>
      {report && <Report report={report} />}
    </section>
  )
}

const EFFECT_WORDS: Record<string, { kind: MarkKind; word: string }> = {
  allow: { kind: 'allow', word: 'Allowed' },
  ask: { kind: 'ask', word: 'Asked' },
  deny: { kind: 'deny', word: 'Denied' },
}

function Report({ report }: { report: SimulateReport }) {
  return (
    <section className="card report" aria-label="What it would have done" aria-live="polite">
      <p>
        Of {plural(report.total, 'recorded request')} it would have allowed{' '}
        <b>{format.count(report.allow)}</b>, asked about <b>{format.count(report.ask)}</b> and denied{' '}
        <b>{format.count(report.deny)}</b>.{' '}
        {report.differ.length === 0
          ? 'None would have gone differently.'
          : `${plural(report.differ.length, 'would', 'would')} have gone differently:`}
      </p>
      <ul>
        {report.differ.map(({ seq, subject, was, now }) => {
          const before = EFFECT_WORDS[was]
          const after = EFFECT_WORDS[now.effect]
          return (
            <li key={seq}>
              <span className="wrap-anywhere">
                <ShownText text={subject} field="argument" />
              </span>
              {before ? <Mark kind={before.kind} word={before.word} bare /> : <span>{was}</span>}
              <span className="faint">now</span>
              {after && <Mark kind={after.kind} word={after.word} />}
            </li>
          )
        })}
      </ul>
    </section>
  )
}
