/** Which hosts a program reaches: each connection goes to the gate, and so does one to a service of this computer. */
import { type Outcome, ok } from '../../../contract/outcome.ts'
import type { CommandResource, Need, UrlResource } from '../../../contract/resource.ts'
import type { ContainedProgram, PerformContext } from '../../ports.ts'
import { fit, lastName } from '../files/name-paths.ts'
import { canonicalUrl } from '../network/canonical-url.ts'
import { addressesFor, type ResolveName } from '../network/check-addresses.ts'
import { isLoopback, schemesFor } from '../network/host-lines.ts'
import { isPublicAddress } from '../network/public-address.ts'

/** Services of this computer that one program has at hand; each is a process of the sandbox. */
const MAX_LOCAL = 16

export function hostsOf(
  resource: CommandResource,
  context: PerformContext,
  resolve: ResolveName,
): Pick<ContainedProgram, 'mayConnect' | 'privateAddresses' | 'local'> {
  return {
    mayConnect: (host, port) => mayConnect(host, port, resource, context),
    async privateAddresses(host, port) {
      const places = connectionsTo(host, port, context)
      if (places.kind !== 'ok') return []
      const found = await addressesFor(places.value[0], context.perimeter, resolve, context.signal)
      if (found.kind !== 'ok') return []
      return found.value.map(({ address }) => address).filter((address) => !isPublicAddress(address))
    },
    local: resource.readOnly ? [] : localServices(context),
  }
}

async function mayConnect(
  host: string,
  port: number,
  resource: CommandResource,
  context: PerformContext,
): Promise<string | null> {
  if (resource.readOnly) return 'it was run to read only, and so reaches no host'
  const places = connectionsTo(host, port, context)
  if (places.kind !== 'ok') return places.model
  for (const place of places.value) {
    const no = await context.allowFurther(needOf(place), {
      verb: 'Connect to',
      object: fit(`${place.host}:${port}`, 300),
      tail: fit(`for ${lastName(resource.program)}`, 120),
    })
    if (no) return no.model
  }
  context.progress(`Connected to ${places.value[0].host}:${port}; what is sent may arrive.`)
  return null
}

/** For what it has sent there. */
export function placeFor(host: string, port: number, context: PerformContext): UrlResource | null {
  const places = connectionsTo(host, port, context)
  return places.kind === 'ok' ? places.value[0] : null
}

/** What goes through a contained program's connection can't be seen, so it is decided as what can carry most: a POST. */
function connectionsTo(
  host: string,
  port: number,
  { perimeter }: PerformContext,
): Outcome<[UrlResource, ...UrlResource[]]> {
  const bracketed = host.includes(':') && !host.startsWith('[') ? `[${host}]` : host
  const places: UrlResource[] = []
  const plain = canonicalUrl('POST', `http://${bracketed}:${port}/`)
  if (plain.kind !== 'ok') return plain
  for (const scheme of schemesFor(perimeter, plain.value)) {
    const url = canonicalUrl('POST', `${scheme}://${bracketed}:${port}/`)
    if (url.kind !== 'ok') return url
    places.push(url.value)
  }
  return ok(places as [UrlResource, ...UrlResource[]])
}

/** Those that a line names and nothing denies; whether to ask is found when it connects. */
function localServices(context: PerformContext): string[] {
  const open = context.perimeter.hosts.flatMap(({ host, port }) => {
    if (port === undefined || !isLoopback(host)) return []
    const places = connectionsTo(host, port, context)
    if (places.kind !== 'ok') return []
    const denied = places.value.some((place) => context.wouldDecide(needOf(place)) === 'deny')
    return denied ? [] : [`${places.value[0].host}:${port}`]
  })
  return [...new Set(open)].slice(0, MAX_LOCAL)
}

const needOf = (resource: UrlResource): Need => ({ capability: 'net.request', resource })
