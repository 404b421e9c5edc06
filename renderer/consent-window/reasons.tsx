import { useState } from 'react'
import type { Question } from '../../contract/consent.ts'
import { plural } from '../design/format.ts'
import { Lamps } from '../design/lamps.tsx'
import { ShownText } from '../design/shown-text.tsx'

const SHOWN = 2
/** A reason is read at a glance up to here; the rest is one press away. */
const GLANCE = 190

/** Cuts a long reason at the end of a part of it; null when it is short enough. */
export function firstPart(text: string): string | null {
  if (text.length <= GLANCE) return null
  const cut = Math.max(text.lastIndexOf('; ', GLANCE), text.lastIndexOf('. ', GLANCE))
  return `${text.slice(0, cut > 40 ? cut : text.lastIndexOf(' ', GLANCE)).replace(/[\s.;,:]+$/, '')} …`
}

/** Whether a reason stands there in full at a glance, and so need not be read twice. */
export function isSaidAbove({ because }: Pick<Question, 'because'>, reason: string): boolean {
  const bare = reason.replace(/[\s.…]+$/, '').toLowerCase()
  return because.slice(0, SHOWN).some(({ text }) => (firstPart(text) ?? text).toLowerCase().includes(bare))
}

/** Why this is asked: the rule that made it first, all else on request, beside the three lamps. */
export function Reasons({ question }: { question: Question }) {
  const [all, setAll] = useState(false)
  const { because } = question
  const hidden = because.length - SHOWN
  const shortened = because.slice(0, SHOWN).some(({ text }) => firstPart(text) !== null)
  return (
    <section className={`reasons ${question.risk}`} aria-label="Why this is asked" id="why">
      <Lamps lamps={question.lamps} />
      <div>
        {because.slice(0, all ? undefined : SHOWN).map(({ rule, text }) => (
          <p key={rule + text}>
            <ShownText text={all ? text : (firstPart(text) ?? text)} field="reason" />
          </p>
        ))}
        {(hidden > 0 || shortened) && (
          <button type="button" className="link-button small" onClick={() => setAll(!all)}>
            {all ? 'In short' : hidden > 0 ? plural(hidden, 'more reason') : 'In full'}
          </button>
        )}
      </div>
    </section>
  )
}
