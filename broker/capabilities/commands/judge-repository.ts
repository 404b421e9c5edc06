/**
 * What has git run something in a repository: its settings, its hooks, and what says that these lie elsewhere. A
 * program that makes a repository, or a working tree of one, leaves what git leaves; anything more is not git's.
 */
import fs from 'node:fs'
import path from 'node:path'
import { isHarmlessGitConfig } from './harmless-git-settings.ts'

/** Bytes; a longer one is none that git wrote. */
const LONGEST = 256 * 1024
/** Hooks named one by one. */
const SINGLE_HOOKS = 20
/** Git leaves fourteen samples. */
const HOOKS_LOOKED_AT = 256

export interface Judged {
  /** What git takes for a repository's own folder, or would. */
  folder: string
  /** It was none before. */
  isNew: boolean
}

/** Some disks take all ways to write it for the same. */
export const isHead = (name: string) => name.length === 4 && name.toUpperCase() === 'HEAD'

/**
 * Whether git takes a folder that holds a `HEAD` for a repository. Those of references and their logs hold one too, and
 * in them a branch may be called `config` or `hooks/new`.
 */
export function hasShapeOfRepository(folder: string): boolean {
  const has = (name: string) => isThere(`${folder}/${name}`)
  return has('HEAD') && (isRedirected(folder) || (has('objects') && has('refs')))
}

/** Where a working tree's own folder says that settings and hooks are; null for all others. */
export function sharedFolder(folder: string): string | null {
  const said = isRedirected(folder) ? textOf(`${folder}/commondir`) : null
  return said === null ? null : realPath(path.resolve(folder, said.replace(/\n$/, '')))
}

/** @returns the places of what git did not leave there, or not so */
export function judgeRepository({ folder, isNew }: Judged): string[] {
  const found: string[] = []
  const at = (name: string) => `${folder}/${name}`
  if (isRedirected(folder) && !isHonestTree(folder)) found.push(at('commondir'))
  for (const name of isNew ? ['config', 'config.worktree'] : ['config.worktree'])
    if (isThere(at(name)) && !isHarmlessFile(at(name), /\/\.git\/modules\//.test(folder)))
      found.push(at(name))
  return isNew ? [...found, ...liveHooks(at('hooks'))] : found
}

/** As git makes one: in a repository that is one by itself, and so is judged. */
function isHonestTree(folder: string): boolean {
  const trees = path.dirname(folder)
  const said = textOf(`${folder}/commondir`) ?? ''
  return (
    path.basename(trees) === 'worktrees' &&
    /^\.\.\/\.\.\n?$/.test(said) &&
    hasShapeOfRepository(path.dirname(trees))
  )
}

/** Where a `.git` that is a file, or a link, says that the repository is: one of another's working trees or modules. */
export function isHonestPointer(file: string): boolean {
  const target = /^gitdir: (.+?)\n?$/.exec(textOf(file) ?? '')?.[1]
  if (target === undefined) return false
  const folder = path.resolve(path.dirname(file), target)
  // What it leads to is judged itself, if it is new.
  return /\/\.git\/modules\/.|\/worktrees\/[^/]+$/.test(folder) && realPath(folder) === folder
}

function isHarmlessFile(file: string, isModule: boolean): boolean {
  const text = textOf(file)
  return text !== null && isHarmlessGitConfig(text, isModule)
}

/** Samples are never run. */
function liveHooks(folder: string): string[] {
  const stat = fs.lstatSync(folder, { throwIfNoEntry: false })
  if (!stat) return []
  if (!stat.isDirectory()) return [folder]
  const live = namesIn(folder, HOOKS_LOOKED_AT)?.filter((name) => !name.endsWith('.sample'))
  if (!live || live.length > SINGLE_HOOKS || live.some((name) => name.includes('\ufffd'))) return [folder]
  return live.map((name) => `${folder}/${name}`)
}

/** Null where there are more, or nobody is let in. Never all of a large folder: nobody else gets a turn meanwhile. */
export function namesIn(folder: string, atMost: number): string[] | null {
  try {
    const open = fs.opendirSync(folder)
    try {
      const names: string[] = []
      for (let entry = open.readSync(); entry; entry = open.readSync())
        if (names.push(entry.name) > atMost) return null
      return names
    } finally {
      open.closeSync()
    }
  } catch {
    return null
  }
}

/** A folder of that name, as a package for Node is called, says nothing to git. */
function isRedirected(folder: string): boolean {
  return fs.lstatSync(`${folder}/commondir`, { throwIfNoEntry: false })?.isDirectory() === false
}

/** Also a link that leads nowhere: it may lead somewhere later. */
function isThere(file: string): boolean {
  try {
    return fs.lstatSync(file, { throwIfNoEntry: false }) !== undefined
  } catch {
    return false
  }
}

/** Null for whatever is no plain file. */
export function textOf(file: string): string | null {
  try {
    const fd = fs.openSync(file, fs.constants.O_RDONLY | fs.constants.O_NOFOLLOW | fs.constants.O_NONBLOCK)
    try {
      const stat = fs.fstatSync(fd)
      return stat.isFile() && stat.size <= LONGEST ? fs.readFileSync(fd, 'utf8') : null
    } finally {
      fs.closeSync(fd)
    }
  } catch {
    return null
  }
}

function realPath(file: string): string | null {
  try {
    return fs.realpathSync(file)
  } catch {
    return null
  }
}
