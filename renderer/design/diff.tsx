import { useMemo } from 'react'
import { ShownText } from './shown-text.tsx'

export interface DiffLine {
  kind: 'add' | 'remove' | 'same' | 'hunk'
  text: string
}

const HUNK = /^@@ -(?:\d+|\?)(?:,(\d+))? \+(?:\d+|\?)(?:,(\d+))? @@/

/**
 * Reads a unified diff into lines. File headers are dropped, because the path stands above the box; of several files,
 * each after the first begins with its name. Where a hunk ends its own counts say: a line in it may look like a header.
 */
export function readDiff(diff: string): DiffLine[] {
  const lines: DiffLine[] = []
  let left = { old: 0, now: 0 }
  for (const line of diff.replace(/\n$/, '').split('\n')) {
    const hunk = left.old > 0 || left.now > 0 ? null : HUNK.exec(line)
    if (hunk) {
      left = { old: Number(hunk[1] ?? 1), now: Number(hunk[2] ?? 1) }
      lines.push({ kind: 'hunk', text: line })
    } else if (line.startsWith('\\')) lines.push({ kind: 'hunk', text: line.slice(2) })
    else if (left.old === 0 && left.now === 0) {
      const file = line.startsWith('+++ ') && lines.length > 0 ? line.slice(4).split('\t')[0] : undefined
      if (file) lines.push({ kind: 'hunk', text: file })
    } else {
      const kind = line.startsWith('+') ? 'add' : line.startsWith('-') ? 'remove' : 'same'
      if (kind !== 'add') left.old--
      if (kind !== 'remove') left.now--
      lines.push({ kind, text: line.slice(1) })
    }
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
