/**
 * Cookies of one agent, in memory only. Each goes back to the very host that set it: without a list of public suffixes
 * nobody can tell whether `example.co.uk` may speak for its neighbours, so nobody may.
 */
import type * as Undici from 'undici'
import type { UrlResource } from '../../../contract/resource.ts'

interface Kept {
  name: string
  value: string
  path: string
  secure: boolean
  /** Epoch milliseconds; Infinity for as long as the broker runs. */
  expires: number
}
export interface CookieJar {
  store(from: UrlResource, setCookie: readonly string[]): Promise<void>
  /** The `Cookie` header's value; '' when there is none. */
  headerFor(to: UrlResource): string
  size(): number
}

const MAX_COOKIES = 300
/** So that no host takes the room of all others. */
const MAX_OF_HOST = 50
const MAX_BYTES = 4096

export function createCookieJar(clock: () => number): CookieJar {
  /** By host, then by name and path. */
  const hosts = new Map<string, Map<string, Kept>>()
  let count = 0

  async function store(from: UrlResource, setCookie: readonly string[]): Promise<void> {
    if (setCookie.length === 0) return
    const { default: undici } = await import('undici')
    const { parseCookie } = undici as unknown as Pick<typeof Undici, 'parseCookie'>
    for (const line of setCookie) {
      const cookie = line.length <= MAX_BYTES ? parseCookie(line) : null
      if (!cookie || cookie.name === '' || (cookie.secure && from.scheme !== 'https')) continue
      // Some servers don't tell upper and lower case apart: to them it would be the name that promises.
      const promise = cookie.name.toLowerCase()
      if (promise.startsWith('__secure-') && !cookie.secure) continue
      if (promise.startsWith('__host-') && (!cookie.secure || cookie.path !== '/' || cookie.domain != null))
        continue
      const path = cookie.path?.startsWith('/') ? cookie.path : defaultPath(from.path)
      const kept = {
        ...{ name: cookie.name, value: cookie.value, path },
        ...{ secure: cookie.secure ?? false, expires: endOf(cookie) },
      }
      keep(from.host, kept, from.scheme === 'https')
    }
  }

  function endOf(cookie: { maxAge?: number | undefined; expires?: Date | number | undefined }): number {
    if (typeof cookie.maxAge === 'number') return clock() + cookie.maxAge * 1000
    return cookie.expires === undefined ? Number.POSITIVE_INFINITY : Number(cookie.expires)
  }

  function keep(host: string, cookie: Kept, overTls: boolean): void {
    const jar = hosts.get(host) ?? new Map<string, Kept>()
    const key = `${cookie.name};${cookie.path}`
    // What was set under encryption, nobody on the way to a plain connection takes away.
    if (jar.get(key)?.secure && !overTls) return
    if (jar.delete(key)) count--
    if (cookie.expires > clock()) {
      makeRoom(jar)
      jar.set(key, cookie)
      count++
    }
    // The host that was heard of last comes last.
    hosts.delete(host)
    if (jar.size > 0) hosts.set(host, jar)
  }

  /** What has ended goes first, then the oldest of this host, then that of the host that was silent for longest. */
  function makeRoom(jar: Map<string, Kept>): void {
    if (jar.size < MAX_OF_HOST && count < MAX_COOKIES) return
    const now = clock()
    for (const [host, each] of hosts) {
      for (const [key, { expires }] of each) if (expires <= now && each.delete(key)) count--
      if (each.size === 0 && each !== jar) hosts.delete(host)
    }
    if (jar.size >= MAX_OF_HOST) dropOldest(jar)
    const [silent] = [...hosts.values()]
    if (count >= MAX_COOKIES && silent) dropOldest(silent)
  }

  function dropOldest(jar: Map<string, Kept>): void {
    const [oldest] = jar.keys()
    if (oldest !== undefined && jar.delete(oldest)) count--
  }

  function headerFor(to: UrlResource): string {
    const path = to.path.split('?')[0] as string
    const now = clock()
    return [...(hosts.get(to.host)?.values() ?? [])]
      .filter(
        (cookie) =>
          cookie.expires > now && (!cookie.secure || to.scheme === 'https') && covers(cookie.path, path),
      )
      .sort((a, b) => b.path.length - a.path.length)
      .map(({ name, value }) => `${name}=${value}`)
      .join('; ')
  }

  return { store, headerFor, size: () => count }
}

function defaultPath(path: string): string {
  const bare = path.split('?')[0] as string
  const cut = bare.lastIndexOf('/')
  return cut <= 0 ? '/' : bare.slice(0, cut)
}

function covers(cookiePath: string, path: string): boolean {
  return path === cookiePath || path.startsWith(cookiePath.endsWith('/') ? cookiePath : `${cookiePath}/`)
}
