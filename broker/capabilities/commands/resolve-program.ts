/**
 * From a name to the program file that would run. Names are looked up on a fixed path of system folders, never in the
 * working folder and never on a path that a tool could change; links are followed to the file itself.
 */
import fs from 'node:fs'
import { type Outcome, ok, refused } from '../../../contract/outcome.ts'
import { errnoOf } from '../files/explain-error.ts'
import type { FileRoom } from '../files/file-room.ts'

export interface ResolvedProgram {
  /** Canonical file. For a name that is nowhere: the name itself. */
  program: string
  /** What is started: the entry that was found, whose name some programs go by. Null when there is none. */
  entry: string | null
  /** What was asked for, where a link led from there to the file. */
  asked?: string
}

/** Where contained programs are looked up unless told otherwise. */
export const SYSTEM_PATH = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin'

export function resolveProgram(name: string, searchPath: string, files: FileRoom): Outcome<ResolvedProgram> {
  if (name === '' || name.includes('\0')) return refused('invalid-request', 'The command has no program.')
  const separator = files.platform === 'win32' ? /[\\/]/ : /\//
  if (!separator.test(name) && !name.startsWith('~')) return ok(onPath(name, searchPath, files))
  const thing = files.thing(name)
  if (thing.kind !== 'ok') return thing
  const { path, state, way } = thing.value
  thing.value.close()
  return ok({ program: path, entry: state === 'there' ? path : null, ...(way ? { asked: way.asked } : {}) })
}

function onPath(name: string, searchPath: string, files: FileRoom): ResolvedProgram {
  const [separator, endings] =
    files.platform === 'win32' ? [';', ['.exe', '.cmd', '.bat', '.com']] : [':', ['']]
  for (const folder of searchPath.split(separator)) {
    // A relative or empty part would mean the working folder.
    if (!/^([A-Za-z]:[\\/]|\/)/.test(folder)) continue
    for (const ending of endings) {
      const entry = `${folder.replace(/[\\/]$/, '')}/${name}${ending}`
      const program = programAt(entry, files)
      if (program !== null) return { program, entry }
    }
  }
  return { program: name, entry: null }
}

function programAt(entry: string, files: FileRoom): string | null {
  const thing = files.thing(entry)
  if (thing.kind !== 'ok') return null
  const { path, state } = thing.value
  thing.value.close()
  return state === 'there' && isRunnable(path) ? path : null
}

export function isRunnable(path: string): boolean {
  try {
    fs.accessSync(path, fs.constants.X_OK)
    return fs.statSync(path).isFile()
  } catch (error) {
    if (errnoOf(error) === '') throw error
    return false
  }
}
