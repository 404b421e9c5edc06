/**
 * Words for what went wrong with a connection: what happened, not a library's name for it. Never the error's own text
 * either: it can hold what was sent.
 */
import { type Failed, failed } from '../../../contract/outcome.ts'

/** The certificate, by OpenSSL's name for what is wrong with it. */
const CERTIFICATE: readonly [RegExp, string][] = [
  [/ALTNAME|HOSTNAME_MISMATCH/, 'it is for another host'],
  [/CERT_HAS_EXPIRED/, 'it has expired'],
  [/CERT_NOT_YET_VALID/, 'it is not valid yet'],
  [/REVOKED/, 'it was revoked'],
  [/SELF_SIGNED|ISSUER|VERIFY_LEAF|UNTRUSTED|CERT_REJECTED/, 'nobody here vouches for it'],
  [/CERT/, 'it can’t be checked'],
]

const HUNG_UP = [
  'ECONNRESET',
  'ECONNABORTED',
  'EPIPE',
  'UND_ERR_SOCKET',
  'UND_ERR_CLOSED',
  'UND_ERR_DESTROYED',
]
const NO_WAY = ['EHOSTUNREACH', 'EHOSTDOWN', 'ENETUNREACH', 'ENETDOWN', 'EADDRNOTAVAIL', 'EINVAL']
const SLOW = ['UND_ERR_CONNECT_TIMEOUT', 'ETIMEDOUT']
/** The client takes what it can't make sense of for a bug of its own. */
const NO_HTTP = ['UND_ERR_RES_CONTENT_LENGTH_MISMATCH', 'ERR_ASSERTION', 'HTTP']

/** @param answered whether the beginning of an answer had come */
export function explainNetwork(error: unknown, host: string, answered: boolean): Failed {
  const code = codeOf(error)
  const name = `“${host}”`
  if (code === 'UND_ERR_HEADERS_OVERFLOW')
    return failed('network', `${name} answered with more headers than are accepted.`)
  if (SLOW.includes(code)) return failed('timeout', `${name} could not be reached in time.`)
  if (code === 'ECONNREFUSED') return failed('network', `${name} refused the connection.`)
  if (NO_WAY.includes(code))
    return failed('network', `${name} can’t be reached from this computer. Is the network on?`)
  if (code === 'EACCES' || code === 'EPERM')
    return failed(
      'network',
      `This computer does not allow a connection to ${name}. A firewall may forbid it.`,
    )
  const certificate = CERTIFICATE.find(([pattern]) => pattern.test(code))
  if (certificate)
    return failed('tls', `${name} has no valid certificate (${certificate[1]}), so nothing was sent.`)
  if (/SSL|TLS|EPROTO/.test(code))
    return failed('tls', `No secure connection to ${name} could be made, so nothing was sent.`)
  if (NO_HTTP.includes(code) || code.startsWith('HPE_'))
    return failed('network', `${name} answered with something that is not valid HTTP.`)
  if (HUNG_UP.includes(code))
    return failed(
      'network',
      answered
        ? `${name} closed the connection before its answer was complete.`
        : `${name} closed the connection without an answer.`,
    )
  return failed('network', `The connection to ${name} failed.`)
}

/** The innermost one that says more than that it was the connection. */
function codeOf(error: unknown): string {
  if (error instanceof AggregateError) return codeOf(error.errors[0])
  const { code, cause, name, message } = (error ?? {}) as Record<
    'code' | 'cause' | 'name' | 'message',
    unknown
  >
  if (name === 'HTTPParserError' || message === 'bad upgrade' || message === 'bad response') return 'HTTP'
  if (typeof code === 'string' && code !== 'UND_ERR_SOCKET') return code
  return cause ? codeOf(cause) || String(code ?? '') : String(code ?? '')
}
