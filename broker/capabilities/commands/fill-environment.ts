/** The environment that a program gets: secrets under the names that were asked for, and its tool's canary. */
import { type Outcome, ok, type Refused, refused } from '../../../contract/outcome.ts'
import type { OperationArgs } from '../../../contract/request.ts'
import type { CommandResource } from '../../../contract/resource.ts'
import type { Permit } from '../../gate/permit.ts'
import type { CanaryWatch, PerformContext, PrepareContext } from '../../ports.ts'
import { refuseSecret, revealSecret, type SecretSource } from '../reveal-secret.ts'

export interface EnvironmentParts {
  vault: SecretSource
  /** Its token stands in the environment of what a tool runs. */
  canaries?: Pick<CanaryWatch, 'tokenFor'>
}

export async function fillEnvironment(
  { vault, canaries }: EnvironmentParts,
  permit: Permit,
  args: OperationArgs<'command.run'>,
  resource: CommandResource,
  context: PerformContext,
): Promise<Outcome<Record<string, string>>> {
  const { tool } = context
  const env: Record<string, string> =
    tool && canaries ? { SALLYPORT_SESSION_TOKEN: canaries.tokenFor(tool.name) } : {}
  for (const [variable, name] of Object.entries(args.secrets)) {
    const value = await revealSecret(vault, permit, name, targetOf(resource), context)
    if (value.kind !== 'ok') return value
    if (value.value.includes('\0'))
      return refused('invalid-request', `The value of “${name}” can’t be put into the environment.`)
    env[variable] = value.value
  }
  return ok(env)
}

/** Why one of its secrets can't be had as things are now; null where all can. */
export function refuseEnvironment(
  { vault }: EnvironmentParts,
  args: OperationArgs<'command.run'>,
  resource: CommandResource,
  who: PrepareContext,
): Refused | null {
  for (const name of Object.values(args.secrets)) {
    const no = refuseSecret(vault, name, targetOf(resource), who)
    if (no) return no
  }
  return null
}

const targetOf = ({ program }: CommandResource) =>
  ({ origin: `command:${program}`, path: '', place: 'command' }) as const
