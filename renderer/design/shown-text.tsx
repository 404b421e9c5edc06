import { memo, useMemo } from 'react'
import type { OriginSpan } from '../../contract/origin.ts'
import { type ShownField, type ShownRun, showText } from '../../contract/show-text.ts'
import { describeOrigin } from './describe-origin.ts'
import { layRuns, type Piece } from './lay-runs.ts'

const NO_SPANS: OriginSpan[] = []
const PLAIN = /^[\x21-\x7e]+(?: [\x21-\x7e]+)*$/

/**
 * Text from others, drawn so that nothing in it hides, with its origins as underlines. `block` for exact bytes: their
 * own box in monospace, lines kept.
 */
export const ShownText = memo(function ShownText({
  text,
  field,
  spans = NO_SPANS,
  block = false,
  quietLines = false,
}: {
  text: string
  field: ShownField
  spans?: OriginSpan[]
  block?: boolean
  /** For text to read rather than to check: line ends break the line without a mark. */
  quietLines?: boolean
}) {
  const pieces = useMemo(() => {
    if (spans.length === 0 && PLAIN.test(text)) return null
    const { runs } = showText(text, field)
    return layRuns(quietLines ? runs.map(unmarkLine) : runs, spans)
  }, [text, field, spans, quietLines])
  const drawn = pieces ? pieces.map(drawPiece) : text
  return block ? <div className="exact">{drawn}</div> : <bdi>{drawn}</bdi>
})

function unmarkLine(run: ShownRun): ShownRun {
  return run.kind === 'newline' ? { ...run, shown: run.text, kind: 'plain' } : run
}

function drawPiece({ shown, kind, origin }: Piece, at: number) {
  const inner =
    kind === 'plain' ? (
      shown
    ) : (
      <span key={at} className={classOf(shown, kind)}>
        {shown}
      </span>
    )
  if (!origin) return inner
  const { words, source, when } = describeOrigin(origin, Date.now())
  return (
    <span
      key={at}
      className={`origin ${origin.kind}`}
      title={[words, source, when].filter(Boolean).join(', ')}
    >
      {inner}
    </span>
  )
}

function classOf(shown: string, kind: Piece['kind']): string {
  if (kind === 'newline' || /^⇥+$/.test(shown)) return 'line-tick'
  if (kind === 'bidi' && !shown.includes('⟨')) return 'right-to-left'
  return 'hidden-char'
}
