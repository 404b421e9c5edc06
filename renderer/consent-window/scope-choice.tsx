import type { Question, ScopeKind, ScopeStep } from '../../contract/consent.ts'
import { format, plural } from '../design/format.ts'
import { ShownText } from '../design/shown-text.tsx'
import { type Draft, hasLadder, whyOff } from './draft.ts'
import { isSaidAbove } from './reasons.tsx'

/** For how long. Only what the gate can keep is on; what is off says why. */
export function ScopeChoice({
  question,
  draft,
  steps,
  onScope,
  onStep,
}: {
  question: Question
  draft: Draft
  steps: ScopeStep[]
  onScope: (scope: ScopeKind) => void
  onStep: (step: number) => void
}) {
  const off = whyOff(question)
  const onlyOnce = question.offers.every(({ kind, enabled }) => enabled === (kind === 'once'))
  return (
    <fieldset className="scope" aria-describedby={off.length > 0 ? 'why-off' : undefined}>
      <legend>For how long</legend>
      <div className="scopes">
        {question.offers.map(({ kind, label, enabled, reason }) => (
          <label key={kind} className={enabled ? '' : 'off'} title={reason || undefined}>
            <input
              type="radio"
              name="scope"
              value={kind}
              data-control={`scope-${kind}`}
              checked={draft.scope === kind}
              disabled={!enabled}
              onChange={() => onScope(kind)}
            />
            <span>{label}</span>
          </label>
        ))}
      </div>
      {off.length > 0 && (
        <div id="why-off" className="why-off">
          {off.map(({ labels, reason }) => (
            <p key={reason}>
              {onlyOnce && off.length === 1 ? 'Longer isn’t offered' : `Not “${labels.join('”, “')}”`}
              {isSaidAbove(question, reason) ? ', for the reason above.' : `. ${reason}`}
            </p>
          ))}
        </div>
      )}
      {hasLadder(question, draft.scope) && <Ladder steps={steps} step={draft.step} onStep={onStep} />}
    </fieldset>
  )
}

/** From exactly this outward; beside each step what it would have met in the recorded past. */
function Ladder({
  steps,
  step,
  onStep,
}: {
  steps: ScopeStep[]
  step: number
  onStep: (step: number) => void
}) {
  const chosen = steps[step]
  if (!chosen) return null
  return (
    <div className="ladder">
      {steps.length > 1 && (
        <div className="ladder-slide">
          <span aria-hidden="true">exactly this</span>
          <input
            type="range"
            aria-label="How wide"
            aria-valuetext={chosen.words}
            min={0}
            max={steps.length - 1}
            step={1}
            value={step}
            list="ladder-steps"
            data-control="step"
            onChange={(event) => onStep(Number(event.target.value))}
          />
          <datalist id="ladder-steps">
            {steps.map((_, at) => (
              // biome-ignore lint/suspicious/noArrayIndexKey: steps never move
              <option key={at} value={at} />
            ))}
          </datalist>
          <span aria-hidden="true">wider</span>
        </div>
      )}
      <p className="ladder-words">
        <ShownText text={chosen.words} field="argument" />
      </p>
      <p className="ladder-past" aria-live="polite">
        {describeReplay(chosen)}
      </p>
    </div>
  )
}

export function describeReplay({ replay }: Pick<ScopeStep, 'replay'>): string {
  if (!replay) return 'Reading what this would have met in the past …'
  if (replay.since === null || replay.allowed + replay.deniedThen === 0)
    return 'Nothing in the record would have met this rule.'
  const since = format.moment(replay.since, Date.now())
  const met = `Since ${since} this would have let ${plural(replay.allowed, 'request')} through without a question`
  return replay.deniedThen > 0
    ? `${met}, and ${format.count(replay.deniedThen)} that you denied then.`
    : `${met}.`
}
