/**
 * A folder that is moved or thrown away takes along all that is in it, and rules go by path: something below that a
 * stricter rule covers would slip out from under it. So a folder is looked through first, and stays where it is if
 * there is any such thing in it.
 */
import { type Refused, refused } from '../../../contract/outcome.ts'
import type { Capability } from '../../../contract/words.ts'
import type { PerformContext } from '../../ports.ts'
import type { FileRoom } from '../files/file-room.ts'
import type { HeldThing } from '../files/held.ts'
import { fit, lastName } from '../files/name-paths.ts'
import { walkFolder } from '../files/walk-folder.ts'
import { glanceBelow } from '../glance.ts'

const MAX_ENTRIES = 500_000
const MAX_DEPTH = 200

/** @returns null when all below the held folder is covered as the folder itself is */
export async function lookThrough(
  files: FileRoom,
  folder: HeldThing,
  capabilities: readonly Capability[],
  context: PerformContext,
): Promise<Refused | null> {
  const covered = capabilities.map((capability) => glanceBelow(context, capability, folder.path))
  let entries = 0
  const walk = walkFolder(folder, {
    holder: files.holder,
    depth: MAX_DEPTH,
    signal: context.signal,
    mayEnter: () => true,
  })
  for await (const { path, depth } of walk) {
    if (++entries > MAX_ENTRIES || depth >= MAX_DEPTH)
      return refused('too-large', `“${lastName(folder.path)}” holds too much to be looked through.`)
    if (covered.every((fits) => fits(path))) continue
    return refused(
      'outside-perimeter',
      `“${fit(path, 300)}” is kept by a stricter rule, so the folder around it stays as it is.`,
    )
  }
  return context.signal.aborted ? refused('cancelled', 'The run was cancelled. Nothing was changed.') : null
}
