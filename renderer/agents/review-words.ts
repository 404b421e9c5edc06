import type { ReviewChoice } from '../../contract/agent.ts'

/** Who reads what comes from outside first: as choices on the form, and as a line on the agent's page. */
export const REVIEW_CHOICES: { value: ReviewChoice; label: string }[] = [
  { value: 'default', label: 'As in Settings' },
  { value: 'always', label: 'Show it to me first' },
  { value: 'never', label: 'Let it read at once' },
]

const FIRST = 'You look at outside text before it reads it'
const AT_ONCE = 'Reads outside text at once'

/** `setting`: what Settings say for all, null until they are known. `locked`: the organization sets it for all. */
export function describeReview(choice: ReviewChoice, setting: boolean | null, locked: boolean): string {
  if (choice !== 'default' && !locked) return choice === 'always' ? FIRST : AT_ONCE
  if (setting === null) return 'Outside text as in Settings'
  return `${setting ? FIRST : AT_ONCE} (${locked ? 'set by your organization' : 'as in Settings'})`
}
