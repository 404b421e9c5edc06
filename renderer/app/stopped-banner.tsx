import { FileArchive, Play } from 'lucide-react'
import { useState } from 'react'
import { useStore } from 'zustand'
import type { StopReceipt } from '../../contract/stop.ts'
import { Button } from '../design/button.tsx'
import { Confirm } from '../design/dialog.tsx'
import { format, formatDuration, plural } from '../design/format.ts'
import { Shape } from '../design/mark.tsx'
import { ShownText } from '../design/shown-text.tsx'
import { IncidentList } from './incident-list.tsx'
import { useStores } from './stores.ts'
import { useIncident } from './use-incident.ts'

/** While everything is stopped: what ended, how fast, what had already left; and the way back, which only a person takes. */
export function StoppedBanner() {
  const { link } = useStores()
  const { status, resume } = useStore(link)
  const [asking, setAsking] = useState(false)
  const [left, setLeft] = useState<number | null>(null)
  const startIncident = useIncident()
  if (!status?.stop.stopped) return null
  const { receipt, since, by } = status.stop
  return (
    <section className="stopped-banner" aria-label="Everything is stopped">
      <div className="stopped-head">
        <Shape kind="stop" />
        <strong>Everything is stopped</strong>
        <span>
          {since !== null && `since ${format.moment(since, Date.now())}`}
          {by && `, by ${by}`}
        </span>
        <span className="grow" />
        {left === null && (
          <Button icon={<FileArchive />} onClick={() => void startIncident()}>
            Write an incident bundle
          </Button>
        )}
        <Button tone="primary" icon={<Play />} onClick={() => setAsking(true)}>
          Resume
        </Button>
        {receipt && <Receipt receipt={receipt} />}
      </div>
      <IncidentList onResume={() => setAsking(true)} onLeft={setLeft} />
      <Confirm
        open={asking}
        title="Resume?"
        text={`Agents may work again. Runs that were stopped stay ended; agents that were paused stay paused.${endOf(left)}`}
        confirmLabel="Resume"
        cancelLabel="Stay stopped"
        onConfirm={() => void resume()}
        onClose={() => setAsking(false)}
      />
    </section>
  )
}

/** Whoever resumes ends the incident with it. */
function endOf(left: number | null): string {
  if (left === null) return ''
  const open =
    left > 0 ? ` ${plural(left, 'step')} of its list ${left === 1 ? 'is' : 'are'} not done yet.` : ''
  return ` This ends the incident and unlocks the secrets.${open}`
}

/** What Stop did, in one line and, if need be, a list. */
export function Receipt({ receipt }: { receipt: StopReceipt }) {
  const ended = [
    plural(receipt.runs, 'run'),
    plural(receipt.isolates, 'tool'),
    plural(receipt.processes, 'process', 'processes'),
    plural(receipt.sockets, 'connection'),
  ].filter(isSome)
  const withdrawn = [
    plural(receipt.questions, 'question'),
    plural(receipt.credentials, 'credential that was in use', 'credentials that were in use'),
  ].filter(isSome)
  return (
    <div className="receipt">
      <p>
        {receipt.drill && 'A drill. '}
        {ended.length > 0 ? `Ended ${listOf(ended)}` : 'There was nothing to end'} in{' '}
        <b className="number">{formatDuration(receipt.ms)}</b>.{' '}
        {withdrawn.length > 0 && `Withdrew ${listOf(withdrawn)}. `}
        {receipt.alreadyLeft.length === 0 && 'Nothing had left or changed halfway.'}
        {receipt.survivors.length > 0 && (
          <b>
            {' '}
            {plural(receipt.survivors.length, 'process', 'processes')} would not end:{' '}
            {receipt.survivors.join(', ')}.
          </b>
        )}
      </p>
      {receipt.alreadyLeft.length > 0 && (
        <details open={receipt.alreadyLeft.length <= 3}>
          <summary>Under way when Stop came: {plural(receipt.alreadyLeft.length, 'effect')}</summary>
          <ul>
            {receipt.alreadyLeft.map((line) => (
              <li key={line}>
                <ShownText text={line} field="argument" />
              </li>
            ))}
          </ul>
        </details>
      )}
    </div>
  )
}

const isSome = (part: string) => !part.startsWith('0 ')

function listOf(parts: string[]): string {
  return parts.length < 2 ? parts.join('') : `${parts.slice(0, -1).join(', ')} and ${parts.at(-1)}`
}
