/**
 * What a command may reach of the disk: the agent's folders as its perimeter opens them. What runs in silence gets what
 * is open in silence; a command that a person allowed just now gets what would ask, too, and the question says so.
 * Inside those folders, whatever a stricter rule covers is closed again.
 */
import type { Level, Perimeter } from '../../../contract/perimeter.ts'
import type { PerformContext } from '../../ports.ts'
import type { FileRoom } from '../files/file-room.ts'
import type { HeldThing } from '../files/held.ts'
import { isAtOrBelow } from '../files/name-paths.ts'
import { walkFolder } from '../files/walk-folder.ts'

export interface ProgramReach {
  readable: string[]
  writable: string[]
  hidden: string[]
  readOnly: string[]
}

/** Places at home that hold keys, or that other programs run: closed wherever the rules deny them. */
const DELICATE =
  '.ssh .gnupg .aws .azure .kube .docker .netrc .npmrc .pypirc .git-credentials .gitconfig .password-store .pki .mozilla .thunderbird .bashrc .bash_profile .bash_logout .profile .zshrc .zprofile .zshenv .zlogin .config/fish .config/autostart .config/systemd .config/git .config/gh .config/gcloud .config/google-chrome .config/chromium .config/BraveSoftware .config/microsoft-edge .config/keepassxc .local/bin .local/share/keyrings .local/share/applications .claude .claude.json .codex .cursor .gemini .vscode Library/Keychains Library/LaunchAgents Library/Cookies'.split(
    ' ',
  )
/** In a repository, whether they are there or not: what git runs, and what says what it runs. */
const KEPT_IN_GIT = ['hooks', 'config', 'config.worktree', 'info/attributes', 'modules']
/** No rule is about this name, so it stands for all that may come into a folder. */
const ANY_NAME = 'any name'
/** How far the folders are looked through for what is to be closed. */
const LOOK_DEPTH = 4
const LOOK_ENTRIES = 5_000

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

/**
 * A folder that is open for changes, inside of one that is not, inside of one that is: the sandbox can't open it again,
 * and so it says that it doesn't.
 */
function settle(reach: ProgramReach): ProgramReach {
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

/** With all that a stricter rule closes below: what it denies, and for a command in silence also what it would ask. */
export async function closeBelow(
  open: ProgramReach,
  files: FileRoom,
  context: PerformContext,
  asked: boolean,
): Promise<ProgramReach> {
  const closes = (capability: 'fs.read' | 'fs.write', path: string) => {
    const effect = context.wouldDecide({ capability, resource: { kind: 'path', path } })
    return effect === 'deny' || (effect === 'ask' && !asked)
  }
  const isClosed = (path: string) => files.guard().refuse(path) !== null || closes('fs.read', path)
  const isKept = (folder: string) => closes('fs.write', `${folder}/${ANY_NAME}`)
  const reach = closeTops(open, isClosed, isKept)
  const closed: ProgramReach = {
    ...reach,
    ...{ writable: [...reach.writable], hidden: [...reach.hidden], readOnly: [...reach.readOnly] },
  }
  /** True when there is nothing left to look at in it. */
  const close = (path: string, isFolder: boolean) => {
    if (isClosed(path)) closed.hidden.push(path)
    else if (!isWritable(reach, path) || !closes('fs.write', path)) return false
    else if (!isFolder || !/[\\/]\.git$/.test(path) || isKept(path)) closed.readOnly.push(path)
    else {
      // Git has to write in it. It is opened as a place of its own, so that it can't be moved away and made anew.
      closed.writable.push(path)
      const kept = KEPT_IN_GIT.map((name) => `${path}/${name}`).filter((each) => closes('fs.write', each))
      closed.readOnly.push(...kept)
    }
    return true
  }
  for (const name of DELICATE) {
    const path = canonical(files, `~/${name}`)
    if (path !== null && isReadable(reach, path)) close(path, false)
  }
  for (const path of files.guard().guarded)
    if (isReadable(reach, path) && canonical(files, path) === path) closed.hidden.push(path)
  for (const top of [...reach.readable, ...reach.writable])
    await lookThrough(top, files, context.signal, close)
  return settle({
    ...closed,
    hidden: [...new Set(closed.hidden)],
    readOnly: [...new Set(closed.readOnly)],
  })
}

/** A folder as a whole is closed by a rule, or because the tool's manifest does not name what a program would take. */
function closeTops(
  open: ProgramReach,
  isClosed: (path: string) => boolean,
  isKept: (path: string) => boolean,
): ProgramReach {
  const seen = (paths: readonly string[]) => paths.filter((path) => !isClosed(path))
  const kept = seen(open.writable).filter(isKept)
  return {
    readable: [...seen(open.readable), ...kept],
    writable: seen(open.writable).filter((path) => !kept.includes(path)),
    hidden: [...open.hidden, ...[...open.readable, ...open.writable].filter(isClosed)],
    readOnly: [...open.readOnly, ...kept],
  }
}

async function lookThrough(
  top: string,
  files: FileRoom,
  signal: AbortSignal,
  close: (path: string, isFolder: boolean) => boolean,
): Promise<void> {
  const found = files.thing(top)
  if (found.kind !== 'ok') return
  const folder = found.value
  try {
    if (folder.state === 'there' && folder.stat.isDirectory()) await lookIn(folder, files, signal, close)
  } finally {
    folder.close()
  }
}

async function lookIn(
  folder: HeldThing,
  files: FileRoom,
  signal: AbortSignal,
  close: (path: string, isFolder: boolean) => boolean,
): Promise<void> {
  const shut = new Set<string>()
  let entries = 0
  for await (const { path, stat } of walkFolder(folder, {
    holder: files.holder,
    depth: LOOK_DEPTH,
    signal,
    mayEnter: (path) => !shut.has(path),
  })) {
    if (++entries > LOOK_ENTRIES) return
    if (close(path, stat.isDirectory())) shut.add(path)
  }
}

/** Null when it isn't there. */
function canonical(files: FileRoom, text: string): string | null {
  const found = files.thing(text)
  if (found.kind !== 'ok') return null
  found.value.close()
  return found.value.state === 'there' ? found.value.path : null
}

function isReadable(reach: ProgramReach, path: string): boolean {
  return [...reach.readable, ...reach.writable].some((folder) => isAtOrBelow(path, folder))
}

function isWritable(reach: ProgramReach, path: string): boolean {
  return reach.writable.some((folder) => isAtOrBelow(path, folder))
}
