/** The edge: where values of secrets meet the bytes that go out, and nowhere before. */
import { type Outcome, ok, type Refused, refused } from '../../../contract/outcome.ts'
import type { Permit } from '../../gate/permit.ts'
import type { PrepareContext } from '../../ports.ts'
import { refuseSecret, revealSecret, type SecretSource } from '../reveal-secret.ts'
import { originOf } from './canonical-url.ts'
import { bodyForm, fillSecrets } from './fill-secrets.ts'
import type { RequestPlan } from './plan-request.ts'
import { ACCEPTED_CODINGS } from './read-body.ts'
import { type HeaderList, headerOf, isHeaderText } from './request-headers.ts'
import { signRequest } from './sign-request.ts'

export interface Wire {
  url: URL
  headers: HeaderList
  body: Buffer | null
}

/**
 * @param cookies the `Cookie` header of the agent's jar, used where the tool sets none
 * @param now epoch milliseconds, for signatures
 */
export async function wireRequest(
  plan: RequestPlan,
  vault: SecretSource,
  permit: Permit,
  who: Pick<PrepareContext, 'principal' | 'tool'>,
  cookies: string,
  now: number,
): Promise<Outcome<Wire>> {
  const values = new Map<string, string>()
  for (const { name, target } of targetsOf(plan)) {
    const value = await revealSecret(vault, permit, name, target, who)
    if (value.kind !== 'ok') return value
    values.set(name, value.value)
  }
  const contentType = headerOf(plan.headers, 'content-type')
  const url = new URL(fillSecrets(plan.resource.url, values, encodeURIComponent))
  const headers: HeaderList = plan.headers.map(([name, value]) => [
    name,
    fillSecrets(value, values, (text) => text),
  ])
  const filled =
    typeof plan.body === 'string'
      ? Buffer.from(fillSecrets(plan.body, values, bodyForm(contentType)))
      : plan.body
  addDefault(headers, 'accept', '*/*')
  addDefault(headers, 'user-agent', 'Sallyport')
  if (cookies !== '') addDefault(headers, 'cookie', cookies)
  const signing = plan.signing
  const proof = signing
    ? signRequest(
        signing,
        values.get(signing.secret) as string,
        { method: plan.resource.method, url, headers, body: filled ?? Buffer.alloc(0) },
        now,
      )
    : []
  const all = [
    ...headers.filter(([name]) => !proof.some(([ours]) => ours === name)),
    ...proof,
    ['accept-encoding', ACCEPTED_CODINGS] as [string, string],
  ]
  if (all.some(([, value]) => !isHeaderText(value)))
    return refused(
      'invalid-request',
      'A secret’s value holds characters that a header can’t. Nothing was sent.',
    )
  return ok({ url, headers: all, body: filled })
}

/** Why one of its secrets can't be filled in as things are now; null where all can. */
export function refuseSecrets(
  plan: RequestPlan,
  vault: SecretSource,
  who: Pick<PrepareContext, 'principal' | 'tool'>,
): Refused | null {
  for (const { name, target } of targetsOf(plan)) {
    const no = refuseSecret(vault, name, target, who)
    if (no) return no
  }
  return null
}

function targetsOf({ resource, secrets }: RequestPlan) {
  const origin = originOf(resource)
  const path = resource.path.split('?')[0] as string
  return secrets.map(({ name, place }) => ({ name, target: { origin, path, place } }))
}

function addDefault(headers: HeaderList, name: string, value: string): void {
  if (headerOf(headers, name) === '') headers.push([name, value])
}
