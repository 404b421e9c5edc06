/** A file's content is the agent's own where the perimeter says so, and outside text anywhere else. */
import type { Origin } from '../../../contract/origin.ts'
import type { Perimeter } from '../../../contract/perimeter.ts'
import { fit, isAtOrBelow } from './name-paths.ts'

export interface FileOrigins {
  of(path: string, perimeter: Perimeter): Origin
}

/** @param canonical makes a folder as a person wrote it (`~/Notes`, or through a link) canonical */
export function createFileOrigins(canonical: (folder: string) => string | null): FileOrigins {
  const known = new WeakMap<Perimeter, string[]>()
  function ownFolders(perimeter: Perimeter): string[] {
    let folders = known.get(perimeter)
    if (!folders) {
      folders = perimeter.own.folders.flatMap((folder) => canonical(folder) ?? [])
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
