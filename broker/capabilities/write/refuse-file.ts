/** A path with a slash at its end means a folder: what is none does not become one by its new name. */
import type { Stats } from 'node:fs'
import { type Refused, refused } from '../../../contract/outcome.ts'
import type { HeldPlace } from '../files/held.ts'
import { lastName } from '../files/name-paths.ts'

export function refuseFile(from: Stats | null, to: HeldPlace): Refused | null {
  if (!to.isFolderText || from?.isDirectory()) return null
  return refused(
    'invalid-request',
    `“${lastName(to.path)}/” means a folder, and what was to come there is none. Nothing was changed.`,
  )
}
