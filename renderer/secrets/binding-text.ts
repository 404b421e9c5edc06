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
  return {
    scheme: scheme.toLowerCase() === 'http' ? 'http' : 'https',
    host: host.toLowerCase(),
    ...(port === undefined ? {} : { port }),
    pathPrefix,
    place,
  }
}
