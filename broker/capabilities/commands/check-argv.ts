import { type Refused, refused } from '../../../contract/outcome.ts'

/** What no program could be given as it is shown: it would be cut, or other bytes would stand in its place. */
export function badArgument(argv: readonly string[]): Refused | null {
  if (argv.some((arg) => arg.includes('\0')))
    return refused('invalid-request', 'An argument can’t hold a NUL character.')
  if (!argv.every((arg) => arg.isWellFormed()))
    return refused('invalid-request', 'An argument must be valid Unicode.')
  return null
}
