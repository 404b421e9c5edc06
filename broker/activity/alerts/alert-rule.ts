/**
 * What an alert rule is: deterministic, readable, one file. It sees each entry as it is written and answers with a
 * sentence when a person should know. What it must remember over a restart it keeps in its memory; nothing else.
 */

import type { Need } from '../../../contract/resource.ts'
import type { EntryFields } from '../entry-bytes.ts'

export interface AlertRule {
  /** Also the name under which it is muted. */
  id: string
  title: string
  /** The rule in one sentence, as it is shown to whoever wants to know why. */
  words: string
  start(facts: AlertFacts): (entry: EntryFields) => string | null
}
export interface AlertFacts {
  memory: RuleMemory
  /** Is the screen locked now? */
  locked(): boolean
}
/** A small set of words that outlives the process; the oldest are forgotten. */
export interface RuleMemory {
  has(word: string): boolean
  /** Words that begin with this. */
  startingWith(prefix: string): string[]
  add(word: string): void
  replace(prefix: string, word: string): void
}

export const needsOf = ({ details }: EntryFields): Need[] =>
  Array.isArray(details.needs) ? (details.needs as unknown as Need[]) : []

/** Entries that say that something was let through or not: an intent, or a decision against it. */
export const isAttempt = ({ kind }: EntryFields): boolean => kind === 'intent' || kind === 'decision'
