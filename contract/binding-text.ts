/** Where a secret may be sent, as one line of text: `api.example.org/v1`, `http://127.0.0.1:8080 in the query`. Pure. */
import { readHost } from './host-text.ts'
import type { SecretBinding } from './secret.ts'

/** Pages and Node have it alike; nothing else of either belongs here. */
declare const URL: { parse(address: string): { readonly hostname: string } | null }

export const PLACE_WORDS: Record<SecretBinding['place'], string> = {
  header: 'in a header',
  query: 'in the address',
  body: 'in the body',
}

export function writeBinding({ scheme, host, port, pathPrefix }: SecretBinding): string {
  return `${scheme}://${host}${port === undefined ? '' : `:${port}`}${pathPrefix === '/' ? '' : pathPrefix}`
}

/** Null when it names no host. */
export function readBinding(text: string, place: SecretBinding['place'] = 'header'): SecretBinding | null {
  const written = readHost(text)
  if (!written) return null
  // As it stands in an address: other letters have a form of their own there.
  const host = URL.parse(`https://${written.host}`)?.hostname
  return host ? { ...written, host, place } : null
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
