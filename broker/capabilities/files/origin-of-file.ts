/** A file's content is the agent's own where the perimeter says so, and outside text anywhere else. */
import type { Origin } from '../../../contract/origin.ts'
import type { Perimeter } from '../../../contract/perimeter.ts'
import { fit, isAtOrBelow } from './name-paths.ts'

export interface FileOrigins {
  of(path: string, perimeter: Perimeter): Origin
}

/** A folder as a person wrote it (`~/Notes`, or through a link): where it is, and where its way turned. */
export interface FoundFolder {
  path: string
  turns: readonly string[]
}

export function createFileOrigins(find: (folder: string) => FoundFolder | null): FileOrigins {
  const known = new WeakMap<Perimeter, string[]>()
  function ownFolders(perimeter: Perimeter): string[] {
    let folders = known.get(perimeter)
    if (!folders) {
      const grounds = perimeter.folders.flatMap(({ path, write }) =>
        write === 'deny' ? [] : (find(path)?.path ?? []),
      )
      // What the agent could point elsewhere vouches for nothing.
      const isLed = (turn: string) => grounds.some((ground) => isAtOrBelow(turn, ground))
      folders = perimeter.own.folders
        .flatMap((folder) => find(folder) ?? [])
        .flatMap(({ path, turns }) => (turns.some(isLed) ? [] : path))
      known.set(perimeter, folders)
    }
    return folders
  }
  return {
    of(path, perimeter) {
      const own = ownFolders(perimeter).some((folder) => isAtOrBelow(path, folder))
      return { kind: own ? 'own' : 'outside', source: fit(path, 500) }
    },
  }
}
