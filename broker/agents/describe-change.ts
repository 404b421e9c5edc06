/** What a person changed on an agent, in one sentence for the exposure map. Pure. */
import type { AgentInput } from '../../contract/agent.ts'

const PARTS: [words: string, pick: (agent: AgentInput) => unknown][] = [
  ['its name', ({ name }) => name],
  ['the model', ({ model }) => model],
  ['the instructions', ({ instructions }) => instructions],
  ['folders', ({ perimeter }) => perimeter.folders],
  ['hosts', ({ perimeter }) => perimeter.hosts],
  ['commands', ({ perimeter }) => perimeter.commands],
  ['secrets', ({ perimeter }) => perimeter.secrets],
  ['tools', ({ perimeter }) => perimeter.tools],
  ['the clipboard', ({ perimeter }) => perimeter.clipboard],
  ['notifications', ({ perimeter }) => perimeter.notify],
  ['opening things', ({ perimeter }) => perimeter.open],
  ['who reads outside text first', ({ reviewOutside }) => reviewOutside],
  ['budgets', ({ perimeter }) => perimeter.budgets],
  ['what counts as its own', ({ perimeter }) => perimeter.own],
]

/** "You changed folders and hosts on 3 May 2026." Empty when nothing changed. */
export function describeChange(before: AgentInput, after: AgentInput, at: number): string {
  const changed = PARTS.filter(([, pick]) => JSON.stringify(pick(before)) !== JSON.stringify(pick(after)))
  if (changed.length === 0) return ''
  const words = changed.map(([part]) => part)
  const list = words.length === 1 ? words[0] : `${words.slice(0, -1).join(', ')} and ${words.at(-1)}`
  return `You changed ${list} on ${dayOf(at)}.`
}

export function dayOf(at: number): string {
  return new Date(at).toLocaleDateString('en-GB', { day: 'numeric', month: 'long', year: 'numeric' })
}
