/**
 * Asks. It knows no policy: it is told what to ask and why, puts it up, and gives back a yes or a no. One question
 * at a time; equal ones are one; whoever can't be asked, or gets no answer in time, was told no for that one call.
 */
import type { Question, ScopeStep } from '../../contract/consent.ts'
import type { ConsentDesk, Stoppable } from '../ports.ts'
import { createDeadlines } from './deadlines.ts'
import { type ConsentDeskOptions, type Desk, refuseAll } from './desk.ts'
import { createPromptBudget } from './prompt-budget.ts'
import { ask } from './put-up.ts'
import { createRecentAsks } from './recent-asks.ts'
import { EXPIRED, LOST, STOPPED, UNAVAILABLE } from './refusals.ts'
import { replaySteps } from './replay-steps.ts'
import { takeAnswer } from './take-answer.ts'
import { type Standing, WaitingQuestions } from './waiting-questions.ts'

export interface OpenConsentDesk extends ConsentDesk, Stoppable {
  /** A question's ladder with what each step would have met in the recorded past. Empty when the question is gone. */
  replay(questionId: string): Promise<ScopeStep[]>
  /** True while there is a window in which a person can be asked. */
  available(): boolean
}

const GRACE_MS = 15_000
/** Equal requests may join a question this long after it came first; then what is shown stands still. */
const JOIN_MS = 100
/** While calls that were made in one go with it are still under way it stays open longer, at most so long, ms. */
const MOST_JOIN_MS = 2_000
/** A question gets at least this long once it is the one on the window, ms. */
const LEAST_ON_WINDOW_MS = 60_000

export function createConsentDesk(options: ConsentDeskOptions): OpenConsentDesk {
  const { clock } = options
  const queue = new WaitingQuestions()
  const listeners = new Set<(questions: Question[]) => void>()
  const session = { surface: false, lockedSince: null as number | null, expiredWhileLocked: 0 }
  let onWindow: Standing | null = null
  let closing: NodeJS.Timeout | null = null
  let grace: NodeJS.Timeout | null = null

  const pending = () => queue.all().map(({ question }) => question)
  const desk: Desk = {
    options,
    queue,
    budget: createPromptBudget(() => options.settings().promptBudget),
    recent: createRecentAsks(),
    deadlines: createDeadlines({ clock, onDue: expire }),
    waitMs: () =>
      session.lockedSince === null
        ? options.settings().questionSeconds * 1000
        : options.settings().awayMinutes * 60_000,
    changed() {
      bringFirst()
      const now = pending()
      for (const listener of listeners) listener(now)
    },
    missWindow() {
      if (!session.surface) grace ??= setTimeout(giveUp, options.graceMs ?? GRACE_MS).unref()
    },
  }

  /** The first question is on the window: it gets its time, and shortly after, what it shows stands still. */
  function bringFirst(): void {
    const head = queue.head()
    if (head === onWindow) return
    onWindow = head
    if (closing) clearTimeout(closing)
    if (!head) return
    const least = clock() + Math.min(LEAST_ON_WINDOW_MS, desk.waitMs())
    if (head.question.expiresAt < least) postpone(head, least)
    closing = setTimeout(() => close(head), JOIN_MS).unref()
  }

  function close(standing: Standing): void {
    if (standing !== onWindow) return
    if (!mayGrow(standing)) standing.closed = true
    else closing = setTimeout(() => close(standing), JOIN_MS).unref()
  }

  /** Requests that it could list too are on their way. */
  function mayGrow({ question, waiters }: Standing): boolean {
    if (clock() - question.askedAt >= MOST_JOIN_MS) return false
    return waiters.some(({ input }) => (input.context.together?.size ?? 0) > 0)
  }

  function postpone(standing: Standing, at: number): void {
    standing.question = { ...standing.question, expiresAt: at }
    desk.deadlines.set(standing.question.id, at)
  }

  function expire(questionId: string): void {
    const standing = queue.find(questionId)
    if (!standing) return
    if (session.lockedSince !== null) session.expiredWhileLocked += 1
    refuseAll(desk, standing, EXPIRED)
    desk.changed()
  }

  function giveUp(): void {
    grace = null
    for (const standing of [...queue.all()]) refuseAll(desk, standing, UNAVAILABLE)
    desk.changed()
  }

  function setSurface(available: boolean): void {
    const lost = session.surface && !available
    session.surface = available
    if (available && grace) {
      clearTimeout(grace)
      grace = null
    }
    if (!lost) return
    const head = queue.head()
    if (head && head.shown.size > 0) refuseAll(desk, head, LOST)
    if (queue.head()) desk.missWindow()
    desk.changed()
  }

  function setLocked(locked: boolean): void {
    if (locked === (session.lockedSince !== null)) return
    const since = session.lockedSince
    session.lockedSince = locked ? clock() : null
    for (const standing of queue.all()) {
      // What was drawn before has its wait before it again.
      for (const hash of standing.shown.keys()) standing.shown.set(hash, clock())
      postpone(standing, clock() + desk.waitMs())
    }
    if (since !== null) comeBack(since)
    session.expiredWhileLocked = 0
    desk.changed()
  }

  function comeBack(since: number): void {
    const waiting = queue.all().length
    const expired = session.expiredWhileLocked
    const questions = (count: number) => `${count} question${count === 1 ? '' : 's'}`
    const parts = [
      ...(waiting > 0 ? [`${questions(waiting)} waiting`] : []),
      ...(expired > 0 ? [`${questions(expired)} expired unanswered`] : []),
    ]
    const text =
      parts.length === 0
        ? 'While you were away nothing needed you.'
        : `While you were away: ${parts.join(', ')}.`
    options.onReturn?.({ since, until: clock(), waiting, expired, text })
  }

  return {
    name: 'consent',
    ask: (input) => ask(desk, input),
    pending,
    available: () => session.surface,
    answer: (given, by) => takeAnswer(desk, given, by, session.lockedSince !== null),
    shown(questionId, hash) {
      const standing = queue.find(questionId)
      if (!standing || standing !== queue.head() || standing.question.hash !== hash) return
      standing.closed ||= !mayGrow(standing)
      // Drawn again (a window that came back, a focus): its wait begins again.
      standing.shown.set(hash, clock())
    },
    setSurface,
    setLocked,
    async replay(questionId) {
      const standing = queue.find(questionId)
      if (!standing) return []
      const { principal, tool, steps } = standing.question
      const facts = {
        principalId: principal.id,
        toolHash: tool?.hash ?? null,
        past: await options.recorded(principal.id),
        covers: options.covers,
      }
      return replaySteps(steps, standing.ladder, facts)
    },
    async end(scope) {
      const ended = queue.all().filter(({ question }) => scope === 'all' || question.principal.id === scope)
      for (const standing of ended) refuseAll(desk, standing, STOPPED)
      desk.changed()
      return { questions: ended.length }
    },
    onChange(fn) {
      listeners.add(fn)
      return () => listeners.delete(fn)
    },
  }
}
