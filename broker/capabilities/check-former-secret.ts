/**
 * After a rotation: does the old value still work at its provider, and does the new one? One GET to an address that the
 * person confirmed and the secret is bound to, without redirects; what comes back is looked at for its status alone.
 */
import { promises as dns } from 'node:dns'
import { failed, type Outcome, ok, refused } from '../../contract/outcome.ts'
import type { UrlResource } from '../../contract/resource.ts'
import type { Permit } from '../gate/permit.ts'
import type { PrepareContext, SecretVault } from '../ports.ts'
import { canonicalUrl, originOf } from './network/canonical-url.ts'
import { addressesFor, type ResolveName } from './network/check-addresses.ts'
import { cleanHeaders, isHeaderText } from './network/request-headers.ts'
import { sendOnce } from './network/send-once.ts'

export interface SecretCheck {
  resource: UrlResource
  /** Name, and the value in which `{value}` stands for the secret's. */
  header: [name: string, value: string]
  binding: string
}
export interface SecretCheckDeps {
  vault: Pick<SecretVault, 'reveal' | 'revealFormer'>
  resolve?: ResolveName
  ca?: string
}

const TIMEOUT_MS = 15_000
const MARK = '{value}'

/** `header` as people write it: `Authorization: Bearer {value}`. */
export function planSecretCheck(url: string, header: string): Outcome<SecretCheck> {
  const resource = canonicalUrl('GET', url)
  if (resource.kind !== 'ok') return resource
  const cut = header.indexOf(':')
  const [name, value] = [header.slice(0, cut).trim(), header.slice(cut + 1).trim()]
  if (cut < 1 || !value.includes(MARK))
    return refused(
      'invalid-request',
      `The header is written as “Authorization: Bearer ${MARK}”, with ${MARK} where the secret stands.`,
    )
  const clean = cleanHeaders([[name, value]])
  if (clean.kind !== 'ok') return clean
  const binding = JSON.stringify(['secret.check', resource.value.url, name, value])
  return ok({ resource: resource.value, header: [name, value], binding })
}

/** @returns the statuses of both, as the provider gave them */
export async function checkFormerSecret(
  deps: SecretCheckDeps,
  permit: Permit,
  secret: string,
  check: SecretCheck,
  context: Pick<PrepareContext, 'perimeter' | 'signal'>,
): Promise<Outcome<{ former: number; now: number }>> {
  permit.consume('net.request', check.binding)
  const target = {
    origin: originOf(check.resource),
    path: check.resource.path.split('?')[0] as string,
    place: 'header' as const,
  }
  const former = await deps.vault.revealFormer(permit, secret, target)
  if (former.kind !== 'ok') return former
  const now = await deps.vault.reveal(permit, secret, target)
  if (now.kind !== 'ok') return now
  const before = await statusWith(deps, check, former.value, context)
  if (before.kind !== 'ok') return before
  const after = await statusWith(deps, check, now.value, context)
  return after.kind === 'ok' ? ok({ former: before.value, now: after.value }) : after
}

async function statusWith(
  { resolve = (host) => dns.lookup(host, { all: true }), ca }: SecretCheckDeps,
  { resource, header: [name, text] }: SecretCheck,
  value: string,
  { perimeter, signal: ended }: Pick<PrepareContext, 'perimeter' | 'signal'>,
): Promise<Outcome<number>> {
  const signal = AbortSignal.any([ended, AbortSignal.timeout(TIMEOUT_MS)])
  const addresses = await addressesFor(resource, perimeter, resolve, signal)
  if (addresses.kind !== 'ok') return addresses
  const filled = text.replaceAll(MARK, () => value)
  if (!isHeaderText(filled)) return failed('network', 'The value can’t stand in a header.')
  const answer = await sendOnce({
    url: new URL(resource.url),
    method: 'GET',
    headers: [
      [name.toLowerCase(), filled],
      ['accept', '*/*'],
      ['user-agent', 'Sallyport'],
    ],
    body: null,
    addresses: addresses.value,
    maxBytes: 1024,
    signal,
    ca,
    onSocket() {},
  })
  return answer.kind === 'ok' ? ok(answer.value.status) : answer
}
