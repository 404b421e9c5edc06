/**
 * The four marks. A green dot let it through, an amber diamond asked, a red octagon said no, a red square stopped it.
 * Shape and word carry the meaning and the color comes third, so the mark reads the same in gray and to a screen
 * reader. Rows, lanes, questions and receipts all draw these and no others.
 */
export type MarkKind = 'allow' | 'ask' | 'deny' | 'stop'

export const MARK_PATHS: Record<MarkKind, string> = {
  allow: 'M6 .8a5.2 5.2 0 1 1 0 10.4A5.2 5.2 0 0 1 6 .8z',
  ask: 'M6 .3 11.7 6 6 11.7.3 6z',
  deny: 'M3.7.6h4.6l3.1 3.1v4.6l-3.1 3.1H3.7L.6 8.3V3.7z',
  stop: 'M2.2 1h7.6A1.2 1.2 0 0 1 11 2.2v7.6A1.2 1.2 0 0 1 9.8 11H2.2A1.2 1.2 0 0 1 1 9.8V2.2A1.2 1.2 0 0 1 2.2 1z',
}

/** The bare shape, for places where the word stands beside it anyway. */
export function Shape({ kind }: { kind: MarkKind }) {
  return (
    <svg className={`shape ${kind}`} viewBox="0 0 12 12" aria-hidden="true">
      <path d={MARK_PATHS[kind]} fill="currentColor" />
    </svg>
  )
}

/** `quiet` is for the many allowed rows: gray word, small green dot. */
export function Mark({
  kind,
  word,
  quiet = false,
  bare = false,
}: {
  kind: MarkKind
  word: string
  quiet?: boolean
  bare?: boolean
}) {
  return (
    <span className={`mark ${kind}${quiet ? ' quiet' : ''}${bare ? ' bare' : ''}`}>
      <svg viewBox="0 0 12 12" aria-hidden="true">
        <path d={MARK_PATHS[kind]} fill="currentColor" />
      </svg>
      {word}
    </span>
  )
}
