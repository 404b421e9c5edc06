/**
 * Verifies a log without a broker: a program of its own opens the files for reading only, so that a log which somebody
 * tampered with is judged as it was found, before anything is written to it.
 */
import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import path from 'node:path'
import { VerifyReport } from '../contract/activity.ts'
import { CliError, EXIT } from './exit-code.ts'
import type { World } from './session.ts'

export interface Evidence {
  /** Another log than this user's own. */
  file: string | null
  /** `<seq>:<hash>` each. */
  heads: string[]
  /** 64 hex digits, or a PEM file, each. */
  publicKeys: string[]
  everyEntry: boolean
}

/** @throws CliError when it can't be started or says nothing that can be read */
export async function verifyFiles(
  world: World,
  { file, heads, publicKeys, everyEntry }: Evidence,
): Promise<VerifyReport> {
  const { dir, ext } = path.parse(world.brokerMain)
  const program = path.join(dir, `verify-log.child${ext}`)
  if (!existsSync(program))
    throw new CliError(EXIT.failed, 'unavailable', `${program} is missing. Run: npm start`)
  const args = [
    ...(file === null ? ['--own'] : [file]),
    ...heads.flatMap((head) => ['--head', head]),
    ...publicKeys.flatMap((key) => ['--public-key', key]),
    ...(everyEntry ? ['--every-entry'] : []),
  ]
  const child = spawn(world.node, [program, ...args], {
    env: world.env,
    stdio: ['ignore', 'pipe', 'pipe'],
    windowsHide: true,
  })
  let [text, words] = ['', '']
  child.stdout.setEncoding('utf8').on('data', (part: string) => {
    text += part
  })
  child.stderr.setEncoding('utf8').on('data', (part: string) => {
    words = (words + part).slice(-2_000)
  })
  const code = await new Promise<number | null>((resolve) => {
    child.once('error', () => resolve(null))
    child.once('close', resolve)
  })
  if (code === 2) throw new CliError(EXIT.usage, 'usage', words.trim())
  try {
    return VerifyReport.parse(JSON.parse(text))
  } catch {
    throw new CliError(EXIT.failed, 'unavailable', `The log could not be verified (${code}). ${words.trim()}`)
  }
}
