import { type CSSProperties, type Ref, useState } from 'react'
import type { Question } from '../../contract/consent.ts'
import { Button } from '../design/button.tsx'
import { format, lowerFirst } from '../design/format.ts'
import type { Draft } from './draft.ts'
import type { GuardView } from './use-answer-guard.ts'

export interface AnswerBarProps {
  question: Question
  draft: Draft
  guard: GuardView
  /** What is to do before a yes; empty when nothing is. */
  left: string
  sending: boolean
  denyRef: Ref<HTMLButtonElement>
  onDeny: (pauseAgent: boolean, byKey: boolean) => void
  onChange: (change: Partial<Draft>) => void
}

const SAID: Record<GuardView['phase'], string> = {
  blocked: '',
  inert: '',
  live: '',
  holding: 'Keep holding',
  armed: 'Press once more to confirm',
}

/** The No is the filled one and has the focus. The Yes is plain, at the far end, and never moves. */
export function AnswerBar(props: AnswerBarProps) {
  const { question, guard, left, sending, denyRef, onDeny } = props
  const { denyLabel, allowLabel, holdMs, inertMs } = question
  const ready = !sending && (guard.phase === 'live' || guard.phase === 'holding' || guard.phase === 'armed')
  const style = { '--hold-ms': `${holdMs}ms`, '--inert-ms': `${inertMs}ms` } as CSSProperties
  return (
    <footer className="answers">
      <div className="buttons">
        <button
          ref={denyRef}
          type="button"
          className="button primary answer"
          data-control="deny"
          disabled={sending}
          onClick={(event) => onDeny(false, event.detail === 0)}
        >
          {denyLabel}
        </button>
        <Button
          className="answer"
          data-control="deny-pause"
          disabled={sending}
          onClick={(event) => onDeny(true, event.detail === 0)}
        >
          Don’t, and pause agent
        </Button>
        <span className="grow" />
        <button
          type="button"
          className={`button answer yes ${guard.phase}`}
          data-control="allow"
          style={style}
          aria-disabled={!ready}
          aria-describedby="before-yes"
          {...guard.button}
        >
          <i aria-hidden="true" />
          <span>{holdMs > 0 ? `Hold to ${lowerFirst(allowLabel)}` : allowLabel}</span>
        </button>
      </div>
      <div className="below">
        <BelowNo {...props} />
        <span id="before-yes" className="before-yes">
          {left || SAID[guard.phase]}
        </span>
      </div>
    </footer>
  )
}

/** One line of fixed height: when silence becomes a no, or, on request, words for the agent. */
function BelowNo({ question, draft, onChange }: AnswerBarProps) {
  const [open, setOpen] = useState(draft.reason !== '')
  if (!open) {
    return (
      <span className="silence">
        No answer by {format.minute(question.expiresAt)} is a no.{' '}
        <button
          type="button"
          className="link-button"
          data-control="give-reason"
          onClick={() => setOpen(true)}
        >
          Say why not
        </button>
      </span>
    )
  }
  const canRemember = draft.scope !== null && draft.scope !== 'once'
  return (
    <span className="reason">
      <input
        // biome-ignore lint/a11y/noAutofocus: the person has just asked for this field
        autoFocus
        className="input"
        aria-label="Why not: the agent is told"
        placeholder="Why not? The agent is told."
        maxLength={500}
        value={draft.reason}
        data-control="reason"
        onChange={(event) => onChange({ reason: event.target.value })}
        onKeyDown={(event) => event.key === 'Enter' && event.preventDefault()}
      />
      <label className="check" title={canRemember ? undefined : 'Choose above for how long to remember it'}>
        <input
          type="checkbox"
          disabled={!canRemember}
          checked={draft.rememberDeny && canRemember}
          onChange={(event) => onChange({ rememberDeny: event.target.checked })}
        />
        <span>Remember this no</span>
      </label>
    </span>
  )
}
