import type { Origin, OriginSpan } from '../../contract/origin.ts'
import { describeOrigin } from './describe-origin.ts'
import { ShownText } from './shown-text.tsx'

/** One line for each source that the underlines in a text stand for. */
export function OriginLegend({ spans }: { spans: OriginSpan[] }) {
  const now = Date.now()
  const sources = new Map<string, Origin>()
  for (const { origin } of spans) sources.set(`${origin.kind} ${describeOrigin(origin, now).source}`, origin)
  if (sources.size === 0) return null
  return (
    <ul className="origin-legend" aria-label="Where it came from">
      {[...sources].map(([key, origin]) => {
        const { words, source, when } = describeOrigin(origin, now)
        return (
          <li key={key}>
            <i className={`origin ${origin.kind}`} aria-hidden="true" />
            <span className="wrap-anywhere">
              {words}
              {source && (
                <>
                  {': '}
                  <ShownText text={source} field="path" />
                </>
              )}
              {when && <>, {when}</>}
            </span>
          </li>
        )
      })}
    </ul>
  )
}
