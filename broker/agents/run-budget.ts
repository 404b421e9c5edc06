/**
 * What a run may still spend. Time counts only while the run works: waiting for a person or for the end of a pause is
 * free. Tool calls and bytes sent out are counted by the gate too, which sees every call.
 */
import { setTimeout } from 'node:timers'
import type { ModelChoice } from '../../contract/agent.ts'
import type { Budgets } from '../../contract/perimeter.ts'
import type { Clock } from '../ports.ts'

export interface RunBudget {
  /** A sentence when one is used up, else null. `budgets` may have changed meanwhile. */
  spent(budgets: Budgets): string | null
  countCall(): void
  countTokens(input: number, output: number): void
  used(): { calls: number; tokens: number; money: number }
  /** Nested holds: the clock goes on when all are released. */
  hold(): void
  release(): void
  close(): void
}
export interface RunBudgetOptions {
  clock: Clock
  price: ModelChoice['price']
  /** Of the time, read again whenever the clock starts. */
  budgets(): Budgets
  /** The time is over, in the middle of whatever goes on. */
  onTimeOver(sentence: string): void
}
const LONGEST_TIMER = 2 ** 31 - 1

export function createRunBudget({ clock, price, budgets, onTimeOver }: RunBudgetOptions): RunBudget {
  let calls = 0
  let tokens = 0
  let money = 0
  let worked = 0
  let since: number | null = clock()
  let held = 0
  let timer: NodeJS.Timeout | null = null
  let closed = false

  const workedMs = () => worked + (since === null ? 0 : clock() - since)
  const start = () => {
    since = clock()
    const left = budgets().minutes * 60_000 - worked
    timer = setTimeout(() => onTimeOver(timeOver(budgets())), Math.min(Math.max(left, 0), LONGEST_TIMER))
    timer.unref()
  }
  const halt = () => {
    if (timer) clearTimeout(timer)
    timer = null
    worked = workedMs()
    since = null
  }
  start()

  return {
    spent(limits) {
      if (calls >= limits.calls) return over('tool calls', `${limits.calls}`)
      if (tokens >= limits.tokens) return over('tokens', `${limits.tokens}`)
      if (limits.money > 0 && money >= limits.money) return over('money', `${limits.money} US dollars`)
      if (workedMs() >= limits.minutes * 60_000) return timeOver(limits)
      return null
    },
    countCall() {
      calls += 1
    },
    countTokens(input, output) {
      tokens += input + output
      if (price) money += (input * price.input + output * price.output) / 1_000_000
    },
    used: () => ({ calls, tokens, money }),
    hold() {
      held += 1
      if (held === 1) halt()
    },
    release() {
      held = Math.max(0, held - 1)
      if (held === 0 && since === null && !closed) start()
    },
    close() {
      closed = true
      halt()
    },
  }
}

function over(what: string, limit: string): string {
  return `This run has used its budget of ${what} (${limit}). Give the agent a larger one, or start a new run.`
}

function timeOver({ minutes }: Budgets): string {
  return over('time', `${minutes} minutes`)
}
