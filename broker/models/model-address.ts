/** Where a model lives: the exact address of a choice, and the resource that the gate decides on. Pure. */
import type { ModelChoice } from '../../contract/agent.ts'
import { type Outcome, ok, refused } from '../../contract/outcome.ts'
import type { ModelResource } from '../../contract/resource.ts'

export interface ModelAddress {
  resource: ModelResource
  /** Base of the API without a slash at its end; empty for the tour. */
  baseUrl: string
}

const PUBLIC_BASE: Partial<Record<ModelChoice['provider'], string>> = {
  openai: 'https://api.openai.com/v1',
  anthropic: 'https://api.anthropic.com/v1',
}

/** Refuses an address without one exact form, and a key that would travel in plain text to another computer. */
export function modelAddress(choice: ModelChoice): Outcome<ModelAddress> {
  const { provider, model } = choice
  if (provider === 'tour')
    return ok({ resource: { kind: 'model', provider, model, origin: 'built-in' }, baseUrl: '' })
  const given = choice.baseUrl || PUBLIC_BASE[provider]
  if (!given)
    return refused('invalid-request', 'The model has no address. Set one, such as http://127.0.0.1:11434/v1.')
  const url = URL.canParse(given) ? new URL(given) : null
  if (!url || !['http:', 'https:'].includes(url.protocol))
    return refused(
      'invalid-request',
      `“${given}” is no address of a model: it starts with https:// or http://.`,
    )
  if (url.username || url.password || url.search || url.hash)
    return refused(
      'invalid-request',
      'A model’s address has no user name, no “?” and no “#”. Keys belong into the keychain.',
    )
  if (url.protocol === 'http:' && choice.secret && !isLoopback(url.hostname))
    return refused('invalid-request', `The key would travel to ${url.hostname} in plain text. Use https://.`)
  const port = url.port || (url.protocol === 'https:' ? '443' : '80')
  const origin = `${url.protocol}//${url.hostname}:${port}`
  return ok({ resource: { kind: 'model', provider, model, origin }, baseUrl: url.href.replace(/\/+$/, '') })
}

export function isLoopback(host: string): boolean {
  return (
    host === 'localhost' ||
    host.endsWith('.localhost') ||
    host === '[::1]' ||
    /^127(\.\d{1,3}){3}$/.test(host)
  )
}
