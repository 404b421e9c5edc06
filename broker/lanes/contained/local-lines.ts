/**
 * What is run before a contained program, so that it finds the services of this computer that it may ask for. In its own
 * network nothing of this computer is there: each of these ports is listened on there, and what connects goes through the
 * sandbox's proxy, which asks. So programs that know of no proxy reach it, by whatever name they have for this computer,
 * and what a program serves to itself stays its own.
 */

/** Only what is at a program's own ports is asked for directly; addresses of private networks are the proxy's. */
const OWN = 'localhost,127.0.0.1,::1'
/** Looks for them to listen, a hundredth of a second apart. */
const LOOKS = 200

/** Words for a shell, ended so that others can follow. @param local `host:port` each */
export function localLines(local: readonly string[], platform = process.platform): string {
  // There a program has no network of its own in which anything could listen.
  if (platform === 'darwin') return local.length > 0 ? 'unset NO_PROXY no_proxy; ' : proxied(OWN)
  const places = byPlace(local)
  return proxied(OWN) + [...places].map(([at, to]) => relay(at, to)).join('') + awaited([...places.keys()])
}

const proxied = (own: string) => `export NO_PROXY=${own} no_proxy=${own}; `

/** By where it is listened on; what is named first counts. */
function byPlace(local: readonly string[]): Map<string, string> {
  const places = new Map<string, string>()
  for (const to of local) {
    const match = /^(\[::1\]|127(?:\.\d{1,3}){3}|[a-z0-9.-]+):(\d{1,5})$/.exec(to)
    if (!match) continue
    const [, host = '', port = ''] = match
    const at = `${/^(127\.|\[)/.test(host) ? host : '127.0.0.1'}:${port}`
    if (!places.has(at)) places.set(at, to)
  }
  return places
}

/** The runtime's own variables have the way to its proxy. */
function relay(at: string, to: string): string {
  const [host, port] = split(at)
  const listen = `${host === '[::1]' ? 'TCP6' : 'TCP4'}-LISTEN:${port},bind=${host},fork,reuseaddr,backlog=256`
  const proxy =
    'proxyport="$CLOUDSDK_PROXY_PORT",proxyauth="$CLOUDSDK_PROXY_USERNAME:$CLOUDSDK_PROXY_PASSWORD"'
  const [name, itsPort] = split(to)
  return `socat ${listen} PROXY:localhost:${name}:${itsPort},${proxy} </dev/null >/dev/null 2>&1 & `
}

function awaited(places: readonly string[]): string {
  if (places.length === 0) return ''
  const ports = [
    ...new Set(places.map((at) => Number(split(at)[1]).toString(16).toUpperCase().padStart(4, '0'))),
  ]
  const listening = ports
    .map((port) => `grep -qs ":${port} 0*:0000 0A" /proc/net/tcp /proc/net/tcp6`)
    .join(' && ')
  return `n=0; until { ${listening}; } || [ $n -ge ${LOOKS} ]; do n=$((n + 1)); sleep 0.01; done; unset n; `
}

function split(place: string): [host: string, port: string] {
  const colon = place.lastIndexOf(':')
  return [place.slice(0, colon), place.slice(colon + 1)]
}
