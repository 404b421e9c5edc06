/** Whether a secret may go to a target. Pure. A binding names scheme, host, port, path prefix and place; all must fit. */
import type { SecretBinding, SecretInfo } from '../../contract/secret.ts'

const DEFAULT_PORT = { https: 443, http: 80 } as const

export interface SecretTarget {
  /** `https://api.example.com` or with port, or `command:/usr/bin/git`. */
  origin: string
  path: string
  place: SecretBinding['place'] | 'command'
}

export function matchBinding(bindings: SecretBinding[], target: SecretTarget): boolean {
  if (target.place === 'command' || target.origin.startsWith('command:')) return false
  const url = URL.parse(target.origin)
  if (!url) return false
  const scheme = url.protocol.slice(0, -1)
  const host = url.hostname.replace(/\.$/, '').toLowerCase()
  return bindings.some((binding) => {
    if (binding.scheme !== scheme || binding.place !== target.place) return false
    const port = url.port === '' ? DEFAULT_PORT[binding.scheme] : Number(url.port)
    if (port !== (binding.port ?? DEFAULT_PORT[binding.scheme])) return false
    if (binding.host.replace(/\.$/, '').toLowerCase() !== host) return false
    return binding.pathPrefix === '/' || isBelow(target, binding.pathPrefix)
  })
}

/** At a segment's edge: `/v1` covers `/v1` and `/v1/x`, not `/v10`, and not what climbs out of it in any spelling. */
function isBelow({ origin, path: asked }: SecretTarget, prefix: string): boolean {
  // Behind its origin: alone, a path that begins with two slashes would be read as another host's.
  const path = URL.parse(origin + asked)?.pathname ?? ''
  if (climbs(path)) return false
  if (prefix.endsWith('/')) return path.startsWith(prefix) || `${path}/` === prefix
  return path === prefix || path.startsWith(`${prefix}/`)
}

/** Whether a server may read a segment as the way up, however often it decodes and whatever it takes for a slash. */
function climbs(path: string): boolean {
  let read = path
  for (let times = 0; times <= MOST_DECODED; times++) {
    if (/(?:^|[\\/])\.\.(?:[;\\/]|$)/.test(read)) return true
    const next = decodeOnce(read)
    if (next === read) return false
    read = next
  }
  return true
}
const MOST_DECODED = 4

/** Bytes as Latin letters; a dot and a slash also in the longer forms that some servers take for them. */
function decodeOnce(text: string): string {
  return text
    .replace(/%([0-9a-f]{2})/gi, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)))
    .replace(/\u00c0\u00ae|\u00ef\u00bc\u008e/g, '.')
    .replace(/\u00c0\u00af|\u00ef\u00bc\u008f/g, '/')
}

/** Whether its rules name this agent (by name or id) and this tool: an empty list means none, `*` any. */
export function mayUse(
  rules: Pick<SecretInfo, 'agents' | 'tools'>,
  who: { principalId: string; principalName: string; tool: string | null },
): boolean {
  const fits = (list: string[], names: string[]) =>
    list.includes('*') || names.some((name) => list.includes(name))
  return (
    fits(rules.agents, [who.principalId, who.principalName]) &&
    (who.tool === null || fits(rules.tools, [who.tool]))
  )
}
