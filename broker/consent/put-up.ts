/**
 * Puts a question up, or joins one that asks the same or lists others of its kind. Past the budget of prompts it is one question for a list and a
 * time, or a no: the run goes on either way.
 */
import type { AskInput, AskResult, LadderStep } from '../ports.ts'
import { type Desk, drop, refuse } from './desk.ts'
import { makeQuestion, type TaskOffer } from './make-question.ts'
import { groupKey, mergeAsks, sayable } from './one-question.ts'
import { CANCELLED, SPENT, TOO_MANY } from './refusals.ts'
import { keysOf, questionKey, requestsOf, type Standing, type Waiter } from './waiting-questions.ts'

const MOST_WAITING = 100
const TASK_MINUTES = 30

export function ask(desk: Desk, input: AskInput): Promise<AskResult> {
  return new Promise((resolve) => {
    const waiter: Waiter = { input, key: questionKey(input), since: desk.options.clock(), resolve }
    if (input.context.signal.aborted) refuse(desk, waiter, null, CANCELLED)
    else if (!join(desk, waiter)) putUp(desk, waiter)
  })
}

/** Into a question that asks the same, or that can list it among others of its kind. */
function join(desk: Desk, waiter: Waiter): boolean {
  const standing = desk.queue.openFor(waiter, groupKey(waiter.input))
  if (!standing || !listAll(desk, standing, [...standing.waiters, waiter])) return false
  follow(desk, standing, waiter)
  return true
}

/** Makes the question anew for these who wait; false, and nothing changed, when all of them can't be shown in one. */
function listAll(desk: Desk, standing: Standing, waiters: Waiter[]): boolean {
  if (keysOf(standing).size === keysOf({ waiters }).size) {
    standing.waiters = waiters
    desk.queue.replace(standing, standing.question)
    return true
  }
  const input = mergeAsks(requestsOf(waiters))
  const { id, askedAt, expiresAt } = standing.question
  const ladder = sayable(desk.options.ladder(input.asking ?? input.prepared.needs, input))
  const made = makeQuestion(input, { id, askedAt, expiresAt, ladder, task: null })
  if (made.kind !== 'made') return false
  standing.waiters = waiters
  standing.ladder = ladder
  desk.queue.replace(standing, made.question)
  return true
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
  else if (!waiter.input.review) desk.budget.count(question.principal.id, question.askedAt)
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
  const state = input.review ? 'free' : desk.budget.state(principalId, now)
  const task = state === 'task' ? taskFor(desk, input, ladder, now) : null
  if (state !== 'free' && !task) return SPENT
  const facts = { id: options.newId('q'), askedAt: now, expiresAt: now + desk.waitMs(), ladder, task }
  const made = makeQuestion(input, facts)
  if (made.kind !== 'made') return made
  return {
    group: task ? null : groupKey(input),
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
    const rest = standing.waiters.filter((each) => each !== waiter)
    if (rest.length === 0) drop(desk, standing)
    else listAll(desk, standing, rest)
    refuse(desk, waiter, standing.question.id, CANCELLED)
    desk.changed()
  }
  const { signal } = waiter.input.context
  const { resolve } = waiter
  // A long run asks often, and its signal would keep each question for as long as it goes.
  waiter.resolve = (result) => {
    signal.removeEventListener('abort', withdraw)
    resolve(result)
  }
  signal.addEventListener('abort', withdraw, { once: true })
  desk.changed()
}
