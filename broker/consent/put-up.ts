/**
 * Puts a question up, or joins one that asks the same. Past the budget of prompts it is one question for a list and a
 * time, or a no: the run goes on either way.
 */
import type { AskInput, AskResult, LadderStep } from '../ports.ts'
import { type Desk, drop, refuse } from './desk.ts'
import { makeQuestion, type TaskOffer } from './make-question.ts'
import { CANCELLED, SPENT, TOO_MANY } from './refusals.ts'
import { questionKey, type Standing, type Waiter } from './waiting-questions.ts'

const MOST_WAITING = 100
const TASK_MINUTES = 30

export function ask(desk: Desk, input: AskInput): Promise<AskResult> {
  return new Promise((resolve) => {
    const waiter: Waiter = { input, since: desk.options.clock(), resolve }
    if (input.context.signal.aborted) refuse(desk, waiter, null, CANCELLED)
    else join(desk, waiter) ?? putUp(desk, waiter)
  })
}

function join(desk: Desk, waiter: Waiter): Standing | null {
  const standing = desk.queue.join(questionKey(waiter.input), waiter)
  if (standing) follow(desk, standing, waiter)
  return standing
}

function putUp(desk: Desk, waiter: Waiter): void {
  const made = makeStanding(desk, waiter)
  if ('code' in made) {
    refuse(desk, waiter, null, made)
    return
  }
  const { question } = made
  desk.queue.add(made)
  desk.deadlines.set(question.id, question.expiresAt)
  if (made.task) desk.budget.taskAsked(question.principal.id, question.askedAt)
  else desk.budget.count(question.principal.id, question.askedAt)
  desk.missWindow()
  follow(desk, made, waiter)
}

function makeStanding(desk: Desk, waiter: Waiter): Standing | typeof SPENT {
  const { input } = waiter
  const { options } = desk
  const now = options.clock()
  const principalId = input.context.principal.id
  if (desk.queue.countOf(principalId) >= MOST_WAITING) return TOO_MANY
  const ladder = options.ladder(input.asking ?? input.prepared.needs, input)
  const state = desk.budget.state(principalId, now)
  const task = state === 'task' ? taskFor(desk, input, ladder, now) : null
  if (state !== 'free' && !task) return SPENT
  const facts = { id: options.newId('q'), askedAt: now, expiresAt: now + desk.waitMs(), ladder, task }
  const made = makeQuestion(input, facts)
  if (made.kind !== 'made') return made
  const key = task ? `task ${facts.id}` : questionKey(input)
  return {
    key,
    question: made.question,
    ladder,
    task,
    waiters: [waiter],
    closed: false,
    shown: new Map(),
    formerHashes: new Set(),
  }
}

/** One time-boxed answer for the list; null when this request can't honestly be part of one. */
function taskFor(desk: Desk, input: AskInput, ladder: LadderStep[], now: number): TaskOffer | null {
  const plain = makeQuestion(input, { id: 'q_probe', askedAt: now, expiresAt: now, ladder, task: null })
  if (plain.kind !== 'made' || plain.question.steps.length === 0) return null
  const covers = desk.recent.list(input, ladder, now)
  return covers[0]?.words === (ladder[1] ?? ladder[0])?.words ? { covers, minutes: TASK_MINUTES } : null
}

/** A cancelled run takes its call away from the question; the last one takes the question along. */
function follow(desk: Desk, standing: Standing, waiter: Waiter): void {
  const withdraw = () => {
    if (!standing.waiters.includes(waiter)) return
    if (standing.waiters.length === 1) drop(desk, standing)
    else {
      standing.waiters = standing.waiters.filter((each) => each !== waiter)
      desk.queue.recount(standing)
    }
    refuse(desk, waiter, standing.question.id, CANCELLED)
    desk.changed()
  }
  waiter.input.context.signal.addEventListener('abort', withdraw, { once: true })
  desk.changed()
}
