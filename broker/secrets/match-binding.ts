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
    return isBelow(target.path, binding.pathPrefix)
  })
}

/** At a segment's edge: `/v1` covers `/v1` and `/v1/x`, not `/v10`. */
function isBelow(path: string, prefix: string): boolean {
  if (prefix.endsWith('/')) return path.startsWith(prefix) || `${path}/` === prefix
  return path === prefix || path.startsWith(`${prefix}/`) || path.startsWith(`${prefix}?`)
}

/** Names of principals and tools that may use it: empty means none, `*` any. */
export function mayUse(info: SecretInfo, agent: string, tool: string | null): boolean {
  const fits = (list: string[], name: string | null) =>
    list.includes('*') || (name !== null && list.includes(name))
  return fits(info.agents, agent) && (tool === null || fits(info.tools, tool))
}
