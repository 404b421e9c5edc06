/**
 * A command that is told when this process is gone, in that moment. The end of its standard input says so too, but only
 * when the last thread of this process has gone and its memory is given back: tens of milliseconds, in which what the
 * broker runs would go on. `setpriv` of util-linux has the system send a signal instead; where there is none, or an
 * older one, the end of the input is all there is.
 */
import { existsSync } from 'node:fs'
import process from 'node:process'

const SHELL = '/bin/sh'
/** The process stays the same: each command replaces the one before. */
const SCRIPT =
  'setpriv --pdeathsig TERM true 2>/dev/null </dev/null && exec setpriv --pdeathsig TERM "$0" "$@"; exec "$0" "$@"'

export function endWithParent(
  command: string,
  args: readonly string[],
  platform: NodeJS.Platform = process.platform,
): { command: string; args: string[] } {
  // A command that is not there is to fail as itself.
  if (platform !== 'linux' || ![SHELL, command].every((file) => existsSync(file)))
    return { command, args: [...args] }
  return { command: SHELL, args: ['-c', SCRIPT, command, ...args] }
}
