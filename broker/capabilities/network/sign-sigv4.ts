/**
 * AWS Signature Version 4, by Amazon's specification ("Create a signed AWS API request"): host, date and content hash
 * are signed with every header that goes out.
 */
import { createHash, createHmac } from 'node:crypto'
import type { HeaderList } from './request-headers.ts'

export interface SigV4Request {
  method: string
  /** Absolute, canonical. */
  url: URL
  headers: HeaderList
  body: Buffer
}
export interface SigV4Key {
  accessKeyId: string
  secretKey: string
  region: string
  service: string
}

/** @returns the headers to add: `x-amz-date`, for S3 `x-amz-content-sha256`, and `authorization` */
export function signSigV4(request: SigV4Request, key: SigV4Key, now: number): HeaderList {
  const date = new Date(now).toISOString().replace(/[-:]|\.\d{3}/g, '')
  const day = date.slice(0, 8)
  const bodyHash = sha256(request.body)
  const added: HeaderList = [['x-amz-date', date]]
  if (key.service === 's3') added.push(['x-amz-content-sha256', bodyHash])
  const signed: HeaderList = [
    ...request.headers.filter(([name]) => !added.some(([ours]) => ours === name)),
    ...added,
    ['host', request.url.host],
  ]
  signed.sort(([a], [b]) => (a < b ? -1 : 1))
  const names = signed.map(([name]) => name).join(';')
  const canonical = [
    request.method,
    canonicalPath(request.url.pathname, key.service),
    canonicalQuery(request.url.search),
    ...signed.map(([name, value]) => `${name}:${value.trim().replace(/ +/g, ' ')}`),
    '',
    names,
    bodyHash,
  ].join('\n')
  const scope = `${day}/${key.region}/${key.service}/aws4_request`
  const text = ['AWS4-HMAC-SHA256', date, scope, sha256(canonical)].join('\n')
  const signingKey = [day, key.region, key.service, 'aws4_request'].reduce<string | Buffer>(
    (secret, part) => hmac(secret, part),
    `AWS4${key.secretKey}`,
  )
  const signature = createHmac('sha256', signingKey).update(text).digest('hex')
  added.push([
    'authorization',
    `AWS4-HMAC-SHA256 Credential=${key.accessKeyId}/${scope}, SignedHeaders=${names}, Signature=${signature}`,
  ])
  return added
}

/** Each segment encoded once more than it stands in the URL, but for S3, which takes it as it is. */
function canonicalPath(pathname: string, service: string): string {
  const segments = pathname.split('/').map((segment) => encode(decode(segment)))
  return (service === 's3' ? segments : segments.map(encode)).join('/') || '/'
}

function canonicalQuery(search: string): string {
  if (search.length < 2) return ''
  const pairs = search
    .slice(1)
    .split('&')
    .filter((pair) => pair !== '')
    .map((pair) => {
      const cut = pair.indexOf('=')
      const [name, value] = cut < 0 ? [pair, ''] : [pair.slice(0, cut), pair.slice(cut + 1)]
      return [encode(decode(name)), encode(decode(value))] as const
    })
  pairs.sort(([a, x], [b, y]) => (a === b ? (x < y ? -1 : 1) : a < b ? -1 : 1))
  return pairs.map(([name, value]) => `${name}=${value}`).join('&')
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}

/** RFC 3986: everything but letters, digits and `-._~`. */
function encode(text: string): string {
  return encodeURIComponent(text).replace(
    /[!'()*]/g,
    (char) => `%${char.charCodeAt(0).toString(16).toUpperCase()}`,
  )
}

function sha256(data: string | Buffer): string {
  return createHash('sha256').update(data).digest('hex')
}

function hmac(key: string | Buffer, text: string): Buffer {
  return createHmac('sha256', key).update(text).digest()
}
