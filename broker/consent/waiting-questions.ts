/**
 * The questions that stand, oldest first; the first is the one on the window. Equal requests, and different ones of one
 * kind, share a question until the window has it: from then on what is shown doesn't grow, and later ones wait in a
 * next one.
 */
import type { Question } from '../../contract/consent.ts'
import type { AskInput, AskResult, LadderStep } from '../ports.ts'
import { sealed } from './make-question.ts'
import { MOST_IN_ONE } from './one-question.ts'

export interface Waiter {
  input: AskInput
  /** Equal for requests that are the same to a person. */
  key: string
  since: number
  resolve(result: AskResult): void
}
export interface Standing {
  /** What a different request must have to be listed in this question too; null when none may. */
  group: string | null
  question: Question
  ladder: LadderStep[]
  task: { covers: LadderStep[]; minutes: number } | null
  waiters: Waiter[]
  /** On the window, or about to be: nobody joins any more. */
  closed: boolean
  /** When each version was drawn whole, by its hash. */
  shown: Map<string, number>
  /** Versions that are no longer on the window: a no to one of them is still a no. */
  formerHashes: Set<string>
}

export class WaitingQuestions {
  #standing: Standing[] = []

  all(): readonly Standing[] {
    return this.#standing
  }
  head(): Standing | null {
    return this.#standing[0] ?? null
  }
  find(questionId: string): Standing | null {
    return this.#standing.find(({ question }) => question.id === questionId) ?? null
  }
  countOf(principalId: string): number {
    return this.#standing.filter(({ question }) => question.principal.id === principalId).length
  }
  add(standing: Standing): void {
    this.#standing.push(standing)
  }
  remove(standing: Standing): void {
    this.#standing = this.#standing.filter((each) => each !== standing)
  }
  /** An open question that asks the same as `waiter`, or else one of its kind that may list it too. */
  openFor({ key }: Waiter, group: string | null): Standing | null {
    const open = this.#standing.filter((each) => !each.closed && !each.task)
    return (
      open.find((each) => keysOf(each).has(key)) ??
      open.find((each) => group !== null && each.group === group && keysOf(each).size < MOST_IN_ONE) ??
      null
    )
  }
  /** What is shown changed, so another hash. */
  replace(standing: Standing, question: Question): void {
    standing.formerHashes.add(standing.question.hash)
    standing.question = sealed({ ...question, waiting: standing.waiters.length - keysOf(standing).size })
  }
}

export function keysOf({ waiters }: Pick<Standing, 'waiters'>): Set<string> {
  return new Set(waiters.map(({ key }) => key))
}

/** The different requests that a question lists, in the order in which they came. */
export function requestsOf(waiters: readonly Waiter[]): AskInput[] {
  const first = new Map<string, AskInput>()
  for (const { key, input } of waiters) if (!first.has(key)) first.set(key, input)
  return [...first.values()]
}

/** Requests with one key are the same to a person: who, with which tool, in which run, what exactly, after reading what. */
export function questionKey(input: AskInput): string {
  const { context, prepared, flow } = input
  const { lamps } = flow
  return JSON.stringify([
    context.principal.id,
    context.tool?.hash ?? null,
    context.run?.id ?? null,
    prepared.binding,
    [lamps.outside, lamps.private, lamps.send, flow.backed],
    input.because.map(({ rule }) => rule),
  ])
}
