/** From whatever a model's library throws to a failure in words: what happened, and what to do next. */
import { APICallError, RetryError } from 'ai'
import { type Failed, failed, type Refused, refused } from '../../contract/outcome.ts'
import { connectionFault } from './connection-words.ts'
import type { GuardedHttp } from './guard-http.ts'
import type { ModelAddress } from './model-address.ts'

export interface FaultContext {
  address: ModelAddress
  signal: AbortSignal
  guard: GuardedHttp
  /** Cut out of any text that a provider sends back. */
  key: string | null
}

export function faultOf(error: unknown, { address, signal, guard, key }: FaultContext): Refused | Failed {
  if (signal.aborted) return refused('cancelled', 'The run was ended while the model was answering.')
  const broken = guard.fault()
  if (broken) return connectionFault(broken, address)
  const cause = RetryError.isInstance(error) ? error.lastError : error
  if (APICallError.isInstance(cause)) return answerFault(cause, address, key)
  return failed(
    'network',
    `${address.baseUrl} answered, but not as a model does: ${withoutKey(textOf(cause), key)} Check the address; most end in /v1.`,
  )
}

function answerFault(error: APICallError, { baseUrl, resource }: ModelAddress, key: string | null): Failed {
  const said = withoutKey(error.message, key)
  switch (error.statusCode) {
    case 401:
    case 403:
      return failed(
        'permission',
        `${baseUrl} did not accept the key (${error.statusCode}). Check the secret on the agent’s page. ${said}`,
      )
    case 404:
      return failed(
        'not-found',
        `${baseUrl} has no model “${resource.model}” (404). Choose one that it offers. ${said}`,
      )
    case 413:
      return failed(
        'network',
        `The conversation is too long for ${resource.model} (413). Start a new run. ${said}`,
      )
    case 429:
      return failed(
        'network',
        `${baseUrl} takes no more for now (429: too many requests, or no credit). Try again later. ${said}`,
      )
    default: {
      const status = error.statusCode === undefined ? '' : ` with ${error.statusCode}`
      return failed('network', `${baseUrl} answered${status}: ${said}`)
    }
  }
}

function textOf(error: unknown): string {
  if (error instanceof Error) return error.message
  return typeof error === 'string' ? error : (JSON.stringify(error) ?? String(error))
}

function withoutKey(text: string, key: string | null): string {
  return (key ? text.replaceAll(key, '[key]') : text).slice(0, 600)
}
