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

/**
 * Whether git takes a folder that holds a `HEAD` for a repository. Those of references and their logs hold one too, and
 * in them a branch may be called `config` or `hooks/new`.
 */
export function hasShapeOfRepository(folder: string): boolean {
  const has = (name: string) => isThere(`${folder}/${name}`)
  return has('HEAD') && (isRedirected(folder) || (has('objects') && has('refs')))
}

/** @returns the places of what git did not leave there, or not so */
export function judgeRepository({ folder, isNew }: Judged): string[] {
  const found: string[] = []
  const at = (name: string) => `${folder}/${name}`
  const isWorkingTree = path.basename(path.dirname(folder)) === 'worktrees'
  if (isRedirected(folder) && !(isWorkingTree && /^\.\.\/\.\.\n?$/.test(textOf(at('commondir')) ?? '')))
    found.push(at('commondir'))
  for (const name of isNew ? ['config', 'config.worktree'] : ['config.worktree'])
    if (isThere(at(name)) && !isHarmlessFile(at(name), /\/\.git\/modules\//.test(folder)))
      found.push(at(name))
  return isNew ? [...found, ...liveHooks(at('hooks'))] : found
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
function textOf(file: string): string | null {
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
