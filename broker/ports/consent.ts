/** Grants and the questions that are asked. */
import type { Answer, Question } from '../../contract/consent.ts'
import type { Because } from '../../contract/decision.ts'
import type { Grant, GrantEnd, GrantScope } from '../../contract/grant.ts'
import type { Origin, OriginSpan } from '../../contract/origin.ts'
import type { Refused } from '../../contract/outcome.ts'
import type { Need } from '../../contract/resource.ts'
import type { CallContext } from './call.ts'
import type { Prepared } from './capability.ts'
import type { FlowFacts } from './deciding.ts'

export interface GrantBook {
  list(): Grant[]
  add(grant: Omit<Grant, 'id' | 'uses' | 'lastUse' | 'revokedAt' | 'note'>): Grant
  /** Counts a use; false when it is gone, ended or revoked in this very moment. */
  use(id: string, now: number): boolean
  revoke(id: string, by: string): Grant | null
  extend(id: string, end: GrantEnd, by: string): Grant | null
  narrow(id: string, scope: GrantScope, by: string): Grant | null
  note(id: string, note: string): Grant | null
  endRun(runId: string): void
  onChange(fn: (grants: Grant[]) => void): () => void
}

export interface AskInput {
  prepared: Prepared
  context: CallContext
  because: Because[]
  flow: FlowFacts
  /** The needs that must be asked (`DecisionOfAll.asking`): a longer answer grants these and no others. All, when absent. */
  asking?: Need[]
  /** Stretches of the exact lines with their origin, one array a line. */
  spans: OriginSpan[][]
  origins: Origin[]
  /** A result to look at before the model reads it: each by itself, once, and not counted as a prompt. */
  review?: true
}

/** `allow` for this one request, and the grant that came of it, if any. */
export type AskResult =
  | {
      kind: 'allow'
      questionId: string
      grant: Grant | null
      /** Nobody answered this very question: `grant`, made meanwhile, covers it. It counts as any grant does. */
      byGrant?: true
      ms: number
      secretValue?: string
      secretHosts?: string[]
    }
  | { kind: 'deny'; questionId: string | null; refused: Refused; ms: number }

/** Asks; knows no policy. */
export interface ConsentDesk {
  ask(input: AskInput): Promise<AskResult>
  pending(): Question[]
  answer(answer: Answer, by: string): { accepted: boolean; why: string }
  shown(questionId: string, hash: string): void
  setSurface(available: boolean): void
  setLocked(locked: boolean): void
  onChange(fn: (questions: Question[]) => void): () => void
}
