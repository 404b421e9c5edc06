import { ArrowRight, Link2, X } from 'lucide-react'
import { useStore } from 'zustand'
import type { ActivityEntry } from '../../contract/activity.ts'
import type { Origin } from '../../contract/origin.ts'
import { useStores } from '../app/stores.ts'
import { useNow } from '../app/use-now.ts'
import { Button } from '../design/button.tsx'
import { CAPABILITY_WORDS } from '../design/capability.tsx'
import { describeOrigin } from '../design/describe-origin.ts'
import { Skeleton } from '../design/empty-state.tsx'
import { format, formatDuration } from '../design/format.ts'
import { WordedLamps } from '../design/lamps.tsx'
import { Mark } from '../design/mark.tsx'
import { ShownText } from '../design/shown-text.tsx'
import { Who } from '../design/who.tsx'
import { ALERT_FIELDS, AlertSource } from './alert-source.tsx'
import { readDetails, readOrigins } from './read-details.ts'
import { describeKind, markOf, placeOfRule } from './row-words.ts'

/** One entry in full: what, who, exactly what, why, where it came from, what belongs to it, its place in the chain. */
export function DetailPane({ onOpen }: { onOpen: (seq: number | null) => void }) {
  const { activity } = useStores()
  const { detail, selected, fault, verified } = useStore(activity)
  const shown = detail?.entry.seq === selected ? detail : null
  return (
    <aside className="detail" aria-label="Entry">
      <Button
        tone="quiet"
        size="small"
        iconOnly
        aria-label="Close"
        icon={<X />}
        onClick={() => onOpen(null)}
      />
      {!shown && (fault ? <p className="dim">{fault}</p> : <Skeleton lines={6} />)}
      {shown && <Entry entry={shown.entry} related={shown.related} onOpen={onOpen} />}
      {shown && (
        <p className="chain faint small">
          <Link2 aria-hidden="true" />
          <span>
            Entry {format.count(shown.entry.seq)},{' '}
            <code title={shown.entry.hash}>{shown.entry.hash.slice(0, 10)}</code>
            {verified?.ok && verified.entries >= shown.entry.seq && ', chain verified'}
          </span>
        </p>
      )}
    </aside>
  )
}

function Entry({
  entry,
  related,
  onOpen,
}: {
  entry: ActivityEntry
  related: ActivityEntry[]
  onOpen: (seq: number) => void
}) {
  const mark = markOf(entry)
  const outcome = related.find(({ kind, ref }) => kind === 'outcome' && ref === entry.seq)
  const isAlert = entry.kind === 'alert'
  const details = readDetails(entry.details, isAlert ? ALERT_FIELDS : [])
  const origins = readOrigins(entry.details)
  return (
    <>
      {mark.kind ? (
        <Mark kind={mark.kind} word={mark.word} />
      ) : (
        <span className="faint small">{mark.word}</span>
      )}
      <h2>
        <ShownText text={entry.subject} field="argument" />
      </h2>
      <Facts entry={entry} outcome={outcome} />
      {isAlert && <AlertSource entry={entry} onOpen={onOpen} />}
      {details.length > 0 && (
        <section aria-label="Exactly">
          <h3>Exactly</h3>
          <dl className="facts exact-facts">
            {details.map(({ label, text }) => (
              <div key={label}>
                <dt>{label}</dt>
                <dd>
                  <ShownText text={text} field="argument" block quietLines />
                </dd>
              </div>
            ))}
          </dl>
        </section>
      )}
      {entry.because.length > 0 && (
        <section aria-label="Because">
          <h3>Because</h3>
          <div className={`because ${mark.kind ?? ''}`}>
            {entry.because.map(({ rule, text }) => (
              <p key={rule + text}>
                <ShownText text={text} field="reason" /> <Rule rule={rule} principal={entry.principal} />
              </p>
            ))}
          </div>
        </section>
      )}
      {origins.length > 0 && <Origins origins={origins} />}
      {related.length > 0 && <Related related={related} onOpen={onOpen} />}
    </>
  )
}

/** The rule that counted, and the way to it: a grant and a file's rule on Permissions, a perimeter's line on its agent. */
function Rule({ rule, principal }: { rule: string; principal: ActivityEntry['principal'] }) {
  const { route } = useStores()
  const go = useStore(route, (state) => state.go)
  const place = placeOfRule(rule, principal)
  if (place === null) return <code className="faint">{rule}</code>
  return (
    <button type="button" className="link-button" onClick={() => go(...place)}>
      <code>{rule}</code>
    </button>
  )
}

function Facts({ entry, outcome }: { entry: ActivityEntry; outcome: ActivityEntry | undefined }) {
  const { route } = useStores()
  const { go } = useStore(route)
  const now = useNow()
  const { principal, run, tool, capability, lamps } = entry
  return (
    <dl className="facts">
      <dt>When</dt>
      <dd className="number">{format.exact(entry.at, now)}</dd>
      {principal && (
        <>
          <dt>Who</dt>
          <dd>
            <Who id={principal.id} name={principal.name} />
          </dd>
        </>
      )}
      {run && (
        <>
          <dt>Run</dt>
          <dd>
            <button type="button" className="link-button run-link" onClick={() => go('runs', [run.id])}>
              <ShownText text={run.title} field="argument" />
            </button>
          </dd>
        </>
      )}
      {tool && (
        <>
          <dt>Tool</dt>
          <dd>
            <button type="button" className="link-button" onClick={() => go('tools', [tool.name])}>
              {tool.name} {tool.version}
            </button>{' '}
            <code className="faint" title={tool.hash}>
              {tool.hash.slice(0, 8)}
            </code>
          </dd>
        </>
      )}
      {capability && (
        <>
          <dt>Effect</dt>
          <dd>
            {CAPABILITY_WORDS[capability].words} <code className="faint">{capability}</code>
          </dd>
        </>
      )}
      {lamps && (
        <>
          <dt>Run then</dt>
          <dd>
            <WordedLamps lamps={lamps} />
          </dd>
        </>
      )}
      {(outcome || entry.ok !== null) && entry.decision !== 'deny' && (
        <>
          <dt>Ended</dt>
          <dd>{describeOutcome(outcome ?? entry)}</dd>
        </>
      )}
    </dl>
  )
}

function describeOutcome({ ok, durationMs }: ActivityEntry): string {
  const took = durationMs === null ? '' : ` after ${formatDuration(durationMs)}`
  return ok === false ? `failed${took}` : `done${took}`
}

function Origins({ origins }: { origins: { what: string; origin: Origin }[] }) {
  const now = useNow()
  return (
    <section aria-label="Where it came from">
      <h3>Where it came from</h3>
      <dl className="facts">
        {origins.map(({ what, origin }) => {
          const { words, source, when } = describeOrigin(origin, now)
          return (
            <div key={what + source}>
              <dt>{what}</dt>
              <dd>
                <span className={`origin ${origin.kind}`}>{words}</span>
                {source && (
                  <>
                    {' '}
                    <ShownText text={source} field="path" />
                  </>
                )}
                {when && <span className="faint">, {when}</span>}
              </dd>
            </div>
          )
        })}
      </dl>
    </section>
  )
}

function Related({ related, onOpen }: { related: ActivityEntry[]; onOpen: (seq: number) => void }) {
  return (
    <section aria-label="Belongs together">
      <h3>Belongs together</h3>
      <ul className="related">
        {related.map((entry) => (
          <li key={entry.seq}>
            <button type="button" onClick={() => onOpen(entry.seq)}>
              <span className="faint small">{describeKind(entry.kind)}</span>
              <span className="truncate">
                <ShownText text={entry.subject} field="argument" />
              </span>
              <ArrowRight aria-hidden="true" />
            </button>
          </li>
        ))}
      </ul>
    </section>
  )
}
