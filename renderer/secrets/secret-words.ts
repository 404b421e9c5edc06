/** A secret's kind and users in words, and users out of words. Pure. */
import type { SecretInfo, SecretRules } from '../../contract/secret.ts'

export const KIND_WORDS: Record<SecretRules['kind'], string> = {
  token: 'Token',
  'api-key': 'API key',
  password: 'Password',
  'signing-key': 'Signing key',
  'model-key': 'Key of a model’s provider',
  other: 'Other',
}

/** "only Travel Helper, with web": null when everybody may use it with every tool. */
export function usersOf({ agents, tools }: Pick<SecretInfo, 'agents' | 'tools'>): string | null {
  const all = (list: string[]) => list.includes('*')
  if (agents.length === 0) return 'for no agent'
  if (tools.length === 0) return 'for no tool'
  const parts = [
    ...(all(agents) ? [] : [`only ${agents.join(', ')}`]),
    ...(all(tools) ? [] : [`only with ${tools.join(', ')}`]),
  ]
  return parts.length === 0 ? null : parts.join(', ')
}

/** Names, with commas between them: an agent's name may have spaces. */
export function namesIn(text: string): string[] {
  return [...new Set(text.split(',').map((name) => name.trim()))].filter((name) => name !== '')
}

/** Which of them nobody has; '' when there is none. */
export function unknownOf(names: string[], known: string[], what: string): string {
  const unknown = names.filter((name) => name !== '*' && !known.includes(name))
  return unknown.length === 0 ? '' : `There is no ${what} “${unknown.join('”, “')}” now.`
}
