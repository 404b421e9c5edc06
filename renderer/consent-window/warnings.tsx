import { useMemo } from 'react'
import type { Question } from '../../contract/consent.ts'
import { type ShownField, showText } from '../../contract/show-text.ts'
import { Shape } from '../design/mark.tsx'

/** What was found in the question's texts that a reader could miss, each once, with the place where it stands. */
export function findWarnings(question: Question): { where: string; text: string }[] {
  const texts: [string, string, ShownField][] = [
    ['The title', question.title.object, 'argument'],
    ['The agent’s name', question.principal.name, 'agent'],
    ...question.exact.map(({ label, text }): [string, string, ShownField] => [
      `“${label}”`,
      text,
      fieldOf(label),
    ]),
  ]
  if (question.run) texts.push(['The task', question.run.title, 'argument'])
  if (question.secret) texts.push(['The purpose', question.secret.purpose, 'reason'])
  const found = new Map<string, { where: string; text: string }>()
  for (const [where, text, field] of texts)
    for (const warning of showText(text, field).warnings)
      if (!found.has(warning)) found.set(warning, { where, text: warning })
  return [...found.values()]
}

/** A line that names one path or address is read sign by sign; anything else may have lines of its own. */
export function fieldOf(label: string): ShownField {
  const word = label.toLowerCase()
  if (/^(url|address|request|host|to host)\b/.test(word)) return 'url'
  if (/^(path|file|folder|from|to|where|in)\b/.test(word)) return 'path'
  if (/^(command|program|runs?)\b/.test(word)) return 'command'
  return 'argument'
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
