/** A request made exact: canonical address, clean headers, whole body, the secrets it would use. Sends nothing. */
import { type Outcome, ok, refused } from '../../../contract/outcome.ts'
import type { OperationArgs } from '../../../contract/request.ts'
import type { UrlResource } from '../../../contract/resource.ts'
import { canonicalUrl } from './canonical-url.ts'
import { secretsIn } from './fill-secrets.ts'
import { cleanHeaders, type HeaderList } from './request-headers.ts'
import type { Signing } from './sign-request.ts'

/** What a request sends, however its answer comes. */
export type SentParts = Pick<
  OperationArgs<'net.stream'>,
  'url' | 'method' | 'headers' | 'body' | 'bodyEncoding' | 'sign'
>

export interface RequestPlan {
  resource: UrlResource
  headers: HeaderList
  /** Text in which secrets may stand; or bytes, in which they may not. */
  body: string | Buffer | null
  signing: Signing | null
  /** Names of the secrets, each with where it stands. */
  secrets: { name: string; place: 'header' | 'query' | 'body' }[]
}

const BODILESS = new Set(['GET', 'HEAD'])
/** Secrets of one request. Each is decided on by itself. */
const MOST_SECRETS = 64

export function planRequest(args: SentParts): Outcome<RequestPlan> {
  const resource = canonicalUrl(args.method, args.url)
  if (resource.kind !== 'ok') return resource
  const headers = cleanHeaders(args.headers)
  if (headers.kind !== 'ok') return headers
  const body = bodyOf(args, resource.value.method)
  if (body.kind !== 'ok') return body
  const secrets = placesOfSecrets(resource.value, headers.value, body.value)
  if (secrets.kind !== 'ok') return secrets
  const signing = args.sign ?? null
  const proof = signing?.scheme === 'hmac-sha256' ? cleanHeaders([[signing.header, '']]) : ok([])
  if (proof.kind !== 'ok') return proof
  if (signing) secrets.value.push({ name: signing.secret, place: 'header' })
  return ok({
    resource: resource.value,
    headers: headers.value,
    body: body.value,
    signing,
    secrets: secrets.value,
  })
}

function bodyOf(args: SentParts, method: string): Outcome<string | Buffer | null> {
  if (args.body === undefined) return ok(null)
  if (BODILESS.has(method))
    return refused(
      'invalid-request',
      `A ${method} request has no body. Use another method, or leave the body out.`,
    )
  if (args.bodyEncoding === 'utf8') {
    return args.body.isWellFormed()
      ? ok(args.body)
      : refused('invalid-request', 'The body holds half a character (a lone surrogate).')
  }
  if (args.body.length % 4 !== 0 || !/^[A-Za-z0-9+/]*={0,2}$/.test(args.body))
    return refused('invalid-request', 'The body is not valid base64.')
  return ok(Buffer.from(args.body, 'base64'))
}

function placesOfSecrets(
  resource: UrlResource,
  headers: HeaderList,
  body: string | Buffer | null,
): Outcome<RequestPlan['secrets']> {
  const query = resource.path.indexOf('?')
  const bare = query < 0 ? resource.path : resource.path.slice(0, query)
  const inPath = secretsIn(decodeBraces(bare))
  if (inPath.kind !== 'ok') return inPath
  if (inPath.value.length > 0)
    return refused(
      'invalid-request',
      'A secret can’t stand in the path of an address, where servers and proxies write it down. Use a header.',
    )
  const places: RequestPlan['secrets'] = []
  const texts = [
    ...headers.map(([, value]) => ({ place: 'header' as const, text: value })),
    { place: 'query' as const, text: query < 0 ? '' : resource.path.slice(query) },
    { place: 'body' as const, text: typeof body === 'string' ? body : '' },
  ]
  for (const { place, text } of texts) {
    const names = secretsIn(text)
    if (names.kind !== 'ok') return names
    for (const name of names.value)
      if (!places.some((known) => known.name === name && known.place === place)) places.push({ name, place })
    if (places.length > MOST_SECRETS)
      return refused(
        'invalid-request',
        `A request can use ${MOST_SECRETS} secrets at most. Nothing was sent.`,
      )
  }
  return ok(places)
}

/** The URL standard writes braces in a path as `%7B` and `%7D`. */
function decodeBraces(path: string): string {
  return path.replace(/%7b/gi, '{').replace(/%7d/gi, '}')
}
