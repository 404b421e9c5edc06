/**
 * Whether a place is what git runs, or what tells git what to run, in a repository whose folder has a name of its own: a
 * bare one, or one that was put beside its working tree. By its name alone nobody can tell (`hooks` and `config` are
 * names of much else), so it is looked for what git itself looks for. Those in a `.git` are known by their names, but for
 * what git goes on with: programs have to write there, tools have not.
 */
import fs from 'node:fs'

/** What makes a folder a repository to git. */
const SHAPE = ['HEAD', 'objects', 'refs']
/** What has it run something. */
export const RUN_BY_GIT = ['hooks', 'config', 'config.worktree', 'commondir', 'info/attributes']
/** Where what git is in the middle of is kept. */
const UNFINISHED = ['rebase-merge', 'rebase-apply', 'sequencer']

/** Without one of these names a place is no part of any repository. */
const TELLING = new Set([...SHAPE, ...RUN_BY_GIT.map((part) => part.split('/')[0] as string), ...UNFINISHED])

/** @param path canonical; of something that is changed, made or taken away */
export function isPartOfRepository(path: string): boolean {
  const names = path.split('/')
  return names.some((name, at) => {
    if (!TELLING.has(name)) return false
    const folder = names.slice(0, at).join('/')
    const has = (part: string) => isThere(`${folder}/${part}`)
    if (UNFINISHED.includes(name)) return has('HEAD') && (has('objects') || has('commondir'))
    if (folder === '' || /(^|\/)\.git(\/|$)/.test(folder)) return false
    if (RUN_BY_GIT.some((part) => part === name || part === `${name}/${names[at + 1]}`))
      // What is missing of it now can come back, and to its working trees it is one without a `HEAD`, too.
      return has('worktrees') || SHAPE.every(has)
    if (!SHAPE.includes(name) || has(name)) return false
    // The last piece: what lay there before as any other file would be git’s from then on.
    if (name === 'HEAD' && has('commondir')) return true
    return SHAPE.every((part) => part === name || has(part)) && RUN_BY_GIT.some(has)
  })
}

function isThere(file: string): boolean {
  try {
    return fs.lstatSync(file, { throwIfNoEntry: false }) !== undefined
  } catch {
    return false
  }
}
