import { useMemo } from 'react'
import type { Question } from '../../contract/consent.ts'
import { type ShownField, showText } from '../../contract/show-text.ts'
import { Shape } from '../design/mark.tsx'
import { fieldOf } from './field-of.ts'

/** What was found in the question's texts that a reader could miss, each once, with the places where it stands. */
export function findWarnings(question: Question): { where: string; text: string }[] {
  const texts: [string, string, ShownField][] = [
    ['The title', question.title.object, 'argument'],
    ['The title', question.title.tail, 'argument'],
    ['The agent’s name', question.principal.name, 'agent'],
    ...question.exact.map((line): [string, string, ShownField] => [
      `“${line.label}”`,
      line.text,
      fieldOf(line),
    ]),
  ]
  if (question.run) texts.push(['The task', question.run.title, 'argument'])
  if (question.secret) texts.push(['The purpose', question.secret.purpose, 'reason'])
  const found = new Map<string, string[]>()
  for (const [where, text, field] of texts) {
    for (const warning of showText(text, field).warnings) {
      const places = found.get(warning) ?? []
      if (!places.includes(where)) found.set(warning, [...places, where])
    }
  }
  return [...found].map(([text, places]) => ({ where: places.join(', '), text }))
}

export function Warnings({ question }: { question: Question }) {
  const warnings = useMemo(() => findWarnings(question), [question])
  if (warnings.length === 0) return null
  return (
    <ul className="warnings" aria-label="Take care">
      {warnings.map(({ where, text }) => (
        <li key={text}>
          <Shape kind="ask" />
          <span>
            <b className="strong">{where}:</b> {lower(text)}
          </span>
        </li>
      ))}
    </ul>
  )
}

function lower(text: string): string {
  return text.charAt(0).toLowerCase() + text.slice(1)
}
