import { useMemo } from 'react'
import { ShownText } from './shown-text.tsx'

export interface DiffLine {
  kind: 'add' | 'remove' | 'same' | 'hunk'
  text: string
}

/** Reads a unified diff into lines. File headers are dropped: the path stands above the box. */
export function readDiff(diff: string): DiffLine[] {
  const lines: DiffLine[] = []
  let inHunk = false
  for (const line of diff.replace(/\n$/, '').split('\n')) {
    if (line.startsWith('@@')) {
      inHunk = true
      lines.push({ kind: 'hunk', text: line })
    } else if (!inHunk) {
    } else if (line.startsWith('+')) lines.push({ kind: 'add', text: line.slice(1) })
    else if (line.startsWith('-')) lines.push({ kind: 'remove', text: line.slice(1) })
    else if (line.startsWith('\\')) lines.push({ kind: 'hunk', text: line.slice(2) })
    else lines.push({ kind: 'same', text: line.slice(1) })
  }
  return lines
}

const SIGN = { add: '+', remove: '−', same: '', hunk: '' }

/** A unified diff with sign, color and every hidden character drawn. `still` when it stands in a box that scrolls already. */
export function Diff({ diff, label, still = false }: { diff: string; label: string; still?: boolean }) {
  const lines = useMemo(() => readDiff(diff), [diff])
  const drawn = lines.map((line, at) => (
    // biome-ignore lint/suspicious/noArrayIndexKey: lines of a diff never move
    <div key={at} className={line.kind}>
      <b aria-hidden={SIGN[line.kind] === ''}>{SIGN[line.kind]}</b>
      <span>
        <ShownText text={line.text} field="argument" />
      </span>
    </div>
  ))
  if (still) return <div className="diff still">{drawn}</div>
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: a box that scrolls must be reachable by keyboard
    <section className="diff" aria-label={label} tabIndex={0}>
      {drawn}
    </section>
  )
}
