import { useCallback, useState } from 'react'
import type { ExactLine, Question } from '../../contract/consent.ts'
import { Diff } from '../design/diff.tsx'
import { OriginLegend } from '../design/origin-legend.tsx'
import { ShownText } from '../design/shown-text.tsx'
import { fieldOf } from './field-of.ts'
import { ScrollBox } from './scroll-box.tsx'

/** Names of the boxes that must be seen to their end before a yes. */
export function boxesOf(question: Question): string[] {
  const lines = question.exact.some((line) => !line.long) ? ['lines'] : []
  const long = question.exact.flatMap((line, at) => (line.long ? [`line ${at}`] : []))
  if (question.diff === null) return [...lines, ...long]
  return isChange(question) ? [...lines, 'text'] : [...lines, ...long, 'diff']
}

/** The diff says all that the new text says. */
function isChange({ diff, diffPart, exact }: Question): boolean {
  return diff !== null && !diffPart && exact.filter((line) => line.long).length === 1
}

/** The request as it will run, whole: nothing is cut off, and what hides is drawn. */
export function ExactRequest({
  question,
  onSeen,
}: {
  question: Question
  onSeen: (box: string, whole: boolean) => void
}) {
  const short = question.exact.filter(({ long }) => !long)
  const long = question.exact.flatMap((line, at) => (line.long ? [{ line, at }] : []))
  const asChange = isChange(question)
  return (
    <section className="request" aria-label="The exact request">
      {short.length > 0 && <ShortLines lines={short} onSeen={onSeen} />}
      {asChange && question.diff !== null && long[0] && (
        <ChangeBox diff={question.diff} line={long[0].line} onSeen={(whole) => onSeen('text', whole)} />
      )}
      {!asChange && question.diff !== null && (
        <div className="long">
          <span className="long-label">{question.diffPart ? 'what changes, in part' : 'what changes'}</span>
          <ScrollBox className="long-text" label="What changes" onSeen={(whole) => onSeen('diff', whole)}>
            <Diff diff={question.diff} label="What changes" still />
          </ScrollBox>
        </div>
      )}
      {!asChange &&
        long.map(({ line, at }) => (
          <LongBox key={at} line={line} onSeen={(whole) => onSeen(`line ${at}`, whole)} />
        ))}
      <OriginLegend spans={question.exact.flatMap(({ spans }) => spans)} />
    </section>
  )
}

/** Lines that are short each; many of them scroll in a box of their own. */
function ShortLines({
  lines,
  onSeen,
}: {
  lines: ExactLine[]
  onSeen: (box: string, whole: boolean) => void
}) {
  const seeLines = useCallback((whole: boolean) => onSeen('lines', whole), [onSeen])
  return (
    <ScrollBox className="lines" label="The exact request, line by line" onSeen={seeLines}>
      <dl>
        {lines.map((line, at) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: the lines of one question never move
          <div key={at}>
            <dt>{line.label}</dt>
            <dd>
              <ShownText text={line.text} field={fieldOf(line)} spans={line.spans} block />
            </dd>
          </div>
        ))}
      </dl>
    </ScrollBox>
  )
}

function LongBox({ line, onSeen }: { line: ExactLine; onSeen: (whole: boolean) => void }) {
  return (
    <div className="long">
      <span className="long-label">{line.label}</span>
      <ScrollBox className="long-text" label={line.label} onSeen={onSeen}>
        <ShownText text={line.text} field="argument" spans={line.spans} block />
      </ScrollBox>
    </div>
  )
}

/** A write over existing content: the change, or the new text in full. Either one seen to its end will do. */
function ChangeBox({
  diff,
  line,
  onSeen,
}: {
  diff: string
  line: ExactLine
  onSeen: (whole: boolean) => void
}) {
  const [whole, setWhole] = useState(false)
  return (
    <div className="long">
      <div className="long-head">
        <span className="long-label">{line.label}</span>
        <button type="button" className="link-button small" onClick={() => setWhole(!whole)}>
          {whole ? 'Show what changes' : 'Show the new text in full'}
        </button>
      </div>
      {whole ? (
        <ScrollBox key="whole" className="long-text" label="The new text in full" onSeen={onSeen}>
          <ShownText text={line.text} field="argument" spans={line.spans} block />
        </ScrollBox>
      ) : (
        <ScrollBox key="diff" className="long-text" label="What changes" onSeen={onSeen}>
          <Diff diff={diff} label="What changes" still />
        </ScrollBox>
      )}
    </div>
  )
}
