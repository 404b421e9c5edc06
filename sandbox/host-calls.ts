/**
 * What a realm may call in this process, beside asking the broker: pure functions over text. Whatever comes in is
 * checked again, since tool code could find a way to call them directly; and nothing is ever thrown back in.
 */
import { Buffer } from 'node:buffer'
import process from 'node:process'

const RANDOM_LIMIT = 65_536
/** Characters: addresses that hold their data (`data:`) are long. */
const URL_LIMIT = 1024 * 1024
const DIGESTS: Record<string, string> = {
  'SHA-1': 'sha1',
  'SHA-256': 'sha256',
  'SHA-384': 'sha384',
  'SHA-512': 'sha512',
}
/** Loaded when a tool first asks for it: it takes a tenth of this process's start. */
const loadCrypto = () => process.getBuiltinModule('node:crypto')
const FIELDS = [
  'href',
  'protocol',
  'username',
  'password',
  'host',
  'hostname',
  'port',
  'pathname',
  'search',
  'hash',
] as const

export function random(bytes: unknown): string {
  if (typeof bytes !== 'number' || !(bytes > 0 && bytes <= RANDOM_LIMIT)) return ''
  return loadCrypto().randomBytes(Math.trunc(bytes)).toString('latin1')
}

export function digest(algorithm: unknown, bytes: unknown): string {
  if (typeof algorithm !== 'string' || typeof bytes !== 'string') return ''
  const name = algorithm.toUpperCase()
  if (!Object.hasOwn(DIGESTS, name)) return ''
  return loadCrypto()
    .createHash(DIGESTS[name] as string)
    .update(Buffer.from(bytes, 'latin1'))
    .digest('latin1')
}

export function parseUrl(url: unknown, base: unknown): string {
  if (typeof url !== 'string' || url.length > URL_LIMIT) return ''
  if (base !== undefined && (typeof base !== 'string' || base.length > URL_LIMIT)) return ''
  const parsed = URL.parse(url, base)
  return parsed ? partsOf(parsed) : ''
}

export function editUrl(url: unknown, field: unknown, value: unknown): string {
  if (typeof url !== 'string' || typeof value !== 'string' || url.length + value.length > URL_LIMIT) return ''
  const known = FIELDS.find((name) => name === field)
  const parsed = known && URL.parse(url)
  if (!parsed) return ''
  try {
    parsed[known] = value
  } catch {
    return ''
  }
  return partsOf(parsed)
}

function partsOf(url: URL): string {
  const { href, origin, protocol, username, password, host, hostname, port, pathname, search, hash } = url
  return JSON.stringify([
    href,
    origin,
    protocol,
    username,
    password,
    host,
    hostname,
    port,
    pathname,
    search,
    hash,
  ])
}
