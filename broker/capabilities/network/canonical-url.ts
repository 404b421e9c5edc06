/**
 * One form for each address: as the URL standard writes it, without user info, fragment or trailing dot of the host.
 * What can't have one form, or could be read in two ways, is refused by its spelling.
 */
import { type Outcome, ok, refused } from '../../../contract/outcome.ts'
import type { UrlResource } from '../../../contract/resource.ts'
import { LIMITS } from '../../../contract/words.ts'
import { isPublicAddress } from './public-address.ts'

const PORTS: Record<string, number> = { 'https:': 443, 'http:': 80 }
/** Methods that are no requests of a page's kind, or that make a server repeat secrets. */
const FORBIDDEN_METHODS = new Set(['CONNECT', 'TRACE', 'TRACK'])

/** @param base for a redirect's `Location`, which may be relative */
export function canonicalUrl(method: string, text: string, base?: string): Outcome<UrlResource> {
  const verb = method.toUpperCase()
  if (!/^[A-Z]{1,16}$/.test(verb) || FORBIDDEN_METHODS.has(verb))
    return bad(`the method ${verb.slice(0, 16)} is not supported`)
  if (!text.isWellFormed()) return bad('it is not valid Unicode')
  const url = URL.parse(text, base)
  if (!url) return bad('it is no absolute URL')
  const standard = PORTS[url.protocol]
  if (standard === undefined) return bad('only https and http are supported')
  if (url.username !== '' || url.password !== '')
    return bad('it holds a user name or password; use a secret instead')
  const host = hostWithoutDot(url)
  if (host === null) return bad('its host is not valid')
  url.hostname = host
  url.hash = ''
  const port = url.port === '' ? standard : Number(url.port)
  if (port === 0) return bad('port 0 does not exist')
  // A lone `#` or `?` at the end leaves its mark in `href`.
  const path = url.pathname + url.search
  const href = `${url.protocol}//${url.host}${path}`
  if (href.length > LIMITS.url) return bad('it is too long')
  return ok({
    kind: 'url',
    method: verb,
    url: href,
    scheme: url.protocol === 'https:' ? 'https' : 'http',
    host,
    port,
    path,
    privateAddress: isPrivateHost(host),
  })
}

/** `https://host:port`, the form in which secrets are bound. */
export function originOf(resource: UrlResource): string {
  return `${resource.scheme}://${resource.host}:${resource.port}`
}

function hostWithoutDot(url: URL): string | null {
  const host = url.hostname.replace(/\.$/, '')
  if (host === '' || host.length > 253 || host.includes('%')) return null
  if (host.startsWith('[')) return host
  const labels = host.split('.')
  if (labels.some((label) => label === '' || label.length > 63 || /[^a-z0-9_-]/.test(label))) return null
  return host
}

/** An address that is not public, or a name that by standard is this very computer. */
function isPrivateHost(host: string): boolean {
  if (host === 'localhost' || host.endsWith('.localhost')) return true
  const bare = host.startsWith('[') ? host.slice(1, -1) : host
  return /^[0-9.]+$/.test(bare) || bare.includes(':') ? !isPublicAddress(bare) : false
}

function bad(why: string) {
  return refused('invalid-request', `This address was refused: ${why}.`)
}
