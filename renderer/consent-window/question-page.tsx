/**
 * One question, whole. Top to bottom: what, who, exactly what, why, for how long, and the answer. Everything on it was
 * made by the broker and is drawn, never obeyed; the answer goes back with the hash of what stood here.
 */
import { useCallback, useEffect, useLayoutEffect, useRef, useState } from 'react'
import type { Answer, Question, ScopeStep } from '../../contract/consent.ts'
import { plural } from '../design/format.ts'
import { AnswerBar } from './answer-bar.tsx'
import { allowAnswer, type Draft, denyAnswer, hasLadder, startDraft, whatIsLeft } from './draft.ts'
import { boxesOf, ExactRequest } from './exact-request.tsx'
import { Asker, QuestionTitle } from './question-title.tsx'
import { Reasons } from './reasons.tsx'
import { ScopeChoice } from './scope-choice.tsx'
import { ScrollBox } from './scroll-box.tsx'
import { SecretCard, TaskCard } from './secret-card.tsx'
import { useAnswerGuard } from './use-answer-guard.ts'
import { Warnings } from './warnings.tsx'

export interface QuestionPageProps {
  question: Question
  /** How many other questions wait behind this one. */
  behind: number
  sending: boolean
  notice: string
  replay: ScopeStep[] | undefined
  /** What was typed for an earlier version of this question. */
  before: Draft | undefined
  /** The control that had the focus in an earlier version of this question. */
  focusOn: string | undefined
  onDraft: (draft: Draft) => void
  onAnswer: (answer: Omit<Answer, 'questionId' | 'hash'>) => void
  onPainted: () => Promise<boolean>
  onWider: () => void
  onHeight: (height: number) => void
}

export function QuestionPage(props: QuestionPageProps) {
  const { question, behind, sending, notice, replay, onAnswer, onWider } = props
  const [draft, setDraft] = useState(() => startDraft(question, props.before))
  const { unread, onSeen, seeBody } = useUnread(question)
  const left = whatIsLeft(question, draft, unread)
  const guard = useAnswerGuard({
    hash: question.hash,
    inertMs: question.inertMs,
    holdMs: question.holdMs,
    blocked: left !== '' || sending,
    onAllow: () => onAnswer(allowAnswer(question, draft, guard.shownMs())),
  })
  const change = (part: Partial<Draft>) => {
    guard.markChanged()
    const next = { ...draft, ...part }
    setDraft(next)
    props.onDraft(next)
    if (hasLadder(question, next.scope)) onWider()
  }
  const deny = (pauseAgent: boolean) =>
    onAnswer(denyAnswer(question, draft, { shownMs: guard.shownMs(), pauseAgent }))
  const denyRef = useRef<HTMLButtonElement>(null)
  const { topRef, bottomRef } = useNaturalHeight(props.onHeight)
  usePainted(question.hash, props.onPainted, guard.markPainted)
  useFirstFocus(denyRef, props.focusOn)
  const strayKey = useStrayKeys()
  useEscape(() => !strayKey() && deny(false), sending)

  return (
    <div role="alertdialog" aria-labelledby="question" aria-describedby="why" className="question">
      <ScrollBox className="body" label="The question" onSeen={seeBody}>
        <div className="content" ref={topRef}>
          <QuestionTitle question={question} />
          <Asker question={question} />
          {(question.exact.length > 0 || question.diff !== null) && (
            <ExactRequest question={question} onSeen={onSeen} />
          )}
          <Warnings question={question} />
          {question.secret && <SecretCard secret={question.secret} draft={draft} onChange={change} />}
          {question.task && <TaskCard task={question.task} />}
          <Reasons question={question} />
          {!isOnceByNature(question) && (
            <ScopeChoice
              question={question}
              draft={draft}
              steps={replay ?? question.steps}
              onScope={(scope) => change({ scope })}
              onStep={(step) => change({ step })}
            />
          )}
          <Waiting question={question} behind={behind} />
        </div>
      </ScrollBox>
      <div ref={bottomRef}>
        {notice && (
          <p className="notice-line" role="alert">
            {notice}
          </p>
        )}
        <AnswerBar
          question={question}
          draft={draft}
          guard={guard}
          left={left}
          sending={sending}
          denyRef={denyRef}
          onDeny={(pauseAgent, byKey) => (byKey && strayKey() ? undefined : deny(pauseAgent))}
          onChange={change}
        />
      </div>
    </div>
  )
}

/** A secret is given once and a task ends by itself: there is nothing to choose. */
function isOnceByNature({ secret, task, offers }: Question): boolean {
  return (
    (secret !== null || task !== null) && offers.every(({ kind, enabled }) => enabled === (kind === 'once'))
  )
}

function Waiting({ question, behind }: { question: Question; behind: number }) {
  if (question.waiting === 0 && behind === 0) return null
  return (
    <p className="waiting">
      {question.waiting > 0 && (
        <>{plural(question.waiting, 'more call waits', 'more calls wait')} for the same answer. </>
      )}
      {behind > 0 && <>{plural(behind, 'other question')} after this one.</>}
    </p>
  )
}

/** Counts the boxes whose end has not been in sight yet; the whole page is one of them. */
function useUnread(question: Question) {
  const [seen, setSeen] = useState<ReadonlySet<string>>(new Set())
  const onSeen = useCallback(
    (box: string, whole: boolean) =>
      setSeen((before) => {
        if (before.has(box) === whole) return before
        return whole ? new Set([...before, box]) : new Set([...before].filter((other) => other !== box))
      }),
    [],
  )
  const seeBody = useCallback((whole: boolean) => onSeen('body', whole), [onSeen])
  const unread = ['body', ...boxesOf(question)].filter((box) => !seen.has(box)).length
  return { unread, onSeen, seeBody }
}

/** Two frames after the commit the picture is on the screen. Then the broker is told, and only then the wait begins. */
function usePainted(hash: string, tell: () => Promise<boolean>, mark: (hash: string) => void): void {
  const latest = useRef(tell)
  useLayoutEffect(() => {
    latest.current = tell
  })
  useEffect(() => {
    let alive = true
    let frame = requestAnimationFrame(() => {
      frame = requestAnimationFrame(async () => {
        const taken = await latest.current()
        if (alive && taken) mark(hash)
      })
    })
    return () => {
      alive = false
      cancelAnimationFrame(frame)
    }
  }, [hash, mark])
}

function useFirstFocus(deny: { current: HTMLButtonElement | null }, focusOn: string | undefined): void {
  useLayoutEffect(() => {
    const same = focusOn && document.querySelector<HTMLElement>(`[data-control="${CSS.escape(focusOn)}"]`)
    // A yes is never focused by the page, not even again.
    if (same && focusOn !== 'allow') same.focus()
    else deny.current?.focus()
  }, [deny, focusOn])
}

/** Keys that were on their way to another window when this one came up are nobody's answer. In milliseconds. */
const STRAY_KEYS_MS = 250

function useStrayKeys(): () => boolean {
  const [since] = useState(() => performance.now())
  return () => performance.now() - since < STRAY_KEYS_MS
}

function useEscape(onEscape: () => void, sending: boolean): void {
  const latest = useRef(onEscape)
  useLayoutEffect(() => {
    latest.current = onEscape
  })
  useEffect(() => {
    if (sending) return
    const onKey = (event: KeyboardEvent) => {
      if (event.key === 'Escape' && !event.repeat) latest.current()
    }
    window.addEventListener('keydown', onKey)
    return () => window.removeEventListener('keydown', onKey)
  }, [sending])
}

/** The height at which nothing needs to scroll; the shell gives as much of it as the screen has. */
function useNaturalHeight(onHeight: (height: number) => void) {
  const topRef = useRef<HTMLDivElement>(null)
  const bottomRef = useRef<HTMLDivElement>(null)
  useEffect(() => {
    const [top, bottom] = [topRef.current, bottomRef.current]
    if (!top || !bottom) return
    const measure = () => onHeight(Math.ceil(top.offsetHeight + bottom.offsetHeight))
    const observer = new ResizeObserver(measure)
    observer.observe(top)
    observer.observe(bottom)
    return () => observer.disconnect()
  }, [onHeight])
  return { topRef, bottomRef }
}
