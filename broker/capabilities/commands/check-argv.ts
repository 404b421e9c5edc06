import { type Refused, refused } from '../../../contract/outcome.ts'

/**
 * Bytes, with the NUL behind each. Linux has room for 2 MB, with the environment, and macOS for 1 MB; half of that leaves
 * some for what a script makes of them.
 */
const MAX_ARGUMENTS = 512 * 1024

/** What no program could be given as it is shown: it would be cut, or other bytes would stand in its place. */
export function badArgument(argv: readonly string[]): Refused | null {
  if (argv.some((arg) => arg.includes('\0')))
    return refused('invalid-request', 'An argument can’t hold a NUL character.')
  if (!argv.every((arg) => arg.isWellFormed()))
    return refused('invalid-request', 'An argument must be valid Unicode.')
  if (argv.reduce((sum, arg) => sum + Buffer.byteLength(arg) + 1, 0) > MAX_ARGUMENTS)
    return refused(
      'too-large',
      'All arguments of a command together can have 512 kB. Larger things go in by stdin or in a file.',
    )
  return null
}
