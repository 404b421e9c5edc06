/**
 * What a command may reach of the disk: the agent's folders as its perimeter opens them. What runs in silence gets what
 * is open in silence; a command that a person allowed just now gets what would ask, too, and the question says so.
 * What a stricter rule covers inside of those folders is closed again in `close-below.ts`.
 */
import type { Level, Perimeter } from '../../../contract/perimeter.ts'
import type { FileRoom } from '../files/file-room.ts'
import { isAtOrBelow } from '../files/name-paths.ts'

export interface ProgramReach {
  readable: string[]
  writable: string[]
  hidden: string[]
  readOnly: string[]
}

/** Without the looking: for the question. `asked`: whether a person answers for this very command. */
export function reachOf(perimeter: Perimeter, files: FileRoom, asked: boolean): ProgramReach {
  const reach: ProgramReach = { readable: [], writable: [], hidden: [], readOnly: [] }
  const open = (level: Level) => level === 'allow' || (asked && level === 'ask')
  for (const line of perimeter.folders) {
    const path = canonical(files, line.path)
    if (path === null) continue
    const reads = open(line.read)
    const writes = reads && open(line.write)
    reach[writes ? 'writable' : reads ? 'readable' : 'hidden'].push(path)
    // A line inside a wider one takes back what that one opens.
    if (reads && !writes) reach.readOnly.push(path)
  }
  return settle(reach)
}

/** The same, and nothing may be changed. */
export function onlyRead(reach: ProgramReach): ProgramReach {
  return {
    readable: [...reach.readable, ...reach.writable],
    writable: [],
    hidden: reach.hidden,
    readOnly: [],
  }
}

/**
 * A folder that is open for changes, inside of one that is not, inside of one that is: the sandbox can't open it again,
 * and so it says that it doesn't.
 */
export function settle(reach: ProgramReach): ProgramReach {
  const inside = (path: string, folder: string) => path !== folder && isAtOrBelow(path, folder)
  const taken = [...reach.readOnly, ...reach.hidden].filter((path) =>
    reach.writable.some((folder) => inside(path, folder)),
  )
  const shut = (path: string) => taken.some((folder) => inside(path, folder))
  const lost = reach.writable.filter(shut)
  if (lost.length === 0) return reach
  return {
    ...reach,
    writable: reach.writable.filter((path) => !shut(path)),
    readable: [...reach.readable, ...lost],
    readOnly: [...reach.readOnly, ...lost],
  }
}

/** Whether a program sees anything of this place. */
export function isVisible(path: string, reach: ProgramReach): boolean {
  const depth = (folders: readonly string[]) =>
    Math.max(-1, ...folders.filter((folder) => isAtOrBelow(path, folder)).map(({ length }) => length))
  return depth([...reach.readable, ...reach.writable]) > depth(reach.hidden)
}

/** Null when it isn't there. */
function canonical(files: FileRoom, text: string): string | null {
  const found = files.thing(text)
  if (found.kind !== 'ok') return null
  found.value.close()
  return found.value.state === 'there' ? found.value.path : null
}
