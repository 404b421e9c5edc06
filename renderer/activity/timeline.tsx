/**
 * Lanes of the last minutes, up to a year: one an agent, newest at the right. Allowed work is the lane's own quiet bars;
 * what was asked, denied or stopped has its mark's shape and stands out. Dragging over a stretch shows only that.
 */
import { type PointerEvent, useEffect, useRef, useState } from 'react'
import { useStore } from 'zustand'
import { useStores } from '../app/stores.ts'
import { Select } from '../design/field.tsx'
import { format } from '../design/format.ts'
import { MARK_PATHS, type MarkKind } from '../design/mark.tsx'
import { useHues } from '../design/who.tsx'
import { BUCKETS, type Lanes } from './activity-store.ts'

const SPANS = {
  '15': 15,
  '60': 60,
  '1440': 1440,
  '10080': 10_080,
  '43200': 43_200,
  '525600': 525_600,
} as const
type Span = keyof typeof SPANS
const SPAN_CHOICES: { value: Span | ''; label: string }[] = [
  { value: '15', label: '15 minutes' },
  { value: '60', label: 'Last hour' },
  { value: '1440', label: 'Last day' },
  { value: '10080', label: 'Last week' },
  { value: '43200', label: 'Last month' },
  { value: '525600', label: 'Last year' },
]
const LANE = 20
/** More than these are shown when they are asked for: the rows below need the room. */
const FIRST_LANES = 5

export function Timeline() {
  const { activity, link } = useStores()
  const { timeline, loadTimeline, filter, setFilter, total } = useStore(activity)
  const ready = useStore(link, ({ broker }) => broker.state === 'ready')
  const [span, setSpan] = useState<Span>('60')
  const [all, setAll] = useState(false)
  const latest = useRef(total)
  const { between } = filter
  // biome-ignore lint/correctness/useExhaustiveDependencies: another stretch is another picture
  useEffect(() => {
    if (!ready) return
    const load = () => void loadTimeline(SPANS[span] * 60_000)
    load()
    // New rows move the picture at most every two seconds, and only while someone looks.
    const timer = setInterval(() => {
      const { total: now } = activity.getState()
      if (document.hidden || (now === latest.current && span !== '15')) return
      latest.current = now
      load()
    }, 2_000)
    return () => clearInterval(timer)
  }, [ready, span, between, loadTimeline, activity])
  const { shown: lanes, more } = lanesShown(timeline?.lanes ?? [], all)
  const scrolls = lanes.length > FIRST_LANES
  return (
    <section className="timeline" aria-label="Timeline">
      <section
        className={scrolls ? 'lanes card all' : 'lanes card'}
        id="lanes"
        aria-label="Lanes"
        tabIndex={scrolls ? 0 : undefined}
      >
        <div className="lane-side">
          <LaneNames lanes={lanes} />
          <Select
            slim
            aria-label="Span of the timeline"
            value={between ? '' : span}
            choices={[...SPAN_CHOICES, ...(between ? [{ value: '' as const, label: 'Chosen' }] : [])]}
            onChange={(next) => {
              if (next !== '') setSpan(next)
              if (between) setFilter({ between: null })
            }}
          />
        </div>
        {timeline && (
          <LanePicture
            lanes={lanes}
            since={timeline.since}
            until={timeline.until}
            onZoom={(since, until) => setFilter({ between: { since, until } })}
          />
        )}
      </section>
      {more !== '' && (
        <button
          type="button"
          className="link-button lanes-more"
          aria-expanded={all}
          aria-controls="lanes"
          onClick={() => setAll(!all)}
        >
          {more}
        </button>
      )}
    </section>
  )
}

/** What is shown of so many lanes, and the word of the button for the others; '' when there are none. */
export function lanesShown<T>(lanes: T[], all: boolean): { shown: T[]; more: string } {
  const others = lanes.length - FIRST_LANES
  if (others <= 0) return { shown: lanes, more: '' }
  if (all) return { shown: lanes, more: 'Show fewer agents' }
  return { shown: lanes.slice(0, FIRST_LANES), more: `Show ${others} more agent${others === 1 ? '' : 's'}` }
}

function LaneNames({ lanes }: { lanes: Lanes }) {
  return (
    <ul className="lane-names">
      {lanes.map(({ principalId, name, points }) => (
        <li key={principalId} className="truncate" title={describeLane(points)}>
          <bdi>{name || 'Sallyport'}</bdi>
          <span className="visually-hidden">: {describeLane(points)}</span>
        </li>
      ))}
      {lanes.length === 0 && <li className="faint">Nothing in this time</li>}
    </ul>
  )
}

function describeLane(points: Lanes[number]['points']): string {
  const sum = (key: 'allow' | 'ask' | 'deny' | 'stop') => points.reduce((all, point) => all + point[key], 0)
  return `${sum('allow')} allowed, ${sum('ask')} asked, ${sum('deny')} denied, ${sum('stop')} stopped`
}

function LanePicture({
  lanes,
  since,
  until,
  onZoom,
}: {
  lanes: Lanes
  since: number
  until: number
  onZoom: (since: number, until: number) => void
}) {
  const hue = useHues()
  const [drag, setDrag] = useState<{ from: number; to: number } | null>(null)
  const height = Math.max(lanes.length, 1) * LANE
  const shareOf = (event: PointerEvent<HTMLElement>) => {
    const box = event.currentTarget.getBoundingClientRect()
    return Math.min(1, Math.max(0, (event.clientX - box.left) / box.width))
  }
  const timeAt = (share: number) => Math.round(since + share * (until - since))
  const end = () => {
    if (drag && Math.abs(drag.to - drag.from) > 0.01)
      onZoom(timeAt(Math.min(drag.from, drag.to)), timeAt(Math.max(drag.from, drag.to)))
    setDrag(null)
  }
  return (
    <div
      className="lane-picture"
      aria-hidden="true"
      onPointerDown={(event) => {
        event.currentTarget.setPointerCapture(event.pointerId)
        const at = shareOf(event)
        setDrag({ from: at, to: at })
      }}
      onPointerMove={(event) => drag && setDrag({ ...drag, to: shareOf(event) })}
      onPointerUp={end}
      onPointerCancel={() => setDrag(null)}
    >
      <svg
        aria-hidden="true"
        viewBox={`0 0 ${BUCKETS} ${height}`}
        preserveAspectRatio="none"
        style={{ height: `${height}px` }}
      >
        {lanes.map(({ principalId, points }, at) => (
          <g key={principalId} className={hue(principalId)}>
            <path
              className="lane-line"
              d={`M0 ${at * LANE + 10.5} H ${BUCKETS}`}
              vectorEffect="non-scaling-stroke"
            />
            <path className="lane-work" d={workPath(points, at)} />
          </g>
        ))}
      </svg>
      <Marks lanes={lanes} />
      {drag && (
        <i
          className="lane-drag"
          style={{
            left: `${Math.min(drag.from, drag.to) * 100}%`,
            width: `${Math.abs(drag.to - drag.from) * 100}%`,
          }}
        />
      )}
      <div className="lane-times number">
        {[0.1, 0.3, 0.5, 0.7, 0.9].map((share) => (
          <span key={share} style={{ left: `${share * 100}%` }}>
            {timeLabel(timeAt(share), since, until)}
          </span>
        ))}
      </div>
    </div>
  )
}

/** As exact as it takes for two labels to differ: a day, a minute, a second. */
export function timeLabel(at: number, since: number, until: number): string {
  const span = until - since
  if (span > 2 * 86_400_000) return format.moment(at, until).replace(/ \d\d:\d\d$/, '')
  return span > 10 * 60_000 ? format.minute(at) : format.clock(at)
}

/** A bar a bucket, higher with more work, in one path: a hundred lanes would still be a hundred elements. */
export function workPath(points: Lanes[number]['points'], lane: number): string {
  return points
    .filter(({ allow }) => allow > 0)
    .map(({ bucket, allow }) => {
      const half = Math.min(6, 2 + Math.log2(allow + 1))
      return `M${bucket} ${lane * LANE + 10.5 - half}h.8v${half * 2}h-.8z`
    })
    .join('')
}

/** Marks are placed in percent and keep their shape, however wide the picture is. */
function Marks({ lanes }: { lanes: Lanes }) {
  return lanes.flatMap(({ principalId, points }, lane) =>
    points.flatMap(({ bucket, ask, deny, stop }) => {
      const kind: MarkKind | null = stop > 0 ? 'stop' : deny > 0 ? 'deny' : ask > 0 ? 'ask' : null
      if (!kind) return []
      return [
        <svg
          key={`${principalId} ${bucket}`}
          className={`lane-mark shape ${kind}`}
          viewBox="0 0 12 12"
          aria-hidden="true"
          style={{ left: `${((bucket + 0.5) / BUCKETS) * 100}%`, top: `${lane * LANE + 5}px` }}
        >
          <path d={MARK_PATHS[kind]} fill="currentColor" />
        </svg>,
      ]
    }),
  )
}
