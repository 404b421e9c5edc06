import { useState } from 'react'
import type { Question } from '../../contract/consent.ts'
import { plural } from '../design/format.ts'
import { Lamps } from '../design/lamps.tsx'
import { ShownText } from '../design/shown-text.tsx'

/** Why this is asked: the rule that made it first, the others on request, beside the three lamps. */
export function Reasons({ question }: { question: Question }) {
  const [all, setAll] = useState(false)
  const shown = all ? question.because : question.because.slice(0, 2)
  return (
    <section className={`reasons ${question.risk}`} aria-label="Why this is asked" id="why">
      <Lamps lamps={question.lamps} />
      <div>
        {shown.map(({ rule, text }) => (
          <p key={rule + text}>
            <ShownText text={text} field="reason" />
          </p>
        ))}
        {question.because.length > 2 && (
          <button type="button" className="link-button small" onClick={() => setAll(!all)}>
            {all ? 'Fewer reasons' : plural(question.because.length - 2, 'more reason')}
          </button>
        )}
      </div>
    </section>
  )
}
