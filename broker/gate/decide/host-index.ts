/**
 * Host patterns with scheme, port and path prefix: `example.org`, `*.example.org` (below it, not itself), `*`.
 * A map by host, then a tree by path: many prefixes of one host cost no more than one.
 */
import type { UrlResource } from '../../../contract/resource.ts'
import { PathTrie } from './path-trie.ts'

export interface HostPattern {
  /** `example.org`, `*.example.org`, `*`, or an address as URLs write it (`[::1]`). */
  host: string
  /** null: any. */
  scheme: string | null
  /** null: any. */
  port: number | null
  /** Starts with `/`; covers at a segment boundary. */
  prefix: string
}

const DEFAULT_PORT: Record<string, number> = { https: 443, wss: 443, http: 80, ws: 80 }
export function defaultPort(scheme: string): number {
  return DEFAULT_PORT[scheme] ?? 443
}

/** A rule's host text (`host`, `*.host`, `*`, with optional scheme, port and path); null when it is none. */
export function parseHostPattern(text: string): HostPattern | null {
  const match =
    /^(?:(https?|wss?):\/\/)?(\[[0-9A-Fa-f:.]+\]|[^/:?#\s\\@]+)(?::(\d{1,5}))?(\/[^?#\s]*)?$/.exec(text)
  if (!match) return null
  const host = canonicalHost(match[2] ?? '')
  const port = match[3] === undefined ? null : Number(match[3])
  if (host === null || (port !== null && (port < 1 || port > 65535))) return null
  return { host, scheme: match[1] ?? null, port, prefix: canonicalPrefix(match[4] ?? '/') }
}

/** Lower case, punycode, no trailing dot; keeps a leading `*.`. Null when it is no host. */
export function canonicalHost(text: string): string | null {
  if (text === '*') return '*'
  const wild = text.startsWith('*.')
  const bare = (wild ? text.slice(2) : text).replace(/\.$/, '')
  if (bare === '' || bare.includes('*')) return null
  const bracketed = bare.includes(':') && !bare.startsWith('[') ? `[${bare}]` : bare
  const url = URL.parse(`http://${bracketed}/`)
  if (!url || url.hostname === '' || url.pathname !== '/' || url.username !== '' || url.port !== '')
    return null
  return wild ? `*.${url.hostname}` : url.hostname
}

/** A prefix as URLs write paths: percent-encoding and dots as the URL standard makes them. */
export function canonicalPrefix(prefix: string): string {
  return URL.parse(prefix, 'http://h')?.pathname ?? prefix
}

/** Path and query as they stand in the canonical URL. */
export function pathAndQuery(resource: Pick<UrlResource, 'url'>): string {
  const at = resource.url.indexOf('/', resource.url.indexOf('://') + 3)
  return at < 0 ? '/' : resource.url.slice(at)
}

/** True when `prefix` covers this path (with or without query) at a segment boundary. */
export function coversPrefix(prefix: string, path: string): boolean {
  if (prefix === '/') return true
  if (!path.startsWith(prefix)) return false
  if (prefix.endsWith('/') || path.length === prefix.length) return true
  const next = path.charCodeAt(prefix.length)
  return next === 47 || next === 63
}

/**
 * Paths that servers may read otherwise than they are written (encoded slashes and dots, `..;`, doubled slashes): a
 * prefix says nothing about where such a request ends up, so it lets none through and keeps all out.
 */
export function ambiguousPath(path: string): boolean {
  const query = path.indexOf('?')
  const bare = query < 0 ? path : path.slice(0, query)
  return /%(?:2f|5c|2e|25|00)|(?:^|\/)\.{1,2};|\/\/|\\/i.test(bare)
}

/** True for names and addresses that are not of the public internet: `*` does not cover them. */
export function isPrivateHost(resource: Pick<UrlResource, 'host' | 'privateAddress'>): boolean {
  if (resource.privateAddress) return true
  const { host } = resource
  if (isAddress(host)) return false
  return !host.includes('.') || /\.(?:localhost|local|internal|lan|home\.arpa)$/.test(host)
}

function isAddress(host: string): boolean {
  return host.startsWith('[') || host.includes(':') || /(?:^|\.)\d+$/.test(host)
}

interface Entry<T> {
  pattern: HostPattern
  value: T
}

export class HostIndex<T> {
  readonly #exact = new Map<string, PathTrie<Entry<T>[]>>()
  readonly #below = new Map<string, PathTrie<Entry<T>[]>>()
  readonly #any = new PathTrie<Entry<T>[]>()

  add(pattern: HostPattern, value: T): void {
    this.#trieFor(pattern.host).update(pattern.prefix, (old) => [...(old ?? []), { pattern, value }])
  }

  /**
   * Everything whose pattern covers the address, in groups: exact host first, then the nearest `*.host`, last `*`;
   * within a host the longest prefix first. `first` ends after the first group. With `anyPrefix` (for ambiguous
   * paths) a host's patterns come as one group, whatever their prefix.
   */
  collect(
    resource: UrlResource,
    how: { first: boolean; anyPrefix: boolean; path: string },
    out: T[][],
  ): void {
    const host = resource.host
    if (this.#collectFrom(this.#exact.get(host), resource, how, out) && how.first) return
    if (this.#below.size > 0 && !isAddress(host)) {
      for (let dot = host.indexOf('.'); dot >= 0; dot = host.indexOf('.', dot + 1)) {
        const trie = this.#below.get(host.slice(dot + 1))
        if (this.#collectFrom(trie, resource, how, out) && how.first) return
      }
    }
    this.#collectFrom(this.#any, resource, how, out)
  }

  #collectFrom(
    trie: PathTrie<Entry<T>[]> | undefined,
    resource: UrlResource,
    how: { first: boolean; anyPrefix: boolean; path: string },
    out: T[][],
  ): boolean {
    if (!trie) return false
    const levels: Entry<T>[][] = []
    const query = how.path.indexOf('?')
    if (how.anyPrefix) levels.push([...trie.values()].flat())
    else trie.collect(query < 0 ? how.path : how.path.slice(0, query), levels)
    let found = false
    for (let at = levels.length - 1; at >= 0; at--) {
      const covering: T[] = []
      for (const { pattern, value } of levels[at] ?? []) {
        if (fitsAddress(pattern, resource) && (how.anyPrefix || coversPrefix(pattern.prefix, how.path)))
          covering.push(value)
      }
      if (covering.length === 0) continue
      out.push(covering)
      found = true
      if (how.first) return true
    }
    return found
  }

  #trieFor(host: string): PathTrie<Entry<T>[]> {
    if (host === '*') return this.#any
    const wild = host.startsWith('*.')
    const map = wild ? this.#below : this.#exact
    const key = wild ? host.slice(2) : host
    let trie = map.get(key)
    if (!trie) {
      trie = new PathTrie()
      map.set(key, trie)
    }
    return trie
  }
}

function fitsAddress(pattern: HostPattern, resource: UrlResource): boolean {
  return (
    (pattern.scheme === null || pattern.scheme === resource.scheme) &&
    (pattern.port === null || pattern.port === resource.port)
  )
}
