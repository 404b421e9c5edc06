/**
 * A secret's value, for an effect that the gate let through. The vault checks where it may go; who may use it is
 * checked here, by the secret's own rules, which hold whatever the perimeter says.
 */
import { type Outcome, refused } from '../../contract/outcome.ts'
import type { Permit } from '../gate/permit.ts'
import type { PrepareContext, SecretVault } from '../ports.ts'

export type SecretSource = Pick<SecretVault, 'info' | 'reveal'>
type Target = Parameters<SecretVault['reveal']>[2]

export async function revealSecret(
  vault: SecretSource,
  permit: Permit,
  name: string,
  target: Target,
  who: Pick<PrepareContext, 'principal' | 'tool'>,
): Promise<Outcome<string>> {
  const info = vault.info(name)
  const { principal, tool } = who
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
  // There is none, or it is revoked or expired: the vault says which.
  return vault.reveal(permit, name, target)
}

function isAmong(list: readonly string[], names: readonly string[]): boolean {
  return list.includes('*') || names.some((name) => list.includes(name))
}
