/** Where a secret may be sent, as one line of text: `api.example.org/v1`, `http://127.0.0.1:8080 in the query`. Pure. */
import type { SecretBinding } from '../../contract/secret.ts'

export const PLACE_WORDS: Record<SecretBinding['place'], string> = {
  header: 'in a header',
  query: 'in the address',
  body: 'in the body',
}

export function writeBinding({ scheme, host, port, pathPrefix }: SecretBinding): string {
  return `${scheme}://${host}${port === undefined ? '' : `:${port}`}${pathPrefix === '/' ? '' : pathPrefix}`
}

/** Null when it names no host. A secret goes to one host by name: no wildcard, no user name. */
export function readBinding(text: string, place: SecretBinding['place'] = 'header'): SecretBinding | null {
  const match = /^(?:(https?):\/\/)?([\p{L}\p{N}_.-]+|\[[0-9a-fA-F:.]+\])(?::(\d{1,5}))?(\/\S*)?$/iu.exec(
    text.trim(),
  )
  if (!match) return null
  const [, scheme = 'https', host = '', portText, pathPrefix = '/'] = match
  const port = portText === undefined ? undefined : Number(portText)
  if (port !== undefined && (port < 1 || port > 65_535)) return null
  // As it stands in an address: other letters have a form of their own there.
  const hostname = URL.parse(`https://${host}`)?.hostname
  if (!hostname) return null
  return {
    scheme: scheme.toLowerCase() === 'http' ? 'http' : 'https',
    host: hostname,
    ...(port === undefined ? {} : { port }),
    pathPrefix,
    place,
  }
}

/** With what stands in the field and was not added yet; null when that names no host. What is listed already is not listed twice. */
export function withTyped(
  bindings: SecretBinding[],
  text: string,
  place?: SecretBinding['place'],
): SecretBinding[] | null {
  if (text.trim() === '') return bindings
  const typed = readBinding(text, place)
  if (!typed) return null
  const isListed = bindings.some(
    (known) => known.place === typed.place && writeBinding(known) === writeBinding(typed),
  )
  return isListed ? bindings : [...bindings, typed]
}
