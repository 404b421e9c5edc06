/** A connection that failed, in words: what happened, and what to do next. */
import { type Failed, failed } from '../../contract/outcome.ts'
import type { ModelConnectionError } from './guard-http.ts'
import type { ModelAddress } from './model-address.ts'

const UNREACHABLE = [
  'ECONNREFUSED',
  'ENOTFOUND',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'EAI_AGAIN',
  'ECONNRESET',
  'UND_ERR_SOCKET',
]

export function connectionFault(
  { reason, message }: ModelConnectionError,
  { baseUrl }: ModelAddress,
): Failed {
  if (reason === 'idle') return failed('timeout', `${message} The call was ended.`)
  if (UNREACHABLE.includes(reason))
    return failed(
      'network',
      `Nothing answers at ${baseUrl} (${reason}). Check the address, and that the model’s program runs.`,
    )
  if (/CERT|TLS|SSL|SELF_SIGNED/.test(reason))
    return failed('tls', `The certificate of ${baseUrl} is not valid (${reason}), so nothing was sent.`)
  return failed('network', `The connection to ${baseUrl} failed: ${message.slice(0, 300)}`)
}
