/** What deciding knows of this computer, looked up on the disk: links behind a rule's path, programs behind a name. */
import { accessSync, constants, realpathSync, statSync } from 'node:fs'
import { basename, delimiter, dirname, join } from 'node:path'
import type { Places } from '../ports.ts'
import { followPlaces } from './follow-places.ts'
import { followWay } from './follow-way.ts'

/** @param searchPath the PATH by which command names are looked up, as the command capability does it */
export function lookUpPlaces(options: {
  platform: Places['platform']
  home: string
  own: string[]
  searchPath: string
}): Places {
  return {
    platform: options.platform,
    home: resolvePlace(options.home),
    own: options.own,
    resolvePath: resolvePlace,
    followWay: (path) => followWay(path, resolvePlace),
    followPaths: (paths) => followPlaces(paths, resolvePlace),
    resolveProgram: (name) => findProgram(name, options.searchPath, options.platform),
  }
}

/** The real path of the longest part that exists, with the rest as it is. Never throws. */
export function resolvePlace(path: string): string {
  const rest: string[] = []
  for (let at = path; ; at = dirname(at)) {
    try {
      return join(realpathSync.native(at), ...rest)
    } catch {
      if (dirname(at) === at) return path
      rest.unshift(basename(at))
    }
  }
}

function findProgram(name: string, searchPath: string, platform: Places['platform']): string | null {
  const endings = platform === 'win32' ? ['.exe', '.cmd', '.bat', '.com', ''] : ['']
  for (const folder of searchPath.split(delimiter))
    for (const ending of folder === '' ? [] : endings) {
      const file = join(folder, name + ending)
      try {
        accessSync(file, constants.X_OK)
        if (statSync(file).isFile()) return realpathSync.native(file)
      } catch {
        // Not here: the next folder of the path.
      }
    }
  return null
}
