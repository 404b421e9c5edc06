import { Check } from 'lucide-react'
import { useEffect } from 'react'
import { useStore } from 'zustand'
import type { Digest } from '../../contract/broker-api.ts'
import { useAct, useStores } from '../app/stores.ts'
import { useNow } from '../app/use-now.ts'
import { Button } from '../design/button.tsx'
import { Skeleton } from '../design/empty-state.tsx'
import { format, plural } from '../design/format.ts'
import { ShownText } from '../design/shown-text.tsx'
import { Who } from '../design/who.tsx'

/** What a week of questions and answers says: too many, never used, could be narrower. */
export function DigestView() {
  const { permissions, link } = useStores()
  const { digest, loadDigest, fault } = useStore(permissions)
  const ready = useStore(link, ({ broker }) => broker.state === 'ready')
  const now = useNow()
  useEffect(() => {
    if (ready) void loadDigest()
  }, [ready, loadDigest])
  if (!digest) return fault ? <p className="dim">{fault}</p> : <Skeleton />
  return (
    <>
      <section className="section" aria-label="Questions each hour">
        <header>
          <h2>Questions each hour</h2>
          <span className="faint">since {format.moment(digest.since, now)}</span>
        </header>
        <div className="card prompts">
          <PromptBars hours={digest.promptsPerHour} />
          {digest.askedMost.length > 0 && (
            <ol>
              {digest.askedMost.map(({ who, count }) => (
                <li key={who}>
                  <ShownText text={who} field="agent" />
                  <span className="number faint">{plural(count, 'question')}</span>
                </li>
              ))}
            </ol>
          )}
        </div>
      </section>
      <Suggestions digest={digest} onDone={() => void loadDigest()} />
      <Unused digest={digest} />
    </>
  )
}

/** Of so few a picture is not filled: one hour would be one block. The newest stands at the right. */
const FEWEST_HOURS = 24
const HOUR_MS = 3_600_000

function PromptBars({ hours }: { hours: Digest['promptsPerHour'] }) {
  const most = Math.max(1, ...hours.map(({ count }) => count))
  const total = hours.reduce((sum, { count }) => sum + count, 0)
  const width = Math.max(hours.length, FEWEST_HOURS)
  const first = hours[0]
  const last = hours.at(-1)
  return (
    <figure>
      <svg
        viewBox={`0 0 ${width} 56`}
        preserveAspectRatio="none"
        role="img"
        aria-label={`${plural(total, 'question')} in all, at most ${most} in an hour`}
      >
        {hours.map(({ hour, count }, at) => (
          <rect
            key={hour}
            x={width - hours.length + at + 0.12}
            width={0.76}
            y={56 - (count / most) * 52}
            height={(count / most) * 52}
          />
        ))}
        <path d={`M0 55.5 H ${width}`} vectorEffect="non-scaling-stroke" />
      </svg>
      <figcaption className="faint small">
        <span>{first && format.moment(first.hour - (width - hours.length) * HOUR_MS, Date.now())}</span>
        <span>at most {plural(most, 'question')} an hour</span>
        <span>{last && 'now'}</span>
      </figcaption>
    </figure>
  )
}

function Suggestions({ digest, onDone }: { digest: Digest; onDone: () => void }) {
  const { bridge } = useStores()
  const act = useAct()
  const accept = async (id: string) => {
    if (await act('The perimeter was not changed', () => bridge.call('digest.accept', { id }))) onDone()
  }
  return (
    <section className="section" aria-label="Narrower perimeters">
      <header>
        <h2>Could be narrower</h2>
        <span className="faint">from what really happened; each line is yours to take</span>
      </header>
      {digest.suggestions.length === 0 ? (
        <p className="dim">Nothing to suggest: what the agents may reach is what they use.</p>
      ) : (
        <ul className="card ruled plain-rows">
          {digest.suggestions.map(({ id, agentId, agentName, words }) => (
            <li key={id}>
              <Who id={agentId} name={agentName} />
              <span className="wrap-anywhere">
                <ShownText text={words} field="argument" />
              </span>
              <Button size="small" icon={<Check />} onClick={() => void accept(id)}>
                Accept
              </Button>
            </li>
          ))}
        </ul>
      )}
    </section>
  )
}

function Unused({ digest }: { digest: Digest }) {
  const { permissions } = useStores()
  const { revoke, loadDigest } = useStore(permissions)
  const act = useAct()
  const now = useNow()
  if (digest.unusedGrants.length === 0) return null
  return (
    <section className="section" aria-label="Never used">
      <header>
        <h2>Never used</h2>
      </header>
      <ul className="card ruled plain-rows two">
        {digest.unusedGrants.map((grant) => (
          <li key={grant.id}>
            <span className="wrap-anywhere">
              <ShownText text={grant.words} field="argument" />{' '}
              <span className="faint small">since {format.moment(grant.madeAt, now)}</span>
            </span>
            <Button
              size="small"
              onClick={() => void act('It was not revoked', () => revoke(grant.id)).then(() => loadDigest())}
            >
              Revoke
            </Button>
          </li>
        ))}
      </ul>
    </section>
  )
}
