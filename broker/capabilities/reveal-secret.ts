/**
 * A secret's value, for an effect that the gate let through. The vault checks where it may go; who may use it is
 * checked here, by the secret's own rules, which hold whatever the perimeter says.
 */
import { type Outcome, type Refused, refused } from '../../contract/outcome.ts'
import type { Permit } from '../gate/permit.ts'
import type { PrepareContext, SecretVault } from '../ports.ts'

export type SecretSource = Pick<SecretVault, 'info' | 'reveal' | 'refusal'>
type Target = Parameters<SecretVault['reveal']>[2]
type Who = Pick<PrepareContext, 'principal' | 'tool'>

export async function revealSecret(
  vault: SecretSource,
  permit: Permit,
  name: string,
  target: Target,
  who: Who,
): Promise<Outcome<string>> {
  // There is none, or it is revoked or expired: the vault says which.
  return notTheirs(vault, name, who) ?? vault.reveal(permit, name, target)
}

/** What `revealSecret` would answer as things are now, so that nobody is asked in vain; null where it may be had. */
export function refuseSecret(
  vault: SecretSource,
  name: string,
  target: Target,
  { principal, tool }: Who,
): Refused | null {
  const user = { principalId: principal.id, principalName: principal.name, tool: tool?.name ?? null }
  return notTheirs(vault, name, { principal, tool }) ?? vault.refusal(name, target, user)
}

function notTheirs(vault: SecretSource, name: string, { principal, tool }: Who): Refused | null {
  const info = vault.info(name)
  if (info && !isAmong(info.agents, [principal.id, principal.name])) {
    return refused(
      'denied-by-policy',
      `The secret “${name}” is not for “${principal.name}”. A person can change that on the Secrets page.`,
    )
  }
  if (info && tool && !isAmong(info.tools, [tool.name])) {
    return refused(
      'denied-by-policy',
      `The secret “${name}” is not for the tool “${tool.name}”. A person can change that on the Secrets page.`,
    )
  }
  return null
}

function isAmong(list: readonly string[], names: readonly string[]): boolean {
  return list.includes('*') || names.some((name) => list.includes(name))
}
