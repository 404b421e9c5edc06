import { useStore } from 'zustand'
import type { Part } from '../../contract/broker-api.ts'
import { useCopy, useStores } from '../app/stores.ts'
import { useNow } from '../app/use-now.ts'
import { CommandHint } from '../design/command-hint.tsx'
import { Skeleton } from '../design/empty-state.tsx'
import { format, formatDuration, plural } from '../design/format.ts'
import { Mark } from '../design/mark.tsx'
import { ShownText } from '../design/shown-text.tsx'
import './readiness.css'

const STATE: Record<Part['state'], { kind: 'allow' | 'ask' | 'deny'; word: string; order: number }> = {
  missing: { kind: 'deny', word: 'Missing', order: 0 },
  weak: { kind: 'ask', word: 'Weak', order: 1 },
  ok: { kind: 'allow', word: 'Ready', order: 2 },
}

/** What containment this computer really gives, part by part, and what to do where it is less than it could be. */
export function ReadinessPage() {
  const { link } = useStores()
  const status = useStore(link, (state) => state.status)
  const copy = useCopy()
  const now = useNow()
  if (!status) {
    return (
      <div className="page">
        <div className="page-inner narrow">
          <Skeleton />
        </div>
      </div>
    )
  }
  const parts = status.parts.toSorted((a, b) => STATE[a.state].order - STATE[b.state].order)
  const ready = parts.filter(({ state }) => state === 'ok').length
  return (
    <div className="page">
      <div className="page-inner narrow">
        <div className="page-bar">
          <span className="about">
            {ready === parts.length
              ? `All ${parts.length} parts are ready. Nothing is weaker than it can be.`
              : `${ready} of ${parts.length} parts are ready. What is missing is refused, with the reason; the rest goes on.`}
          </span>
          <span className="grow" />
          <CommandHint command="sallyport status" onCopy={copy} />
        </div>
        <ul className="card ruled parts">
          {parts.map((part) => (
            <li key={part.id}>
              <Mark kind={STATE[part.state].kind} word={STATE[part.state].word} quiet={part.state === 'ok'} />
              <div>
                <h2>{part.name}</h2>
                <p className="dim">{part.text}</p>
                {part.remedy && <Remedy text={part.remedy} onCopy={copy} />}
              </div>
            </li>
          ))}
        </ul>
        <dl className="facts about-facts">
          <dt>Version</dt>
          <dd>{status.version}</dd>
          <dt>The gate</dt>
          <dd className="number">
            process {status.pid}, up for {formatDuration(Math.max(1000, now - status.startedAt))}
          </dd>
          <dt>Record</dt>
          <dd>
            <span className="number">{plural(status.log.entries, 'entry', 'entries')}</span>
            {status.log.text && <>. {status.log.text}</>}
          </dd>
          <dt>Keychain</dt>
          <dd>
            {status.keychain.name || 'none'}
            {status.keychain.text && <>. {status.keychain.text}</>}
          </dd>
          <dt>Started</dt>
          <dd>{format.moment(status.startedAt, now)}</dd>
        </dl>
      </div>
    </div>
  )
}

/** What to do. Commands stand between back-ticks; a click copies them. */
function Remedy({ text, onCopy }: { text: string; onCopy: (command: string) => void }) {
  return (
    <p className="remedy">
      {text.split('`').map((part, at) =>
        at % 2 === 1 ? (
          // biome-ignore lint/suspicious/noArrayIndexKey: parts of one sentence
          <button key={at} type="button" className="remedy-command" title="Copy" onClick={() => onCopy(part)}>
            {part}
          </button>
        ) : (
          // biome-ignore lint/suspicious/noArrayIndexKey: parts of one sentence
          <ShownText key={at} text={part} field="argument" />
        ),
      )}
    </p>
  )
}
