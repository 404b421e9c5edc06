/** What the parts of the consent room share: its options, its questions, and how they end. */
import type { Answer } from '../../contract/consent.ts'
import type { Grant } from '../../contract/grant.ts'
import type { Refused } from '../../contract/outcome.ts'
import type { Need } from '../../contract/resource.ts'
import type { Settings } from '../../contract/settings.ts'
import type {
  AskInput,
  Clock,
  GrantBook,
  GrantIndex,
  GrantPart,
  LadderStep,
  RecordedRequest,
} from '../ports.ts'
import type { Deadlines } from './deadlines.ts'
import { whyOnlyOnce } from './offer-scopes.ts'
import type { PromptBudget } from './prompt-budget.ts'
import type { RecentAsks } from './recent-asks.ts'
import { keysOf, type Standing, type Waiter, type WaitingQuestions } from './waiting-questions.ts'

export interface ConsentDeskOptions {
  clock: Clock
  newId(kind: string): string
  settings(): Pick<Settings, 'promptBudget' | 'questionSeconds' | 'awayMinutes'>
  grants: GrantBook
  /** Grants in force: a new one answers the other questions that it covers. */
  grantIndex(): GrantIndex
  /** The ladder from exactly these needs outward, at most to the perimeter's line. */
  ladder(needs: readonly Need[], input: AskInput): LadderStep[]
  /** The recorded past of a principal, for replay before a grant. */
  recorded(principalId: string): Promise<RecordedRequest[]>
  covers(part: GrantPart, need: Need): boolean
  /** A person said no and wants the agent paused. */
  pauseAgent(principalId: string, by: string): void
  /** The screen is unlocked again: what happened to questions meanwhile. */
  onReturn?(summary: AwaySummary): void
  /** How long a question waits for a window that isn't there, ms. */
  graceMs?: number
}
export interface AwaySummary {
  since: number
  until: number
  waiting: number
  expired: number
  text: string
}

export interface Desk {
  options: ConsentDeskOptions
  queue: WaitingQuestions
  budget: PromptBudget
  recent: RecentAsks
  deadlines: Deadlines
  /** How long a question put up now waits, ms. */
  waitMs(): number
  /** Tells everybody, after the queue changed. */
  changed(): void
  /** A question was put up while there is no window for it. */
  missWindow(): void
}

/** The owner of what a principal does without a tool. */
export const NO_TOOL = { name: 'sallyport', hash: '' }

export function refuse(desk: Desk, waiter: Waiter, questionId: string | null, no: Refused): void {
  waiter.resolve({ kind: 'deny', questionId, refused: no, ms: desk.options.clock() - waiter.since })
}

export function drop(desk: Desk, standing: Standing): Waiter[] {
  desk.queue.remove(standing)
  desk.deadlines.clear(standing.question.id)
  const waiters = standing.waiters
  standing.waiters = []
  return waiters
}

export function refuseAll(desk: Desk, standing: Standing, no: Refused): void {
  for (const waiter of drop(desk, standing)) refuse(desk, waiter, standing.question.id, no)
}

export function allowAll(desk: Desk, standing: Standing, grant: Grant | null, given: Answer | null): void {
  const now = desk.options.clock()
  const secret =
    standing.question.secret && given
      ? { secretValue: given.secretValue, secretHosts: given.secretHosts }
      : {}
  const ladderOf = ({ input }: Waiter) =>
    keysOf(standing).size === 1
      ? standing.ladder
      : desk.options.ladder(input.asking ?? input.prepared.needs, input)
  const ladders = new Map(standing.waiters.map((waiter) => [waiter, ladderOf(waiter)]))
  for (const waiter of drop(desk, standing)) {
    const ladder = ladders.get(waiter) ?? []
    // Where only once was honest, a list for a time is not.
    if (whyOnlyOnce(waiter.input, ladder) === null) desk.recent.note(waiter.input, ladder, now)
    waiter.resolve({
      kind: 'allow',
      questionId: standing.question.id,
      grant,
      ...(given === null ? { byGrant: true as const } : {}),
      ms: now - waiter.since,
      ...secret,
    })
  }
}
