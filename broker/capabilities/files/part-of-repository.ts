/**
 * Whether a place is what git runs, or what tells git what to run, in a repository whose folder has a name of its own: a
 * bare one, or one that was put beside its working tree. By its name alone nobody can tell (`hooks` and `config` are
 * names of much else), so it is looked for what git itself looks for. Those in a `.git` are known by their names.
 */
import fs from 'node:fs'

/** What makes a folder a repository to git. */
const SHAPE = ['HEAD', 'objects', 'refs']
/** What has it run something. */
export const RUN_BY_GIT = ['hooks', 'config', 'config.worktree', 'commondir', 'info/attributes']

/** Without one of these names a place is no part of any repository. */
const TELLING = new Set([...SHAPE, ...RUN_BY_GIT.map((part) => part.split('/')[0] as string)])

/** @param path canonical; of something that is changed, made or taken away */
export function isPartOfRepository(path: string): boolean {
  const names = path.split('/')
  return names.some((name, at) => {
    if (!TELLING.has(name)) return false
    const folder = names.slice(0, at).join('/')
    if (folder === '' || /(^|\/)\.git(\/|$)/.test(folder)) return false
    if (RUN_BY_GIT.some((part) => part === name || part === `${name}/${names[at + 1]}`))
      return SHAPE.every((part) => isThere(`${folder}/${part}`))
    if (!SHAPE.includes(name) || isThere(`${folder}/${name}`)) return false
    // The last piece: what lay there before as any other file would be git’s from then on.
    const isComplete = SHAPE.every((part) => part === name || isThere(`${folder}/${part}`))
    return isComplete && RUN_BY_GIT.some((part) => isThere(`${folder}/${part}`))
  })
}

function isThere(file: string): boolean {
  try {
    return fs.lstatSync(file, { throwIfNoEntry: false }) !== undefined
  } catch {
    return false
  }
}
