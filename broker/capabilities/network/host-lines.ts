/** Which lines of a perimeter are about a host and port. What they say to it is the gate's to decide. */
import type { HostLine, Perimeter } from '../../../contract/perimeter.ts'
import type { UrlResource } from '../../../contract/resource.ts'

type Place = Pick<UrlResource, 'host' | 'port'>

const STANDARD: Record<HostLine['scheme'], number> = { https: 443, wss: 443, http: 80, ws: 80 }

/** Lines that say this very host with its port, and are no denial. `*` and `*.name` say nothing of private hosts. */
export function linesNaming(perimeter: Perimeter, { host, port }: Place): HostLine[] {
  return perimeter.hosts.filter(
    (line) =>
      line.port === port &&
      (line.read !== 'deny' || line.send !== 'deny') &&
      plainHost(line.host) === plainHost(host),
  )
}

/**
 * As what a connection is decided of which only host and port are known. One that several kinds of lines are about has
 * to be let through as each of them.
 */
export function schemesFor(perimeter: Perimeter, { host, port }: Place): ('http' | 'https')[] {
  const about = perimeter.hosts.filter(
    (line) => (line.port ?? STANDARD[line.scheme]) === port && covers(plainHost(line.host), plainHost(host)),
  )
  const schemes = (['https', 'http'] as const).filter((scheme) =>
    about.some((line) => line.scheme === scheme),
  )
  return schemes.length > 0 ? schemes : [port === 80 ? 'http' : 'https']
}

/** This very computer, by standard. */
export function isLoopback(host: string): boolean {
  const bare = plainHost(host)
  return (
    bare === 'localhost' || bare.endsWith('.localhost') || bare === '[::1]' || /^127(\.\d+){3}$/.test(bare)
  )
}

export function plainHost(host: string): string {
  const bare = host.toLowerCase().replace(/\.$/, '')
  return bare.includes(':') && !bare.startsWith('[') ? `[${bare}]` : bare
}

function covers(pattern: string, host: string): boolean {
  return pattern === '*' || pattern === host || (pattern.startsWith('*.') && host.endsWith(pattern.slice(1)))
}
