/**
 * The questions that stand, oldest first; the first is the one on the window. Equal requests share a question until
 * the window has it: from then on what is shown doesn't change, and later ones wait in a next one.
 */
import type { Question } from '../../contract/consent.ts'
import type { AskInput, AskResult, LadderStep } from '../ports.ts'
import { sealed } from './make-question.ts'

export interface Waiter {
  input: AskInput
  since: number
  resolve(result: AskResult): void
}
export interface Standing {
  key: string
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
  /** Joins an open question that asks the same; false when there is none. */
  join(key: string, waiter: Waiter): Standing | null {
    const same = this.#standing.find((each) => each.key === key && !each.closed)
    if (!same) return null
    same.waiters.push(waiter)
    this.recount(same)
    return same
  }
  /** Brings `waiting` up to date: a change of what is shown, so another hash. */
  recount(standing: Standing): void {
    standing.formerHashes.add(standing.question.hash)
    standing.question = sealed({ ...standing.question, waiting: standing.waiters.length - 1 })
  }
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
