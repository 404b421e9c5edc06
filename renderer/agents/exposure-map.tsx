/**
 * The exposure map: a picture and its words in one. At the left the agent, then the gate, then everything that lies
 * within reach, in groups. A line from the gate to each thing says how it is reached: a whole green line quietly, a
 * dashed amber one after asking, a red one that ends before it never.
 */
import { Lock } from 'lucide-react'
import type { Agent, ExposureLine } from '../../contract/agent.ts'
import { Shape } from '../design/mark.tsx'
import { ShownText } from '../design/shown-text.tsx'
import { useHues } from '../design/who.tsx'

const GROUPS: { group: ExposureLine['group']; label: string; none: string }[] = [
  { group: 'folders', label: 'Folders', none: 'No folder' },
  { group: 'hosts', label: 'Web', none: 'No host' },
  { group: 'commands', label: 'Commands', none: 'No command' },
  { group: 'secrets', label: 'Secrets', none: 'No secret' },
  { group: 'tools', label: 'Tools', none: 'No tool' },
  { group: 'other', label: 'Other', none: '' },
  { group: 'budgets', label: 'Each run', none: '' },
]
const LEVEL_WORDS: Record<ExposureLine['level'], string> = {
  allow: 'quietly',
  ask: 'asks first',
  deny: 'never',
}
const ROW = 30
const TALL_ROW = 48
const HEAD = 30
const WIDTH = 200

interface Placed {
  head: { label: string; y: number }[]
  rows: { line: ExposureLine; y: number; height: number }[]
  none: { text: string; y: number }[]
  height: number
}

/** Rows of two fixed heights, for one line and for two, so that picture and words meet without measuring. */
export function placeLines(lines: ExposureLine[]): Placed {
  const placed: Placed = { head: [], rows: [], none: [], height: 0 }
  for (const { group, label, none } of GROUPS) {
    const own = lines.filter((line) => line.group === group)
    if (own.length === 0 && none === '') continue
    placed.head.push({ label, y: placed.height })
    placed.height += HEAD
    for (const line of own) {
      const height = line.words.length > 44 || line.target.length > 36 ? TALL_ROW : ROW
      placed.rows.push({ line, y: placed.height, height })
      placed.height += height
    }
    if (own.length === 0) {
      placed.none.push({ text: none, y: placed.height })
      placed.height += ROW
    }
  }
  return placed
}

export function ExposureMap({ agent, lines }: { agent: Agent; lines: ExposureLine[] }) {
  const { head, rows, none, height } = placeLines(lines)
  const hue = useHues()
  const middle = Math.min(height / 2, 150)
  const at = (y: number) => ({ top: `${y}px` })
  return (
    <div className="exposure card">
      <div className="exposure-in" style={{ height: `${height}px` }}>
        <svg
          className="exposure-lines"
          viewBox={`0 0 ${WIDTH} ${height}`}
          width={WIDTH}
          height={height}
          aria-hidden="true"
        >
          <path className="to-gate" d={`M30 ${middle} H 76`} />
          {rows
            .filter(({ line }) => !isPlain(line))
            .map(({ line, y, height: tall }) => (
              <path
                key={line.group + line.target + y}
                className={line.level}
                d={pathTo(line, y + tall / 2, middle)}
              />
            ))}
          <rect className={`agent ${hue(agent.id)}`} x="6" y={middle - 12} width="24" height="24" rx="6" />
          <path className="gate-outer" d={`M78 ${middle + 22} v -22 a 16 16 0 0 1 32 0 v 22`} />
          <path className="gate-inner" d={`M88 ${middle + 22} v -20 a 6 6 0 0 1 12 0 v 20`} />
        </svg>
        <div className="exposure-words">
          {head.map(({ label, y }) => (
            <h3 key={label} style={at(y)}>
              {label}
            </h3>
          ))}
          {none.map(({ text, y }) => (
            <p key={text} className="faint none" style={at(y)}>
              {text}
            </p>
          ))}
          <ul>
            {rows.map(({ line, y, height: tall }) => (
              <li key={line.group + line.target + y} style={{ top: `${y}px`, height: `${tall}px` }}>
                <Row line={line} />
              </li>
            ))}
          </ul>
        </div>
      </div>
    </div>
  )
}

function Row({ line }: { line: ExposureLine }) {
  const plain = isPlain(line)
  return (
    <>
      {plain ? <span className="no-shape" /> : <Shape kind={line.level} />}
      <span className={plain ? 'target' : 'target mono'} title={line.target}>
        <ShownText text={line.target} field="path" />
      </span>
      <span className="words dim" title={line.words}>
        {line.words}
      </span>
      {!plain && <span className="visually-hidden">{LEVEL_WORDS[line.level]}</span>}
      <span className="from faint small">
        {line.locked ? (
          <span title={line.locked} className="locked">
            <Lock aria-hidden="true" /> {line.from}
          </span>
        ) : (
          !line.from.includes('perimeter') && line.from
        )}
      </span>
    </>
  )
}

/** Tools and budgets are not reached; they are how, and how much. */
function isPlain({ group }: ExposureLine): boolean {
  return group === 'tools' || group === 'budgets'
}

function pathTo(line: ExposureLine, y: number, middle: number): string {
  const end = line.level === 'deny' ? WIDTH - 14 : WIDTH - 2
  const bar = line.level === 'deny' ? `M${end} ${y - 5} V ${y + 5}` : ''
  return `M112 ${middle} C 150 ${middle} 150 ${y} ${end} ${y} ${bar}`
}
