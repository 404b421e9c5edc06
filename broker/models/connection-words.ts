/** A connection that failed, in words: what happened, and what to do next. Never a library's code or its own text. */
import { type Failed, failed } from '../../contract/outcome.ts'
import type { ModelConnectionError } from './guard-http.ts'
import type { ModelAddress } from './model-address.ts'

const UNREACHABLE = ['ECONNREFUSED', 'ENOTFOUND', 'EHOSTUNREACH', 'ENETUNREACH', 'EAI_AGAIN']
const HUNG_UP = ['ECONNRESET', 'ECONNABORTED', 'EPIPE', 'UND_ERR_SOCKET']
const NOT_HTTP = ['not-http', 'ERR_ASSERTION', 'UND_ERR_RES_CONTENT_LENGTH_MISMATCH']
/** What we say ourselves. */
const OURS = ['too-large', 'other-origin']

export function connectionFault(
  { reason, message }: ModelConnectionError,
  { baseUrl }: ModelAddress,
): Failed {
  if (reason === 'idle') return failed('timeout', `${message} The call was ended.`)
  if (OURS.includes(reason)) return failed('network', message)
  const network = (words: string) => failed('network', words)
  if (UNREACHABLE.includes(reason))
    return network(`Nothing answers at ${baseUrl}. Check the address, and that the model’s program runs.`)
  if (reason === 'cut-off')
    return network(`${baseUrl} closed the connection before its answer was complete. Try again.`)
  if (HUNG_UP.includes(reason))
    return network(
      `Nothing answers at ${baseUrl}: it closed the connection. Check the address, and that the model’s program runs.`,
    )
  if (NOT_HTTP.includes(reason) || reason.startsWith('HPE_'))
    return network(`${baseUrl} answered with something that is not valid HTTP. Check the address.`)
  if (/CERT|SELF_SIGNED|VERIFY_LEAF|ISSUER/.test(reason))
    return failed('tls', `The certificate of ${baseUrl} is not valid, so nothing was sent.`)
  if (/TLS|SSL|EPROTO/.test(reason))
    return failed('tls', `No secure connection to ${baseUrl} could be made, so nothing was sent.`)
  return network(`The connection to ${baseUrl} failed.`)
}
