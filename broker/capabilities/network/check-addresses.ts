/**
 * From a host to the addresses that are connected to. A name is resolved once; every address it has is checked; the
 * connection goes to those and no others, so a name that answers differently a moment later gains nothing. An address
 * that is not public needs a line in the perimeter that names this very host with its port.
 */
import { promises as dns, type LookupAddress } from 'node:dns'
import { isIP } from 'node:net'
import { failed, type Outcome, ok, refused } from '../../../contract/outcome.ts'
import type { Perimeter } from '../../../contract/perimeter.ts'
import type { UrlResource } from '../../../contract/resource.ts'
import { linesNaming } from './host-lines.ts'
import { isPublicAddress } from './public-address.ts'

/** All addresses of a name, as the system resolves it (hosts file included). */
export type ResolveName = (host: string) => Promise<LookupAddress[]>
export const resolveName: ResolveName = (host) => dns.lookup(host, { all: true })

export async function addressesFor(
  target: Pick<UrlResource, 'scheme' | 'host' | 'port'>,
  perimeter: Perimeter,
  resolve: ResolveName,
  signal: AbortSignal,
): Promise<Outcome<LookupAddress[]>> {
  const found = await lookUp(target.host, resolve, signal)
  if (found.kind !== 'ok') return found
  if (found.value.every(({ address }) => isPublicAddress(address))) return found
  if (namesPrivateHost(perimeter, target)) return found
  return refused(
    'outside-perimeter',
    `“${target.host}” leads to this computer or its local network, and no line of the perimeter names that host with port ${target.port}.`,
    `“${target.host}” resolves to an address that is not public. It is refused unless a person adds a line for ${target.scheme}://${target.host}:${target.port} to the agent’s perimeter.`,
  )
}

async function lookUp(
  host: string,
  resolve: ResolveName,
  signal: AbortSignal,
): Promise<Outcome<LookupAddress[]>> {
  const bare = host.startsWith('[') ? host.slice(1, -1) : host
  const family = isIP(bare)
  if (family !== 0) return ok([{ address: bare, family }])
  try {
    const addresses = await orAborted(resolve(host), signal)
    if (addresses.length === 0) return failed('network', `“${host}” has no address.`)
    return ok(addresses)
  } catch {
    if (signal.aborted) return failed('timeout', `Looking up “${host}” took too long.`)
    return failed('network', `“${host}” could not be found.`)
  }
}

function orAborted<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((done, fail) => {
    const abort = () => fail(new Error('aborted'))
    if (signal.aborted) abort()
    signal.addEventListener('abort', abort, { once: true })
    work.then(done, fail).finally(() => signal.removeEventListener('abort', abort))
  })
}

function namesPrivateHost(
  perimeter: Perimeter,
  target: Pick<UrlResource, 'scheme' | 'host' | 'port'>,
): boolean {
  return linesNaming(perimeter, target).some((line) => line.scheme === target.scheme)
}
