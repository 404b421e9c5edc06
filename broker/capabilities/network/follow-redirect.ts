/**
 * Where a redirect leads, as a request of its own, which is decided anew. Across origins it carries nothing that says
 * who asks: no secret, no signature, no header of the tool's own making.
 */
import { isUtf8 } from 'node:buffer'
import { failed, type Outcome, ok, refused } from '../../../contract/outcome.ts'
import { canonicalUrl, originOf } from './canonical-url.ts'
import { secretsIn } from './fill-secrets.ts'
import type { RequestPlan } from './plan-request.ts'
import { headersAcrossOrigins } from './request-headers.ts'
import type { WireHead } from './send-once.ts'

const REDIRECTS = new Set([301, 302, 303, 307, 308])
const MAX_REDIRECTS = 10

export function redirectOf(answer: WireHead): string | null {
  if (!REDIRECTS.has(answer.status)) return null
  const location = answer.headers.find(([name]) => name === 'location')?.[1]
  if (location === undefined) return null
  // Headers are bytes: many servers write an address in UTF-8, unescaped, and browsers read it so.
  const bytes = Buffer.from(location, 'latin1')
  return isUtf8(bytes) ? bytes.toString('utf8') : location
}

/** @param location as the server wrote it, free of secrets */
export function followRedirect(
  plan: RequestPlan,
  status: number,
  location: string,
  hops: number,
): Outcome<RequestPlan> {
  if (hops >= MAX_REDIRECTS) return failed('network', `“${plan.resource.host}” redirects without end.`)
  const asGet =
    status === 303 ? plan.resource.method !== 'HEAD' : status <= 302 && plan.resource.method === 'POST'
  const resource = canonicalUrl(asGet ? 'GET' : plan.resource.method, location, plan.resource.url)
  if (resource.kind !== 'ok')
    return failed('network', `“${plan.resource.host}” redirects to an address that can’t be used.`)
  // What is filled in is what the tool wrote where it wrote it, never where a server sends it.
  const named = secretsIn(resource.value.url)
  if (named.kind !== 'ok' || named.value.length > 0)
    return refused(
      'flow',
      `“${plan.resource.host}” redirects to an address that asks for a secret by its name, so it was not followed.`,
    )
  const body = asGet ? null : plan.body
  const headers = asGet ? plan.headers.filter(([name]) => !name.startsWith('content-')) : plan.headers
  if (originOf(resource.value) === originOf(plan.resource)) {
    const secrets = plan.secrets.filter(
      ({ place }) => place === 'header' || (place === 'body' && body !== null),
    )
    return ok({ resource: resource.value, headers, body, signing: plan.signing, secrets })
  }
  if (body !== null && plan.secrets.some(({ place }) => place === 'body')) {
    return refused(
      'flow',
      `“${plan.resource.host}” redirects to “${resource.value.host}”, and the body holds a secret that is not for that host. It was not sent on.`,
    )
  }
  return ok({
    resource: resource.value,
    headers: headersAcrossOrigins(headers),
    body,
    signing: null,
    secrets: [],
  })
}
