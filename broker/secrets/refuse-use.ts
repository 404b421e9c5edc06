/** Why a secret may not be used there, or by them: what its own rules say, in words. Pure. */
import { type Refused, refused } from '../../contract/outcome.ts'
import type { SecretInfo } from '../../contract/secret.ts'
import type { SecretUser } from '../ports.ts'
import { matchBinding, mayUse, type SecretTarget } from './match-binding.ts'

/** @param target null where it may go anywhere */
export function notForThem(info: SecretInfo, who: SecretUser, target: SecretTarget | null): Refused | null {
  if (!mayUse(info, who))
    return refused(
      'denied-by-policy',
      `The secret “${info.name}” is not for ${describeUser(who)}. A person can change that on the Secrets page.`,
    )
  if (target === null || target.place === 'command' || matchBinding(info.bindings, target)) return null
  return unbound(info, target)
}

/** Who wants to use it, for people. */
function describeUser({ principalName, tool }: SecretUser): string {
  return tool === null ? `“${principalName}”` : `“${principalName}” with the tool “${tool}”`
}

const PLACES = { header: 'in a header', query: 'in the address', body: 'in the body' } as const

/** Where only the path or the place in the request is another, that is said: the host alone would read like a mistake. */
export function unbound({ name, bindings }: SecretInfo, target: SecretTarget): Refused {
  const below = bindings
    .filter(({ pathPrefix }) => matchBinding(bindings, { ...target, path: pathPrefix }))
    .map(({ pathPrefix }) => pathPrefix)
  const elsewhere = (Object.keys(PLACES) as (keyof typeof PLACES)[]).filter((place) =>
    matchBinding(bindings, { ...target, place }),
  )
  const words =
    below.length > 0
      ? `is bound to ${target.origin} only below ${[...new Set(below)].join(' and ')}`
      : elsewhere.length > 0 && target.place !== 'command'
        ? `is bound to ${target.origin} only ${elsewhere.map((place) => PLACES[place]).join(' and ')}, not ${PLACES[target.place]}`
        : `isn’t bound to ${target.origin}`
  return refused(
    'denied-by-policy',
    `The secret “${name}” ${words}. A person can change that on the Secrets page.`,
  )
}
