/**
 * Seatbelt around the sandbox process, through the system's own `sandbox-exec`: everything is denied but reading Node,
 * the system's libraries and the bundle. The text of the profile is tested; it has not been run on a Mac here.
 */
import type { CommandLine, WrapInput } from './wrap-with-os-sandbox.linux.ts'

export const SANDBOX_EXEC = '/usr/bin/sandbox-exec'

export function wrapOnDarwin(node: string, input: WrapInput): CommandLine {
  return {
    command: SANDBOX_EXEC,
    args: ['-p', makeProfile(node, input.bundle), node, ...input.nodeArguments, `${input.bundle}/main.cjs`],
  }
}

/** SBPL; later rules win. Paths are real ones: Seatbelt does not follow links in its rules. */
export function makeProfile(node: string, bundle: string): string {
  return [
    '(version 1)',
    '(deny default)',
    `(allow process-exec (literal ${quote(node)}))`,
    '(deny process-fork)',
    '(allow file-read-metadata)',
    `(allow file-read* (literal ${quote(node)}) (subpath ${quote(bundle)}) (subpath "/usr/lib") (subpath "/System/Library") (subpath "/System/Volumes/Preboot/Cryptexes") (literal "/") (literal "/dev/null") (literal "/dev/random") (literal "/dev/urandom"))`,
    `(allow file-map-executable (literal ${quote(node)}) (subpath ${quote(bundle)}) (subpath "/usr/lib") (subpath "/System/Library") (subpath "/System/Volumes/Preboot/Cryptexes"))`,
    '(deny file-write*)',
    '(deny network*)',
    '(allow sysctl-read)',
    '(allow signal (target self))',
    '',
  ].join('\n')
}

/** A string of the profile language. */
function quote(path: string): string {
  return `"${path.replace(/[\\"]/g, '\\$&')}"`
}
