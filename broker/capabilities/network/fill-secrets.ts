/**
 * `{{secret:name}}` in a header value, the query or the body. Found when the request is made exact; filled in only at
 * the edge, when the bytes are made, in the form that their place needs.
 */
import { type Outcome, ok, refused } from '../../../contract/outcome.ts'

const PLACEHOLDER = /\{\{secret:([a-z0-9][a-z0-9._-]{0,63})\}\}/g
/** What looks as if it was meant to be one: it must not go out as text. Told from its end, it takes no second look. */
const NEARLY = /(?<=(?:\{|%7b){2}(?:\s|%20|\+)*)secret/i
/** Of one text. Each is filled in by itself. */
const MOST_PLACES = 1_000

/** @returns the names, each once; a refusal when something is nearly a placeholder, or there are too many */
export function secretsIn(text: string): Outcome<string[]> {
  const names = new Set<string>()
  let places = 0
  for (const match of text.matchAll(PLACEHOLDER)) {
    if (++places > MOST_PLACES) return TOO_MANY_PLACES
    names.add(match[1] as string)
  }
  if (!NEARLY.test(text.replace(PLACEHOLDER, ''))) return ok([...names])
  return refused(
    'invalid-request',
    'A placeholder for a secret is written as {{secret:name}}, in a header value, the query or the body. Nothing was sent.',
  )
}

const TOO_MANY_PLACES = refused(
  'invalid-request',
  `A secret can stand in ${MOST_PLACES} places of one text at most. Nothing was sent.`,
)

export function fillSecrets(
  text: string,
  values: ReadonlyMap<string, string>,
  form: (value: string) => string,
): string {
  return text.replace(PLACEHOLDER, (whole, name: string) => {
    const value = values.get(name)
    if (value === undefined) throw new Error(`No value for ${whole}.`)
    return form(value)
  })
}

/** How a value is written in a body of this type, so that it can't break out of its place. */
export function bodyForm(contentType: string): (value: string) => string {
  const type = contentType.split(';')[0]?.trim().toLowerCase() ?? ''
  if (type === 'application/json' || type.endsWith('+json'))
    return (value) => JSON.stringify(value).slice(1, -1)
  if (type === 'application/x-www-form-urlencoded') return encodeURIComponent
  return (value) => value
}
