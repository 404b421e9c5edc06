/**
 * Whether an IP address is of the public internet. Everything else (this computer, the local network, a cloud's own
 * services, tunnels into IPv4, what no registry gives out) is private here.
 */
import { isIP } from 'node:net'
import ipaddr from 'ipaddr.js'

/** Public by registry, but answered by a cloud's own host beside the machine (Azure's WireServer). */
const CLOUD_INSIDE = new Set(['168.63.129.16'])
/** All of global unicast so far: RFC 4291, and IANA's list of what was given out. */
const GLOBAL_V6 = ipaddr.IPv6.parseCIDR('2000::/3')
/** IPv4 within IPv6, translated at the network's edge (RFC 6052). Usual where a network has no IPv4. */
const NAT64 = ipaddr.IPv6.parseCIDR('64:ff9b::/96')

/** @param text an address without brackets or zone; anything else counts as private */
export function isPublicAddress(text: string): boolean {
  if (isIP(text) === 0 || text.includes('%')) return false
  const address = ipaddr.parse(text)
  return address instanceof ipaddr.IPv4 ? isPublicV4(address) : isPublicV6(address as ipaddr.IPv6)
}

function isPublicV4(address: ipaddr.IPv4): boolean {
  return address.range() === 'unicast' && !CLOUD_INSIDE.has(address.toString())
}

function isPublicV6(address: ipaddr.IPv6): boolean {
  if (address.isIPv4MappedAddress()) return false
  if (address.match(NAT64)) return isPublicV4(new ipaddr.IPv4(address.toByteArray().slice(12)))
  return address.match(GLOBAL_V6) && address.range() === 'unicast'
}
