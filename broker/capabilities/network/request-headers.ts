/**
 * The headers of a request: those a tool may set, and those that are ours to set. What frames the message, names the
 * host or is spoken between proxies is never a tool's; nor what has a server do another thing, or look at another path,
 * than the method and the address that were decided on.
 */
import { type Outcome, ok, refused } from '../../../contract/outcome.ts'

export type HeaderList = [string, string][]

const FORBIDDEN = new Set([
  'accept-encoding',
  'connection',
  'content-length',
  'date',
  'expect',
  'forwarded',
  'host',
  'keep-alive',
  'proxy-connection',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
  'via',
  'x-host',
  'x-method-override',
  'x-rewrite-url',
])
const FORBIDDEN_PREFIXES = ['proxy-', 'sec-', 'x-forwarded-', 'x-http-', 'x-original-']
/** What may follow a redirect to another origin: it carries nothing about who asks. */
const TRAVELS = new Set([
  'accept',
  'accept-language',
  'cache-control',
  'content-language',
  'content-type',
  'if-modified-since',
  'if-none-match',
  'range',
  'user-agent',
])
const TOKEN = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/

/** Names lower-cased, values trimmed, in order. */
export function cleanHeaders(headers: readonly (readonly [string, string])[]): Outcome<HeaderList> {
  const clean: HeaderList = []
  const seen = new Set<string>()
  for (const [given, value] of headers) {
    const name = given.toLowerCase()
    if (!TOKEN.test(name)) return bad(`“${given.slice(0, 60)}” is no name for a header`)
    if (FORBIDDEN.has(name) || FORBIDDEN_PREFIXES.some((prefix) => name.startsWith(prefix)))
      return bad(`the header “${given}” is set by Sallyport, not by tools`)
    if (seen.has(name)) return bad(`the header “${given}” is given twice; join its values`)
    if (!isHeaderText(value))
      return bad(`the value of the header “${given}” holds characters that headers can’t`)
    seen.add(name)
    clean.push([name, value.trim()])
  }
  return ok(clean)
}

/** Tab, printable ASCII and Latin-1: what goes over the wire as it is. */
export function isHeaderText(value: string): boolean {
  return /^[\t\u0020-\u007e\u0080-\u00ff]*$/.test(value)
}

export function headersAcrossOrigins(headers: HeaderList): HeaderList {
  return headers.filter(([name, value]) => TRAVELS.has(name) && !value.includes('{{secret:'))
}

export function headerOf(headers: HeaderList, name: string): string {
  return headers.find(([known]) => known === name)?.[1] ?? ''
}

function bad(why: string) {
  return refused('invalid-request', `The request was refused: ${why}.`)
}
