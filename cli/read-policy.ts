/** A policy file named on the command line, as text: the broker parses it and says where it is wrong. */
import { readFile } from 'node:fs/promises'
import path from 'node:path'
import { CliError, EXIT } from './exit-code.ts'
import type { World } from './session.ts'

export async function readPolicy(world: World, file: unknown): Promise<string | undefined> {
  if (typeof file !== 'string') return undefined
  const full = path.resolve(world.cwd, file)
  return readFile(full, 'utf8').catch((error: NodeJS.ErrnoException) => {
    throw new CliError(
      EXIT.usage,
      'usage',
      `The policy file can't be read: ${full} (${error.code ?? error.message}).`,
    )
  })
}
