/** A policy file named on the command line, as text: the broker parses it and says where it is wrong. */
import { readFile } from 'node:fs/promises'
import path from 'node:path'
import { LIMITS } from '../contract/words.ts'
import { CliError, EXIT } from './exit-code.ts'
import type { World } from './session.ts'

const MOST = 2_000_000

export async function readPolicy(world: World, file: unknown): Promise<string | undefined> {
  if (typeof file !== 'string') return undefined
  const full = path.resolve(world.cwd, file)
  const text = await readFile(full, 'utf8').catch((error: NodeJS.ErrnoException) => {
    throw new CliError(
      EXIT.usage,
      'usage',
      `The policy file can't be read: ${full} (${error.code ?? error.message}).`,
    )
  })
  // The broker would take a longer message for an attack, and hang up.
  if (text.length > MOST || JSON.stringify(text).length > LIMITS.doorMessage - 64 * 1024)
    throw new CliError(
      EXIT.usage,
      'too-large',
      `The policy file is too long for this: ${full} has ${text.length} characters, ${MOST} are the most.`,
    )
  return text
}
