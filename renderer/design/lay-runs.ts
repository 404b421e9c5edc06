/** Lays origins over the runs in which a text is drawn. Pure; offsets are UTF-16 units of the raw text. */
import type { Origin, OriginSpan } from '../../contract/origin.ts'
import type { RunKind, ShownRun } from '../../contract/show-text.ts'

export interface Piece {
  shown: string
  kind: RunKind
  origin: Origin | null
}

/** The tick for line ends is styled only up to this many pieces; beyond, they are drawn plainly, but drawn. */
const MANY = 2_000

/** Where the least trusted of several origins lie over each other, that one shows. */
const WEIGHT: Record<Origin['kind'], number> = { person: 0, own: 1, model: 2, outside: 3 }

export function layRuns(runs: readonly ShownRun[], spans: readonly OriginSpan[]): Piece[] {
  const pieces: Piece[] = []
  const plainLines = runs.length > MANY
  let start = 0
  for (const run of runs) {
    const end = start + run.text.length
    const kind = plainLines && run.kind === 'newline' ? 'plain' : run.kind
    if (run.text === run.shown && spans.length > 0) {
      for (const [from, to] of cut(start, end, spans))
        push(pieces, {
          shown: run.text.slice(from - start, to - start),
          kind,
          origin: originAt(from, to, spans),
        })
    } else push(pieces, { shown: run.shown, kind, origin: originAt(start, end, spans) })
    start = end
  }
  return pieces
}

/** Splits a stretch where an origin begins or ends in it. */
function cut(start: number, end: number, spans: readonly OriginSpan[]): [number, number][] {
  const at = new Set([start, end])
  for (const span of spans) {
    if (span.start > start && span.start < end) at.add(span.start)
    if (span.end > start && span.end < end) at.add(span.end)
  }
  const points = [...at].sort((a, b) => a - b)
  return points.slice(1).map((to, index) => [points[index] ?? start, to])
}

function originAt(start: number, end: number, spans: readonly OriginSpan[]): Origin | null {
  let found: Origin | null = null
  for (const span of spans) {
    if (span.start >= end || span.end <= start) continue
    if (!found || WEIGHT[span.origin.kind] > WEIGHT[found.kind]) found = span.origin
  }
  return found
}

function push(pieces: Piece[], piece: Piece): void {
  const last = pieces.at(-1)
  if (last && last.kind === piece.kind && last.origin === piece.origin && piece.kind === 'plain')
    last.shown += piece.shown
  else pieces.push(piece)
}
