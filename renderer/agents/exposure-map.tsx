/**
 * The exposure map: a picture and its words in one. At the left the agent, then the gate, then everything that lies
 * within reach, in groups. A line from the gate to each thing says how it is reached: a whole green line quietly, a
 * dashed amber one after asking, a red one that ends before it never.
 */
import { Lock } from 'lucide-react'
import { useLayoutEffect, useRef, useState } from 'react'
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
const WIDTH = 200

/** The groups that are shown, each with its lines: one without any is shown where that says something. */
export function groupLines(lines: ExposureLine[]): { label: string; none: string; lines: ExposureLine[] }[] {
  return GROUPS.map(({ group, label, none }) => ({
    label,
    none,
    lines: lines.filter((line) => line.group === group),
  })).filter(({ lines, none }) => lines.length > 0 || none !== '')
}

export function ExposureMap({ agent, lines }: { agent: Agent; lines: ExposureLine[] }) {
  const groups = groupLines(lines)
  const reached = groups.flatMap(({ lines }) => lines).filter((line) => !isPlain(line))
  const { words, height, middles } = useMiddles(lines)
  const hue = useHues()
  const middle = Math.min(height / 2, 150)
  return (
    <div className="exposure card">
      <div className="exposure-in">
        <svg
          className="exposure-lines"
          viewBox={`0 0 ${WIDTH} ${height}`}
          width={WIDTH}
          height={height}
          aria-hidden="true"
        >
          <path className="to-gate" d={`M30 ${middle} H 76`} />
          {reached.map((line, n) => {
            const y = middles[n]
            return (
              y !== undefined && (
                <path key={line.group + line.target + y} className={line.level} d={pathTo(line, y, middle)} />
              )
            )
          })}
          <rect className={`agent ${hue(agent.id)}`} x="6" y={middle - 12} width="24" height="24" rx="6" />
          <path className="gate-outer" d={`M78 ${middle + 22} v -22 a 16 16 0 0 1 32 0 v 22`} />
          <path className="gate-inner" d={`M88 ${middle + 22} v -20 a 6 6 0 0 1 12 0 v 20`} />
        </svg>
        <div className={lines.some(saysFrom) ? 'exposure-words' : 'exposure-words all-yours'} ref={words}>
          {groups.map(({ label, none, lines }) => (
            <section key={label} aria-label={label}>
              <h3>{label}</h3>
              {lines.length === 0 && <p className="faint none">{none}</p>}
              <ul>
                {lines.map((line, n) => (
                  // biome-ignore lint/suspicious/noArrayIndexKey: two lines may say the same
                  <li key={line.target + n} data-reached={isPlain(line) ? undefined : ''}>
                    <Row line={line} />
                  </li>
                ))}
              </ul>
            </section>
          ))}
        </div>
      </div>
    </div>
  )
}

/** How high the words stand, and where the middle of each thing lies that a line leads to: a long name is shown whole. */
function useMiddles(lines: ExposureLine[]) {
  const words = useRef<HTMLDivElement>(null)
  const [places, setPlaces] = useState<{ height: number; middles: number[] }>({ height: 0, middles: [] })
  // biome-ignore lint/correctness/useExhaustiveDependencies: other lines lie elsewhere
  useLayoutEffect(() => {
    const element = words.current
    if (element === null) return
    const measure = () => {
      const rows = element.querySelectorAll<HTMLElement>('li[data-reached]')
      setPlaces({
        height: element.offsetHeight,
        middles: Array.from(rows, (row) => row.offsetTop + row.offsetHeight / 2),
      })
    }
    const observer = new ResizeObserver(measure)
    observer.observe(element)
    measure()
    return () => observer.disconnect()
  }, [lines])
  return { words, ...places }
}

function Row({ line }: { line: ExposureLine }) {
  const plain = isPlain(line)
  return (
    <>
      {plain ? <span className="no-shape" /> : <Shape kind={line.level} />}
      <span className={plain ? 'target' : 'target mono'}>
        <ShownText text={line.target} field="path" />
      </span>
      <span className="words dim">{line.words}</span>
      {!plain && <span className="visually-hidden">{LEVEL_WORDS[line.level]}</span>}
      {saysFrom(line) && (
        <span className="from faint small">
          {line.locked ? (
            <span title={line.locked} className="locked">
              <Lock aria-hidden="true" /> {line.from}
            </span>
          ) : (
            line.from
          )}
        </span>
      )}
    </>
  )
}

/** What the person wrote into this perimeter needs no word of where it is from. */
const saysFrom = ({ locked, from }: ExposureLine): boolean =>
  locked !== '' || (from !== '' && !from.includes('perimeter'))

/** Tools and budgets are not reached; they are how, and how much. */
function isPlain({ group }: ExposureLine): boolean {
  return group === 'tools' || group === 'budgets'
}

function pathTo(line: ExposureLine, y: number, middle: number): string {
  const end = line.level === 'deny' ? WIDTH - 14 : WIDTH - 2
  const bar = line.level === 'deny' ? `M${end} ${y - 5} V ${y + 5}` : ''
  return `M112 ${middle} C 150 ${middle} 150 ${y} ${end} ${y} ${bar}`
}
