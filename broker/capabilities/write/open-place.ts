/**
 * From the place that was decided on to a folder in which to write: checks that nothing has moved since, and makes
 * missing folders one by one, each held before the next is made in it.
 */
import fs from 'node:fs'
import { failed, type Outcome, ok, refused } from '../../../contract/outcome.ts'
import type { Need } from '../../../contract/resource.ts'
import { createTurns } from '../../disk/take-turns.ts'
import type { PerformContext, UndoRecorder } from '../../ports.ts'
import { errnoOf, explainErrno, explainError } from '../files/explain-error.ts'
import type { FileRoom } from '../files/file-room.ts'
import { changedOf, type HeldPlace, type HeldThing, type Way } from '../files/held.ts'
import { lastName } from '../files/name-paths.ts'
import { recordChange } from './record-change.ts'

/** That are made for one path: each folder is a change of its own that can be undone. */
const MOST_NAMES = 100

export interface WriteDeps {
  files: FileRoom
  undo: UndoRecorder
}

export interface OpenPlace {
  folder: HeldThing
  name: string
  /** For system calls: the entry in the held folder. */
  at: string
}

/** Writing at a place needs leave for the place, and for the first folder that would have to be made. */
export function needsOf(place: {
  path: string
  way?: Way
  folder?: HeldThing
  names?: readonly string[]
}): Need[] {
  const needs: Need[] = [{ capability: 'fs.write', resource: changedOf(place) }]
  const first = place.names?.[0]
  if (place.folder && first !== undefined && (place.names?.length ?? 0) > 1)
    needs.push(writeNeed(below(place.folder.path, first)))
  return needs
}

function writeNeed(path: string): Need {
  return { capability: 'fs.write', resource: { kind: 'path', path } }
}

/** What a folder that was made for a path is to be taken back by. */
interface Made {
  parent: HeldThing
  name: string
  id: string
}

/**
 * Acts in the folder of the place, with all missing folders made if `parents`. Where nothing comes of it, the folders
 * that were made for it go again.
 */
export async function inPlace<T>(
  deps: WriteDeps,
  place: HeldPlace,
  parents: boolean,
  context: PerformContext,
  act: (open: OpenPlace) => Promise<Outcome<T>>,
): Promise<Outcome<T>> {
  const name = place.names.at(-1) as string
  if (place.errno !== null) return explainErrno(place.errno, lastName(place.path))
  if (!place.folder.stat.isDirectory()) return explainErrno('ENOTDIR', lastName(place.path))
  if (!deps.files.holder.stillThere(place.folder)) return movedMeanwhile(place.folder.path)
  const missing = place.names.slice(0, -1)
  if (missing.length > 0 && !parents) {
    return failed(
      'not-found',
      `The folder “${missing.at(-1)}” does not exist.`,
      `The folder of ${name} does not exist. Make it first, or ask with parents: true.`,
    )
  }
  if (place.names.length > MOST_NAMES)
    return refused('too-large', `More than ${MOST_NAMES} names of this path are missing. Nothing was made.`)
  const takeTurns = createTurns()
  const made: Made[] = []
  const held = [place.folder]
  let done = false
  try {
    for (const part of missing) {
      await takeTurns()
      const parent = held.at(-1) as HeldThing
      const folder = await makeFolder(deps, parent, part, context)
      if (folder.kind !== 'ok') return folder
      held.push(folder.value.held)
      if (folder.value.id !== null) made.push({ parent, name: part, id: folder.value.id })
    }
    const folder = held.at(-1) as HeldThing
    const outcome = await act({ folder, name, at: `${folder.at}/${name}` })
    done = outcome.kind === 'ok'
    return outcome
  } finally {
    if (!done) await takeFoldersBack(deps, made)
    for (const each of held.slice(1)) each.close()
  }
}

/** Innermost first. One that holds something by now stays, and so do those around it. */
async function takeFoldersBack({ undo }: WriteDeps, made: readonly Made[]): Promise<void> {
  for (const { parent, name, id } of made.toReversed()) {
    try {
      fs.rmdirSync(`${parent.at}/${name}`)
    } catch (error) {
      if (errnoOf(error) === '') throw error
      return
    }
    await undo.after(id, false)
  }
}

/** Makes one folder in a held one, and holds it. One that appeared meanwhile is as good; it has no change's id. */
export async function makeFolder(
  deps: WriteDeps,
  folder: HeldThing,
  name: string,
  context: PerformContext,
): Promise<Outcome<{ held: HeldThing; id: string | null }>> {
  const path = below(folder.path, name)
  const made = await recordChange(deps.undo, { what: 'folder', path, context }, async (id) => {
    try {
      fs.mkdirSync(`${folder.at}/${name}`)
      return ok(id)
    } catch (error) {
      return errnoOf(error) === 'EEXIST' ? failed('exists', path) : explainError(error, name)
    }
  })
  if (made.kind !== 'ok' && made.code !== 'exists') return made
  const held = deps.files.holder.holdChild(folder, name)
  if (held?.stat.isDirectory()) return ok({ held, id: made.kind === 'ok' ? made.value : null })
  held?.close()
  return explainErrno('ENOTDIR', name)
}

export function below(folder: string, name: string): string {
  return `${folder === '/' ? '' : folder}/${name}`
}

export function movedMeanwhile(path: string) {
  return failed(
    'changed',
    `“${lastName(path)}” was moved or replaced in the meantime, so nothing was done. Try again.`,
  )
}

/** What stands at the place now, links not followed. */
export function entryAt(at: string): fs.Stats | null {
  try {
    return fs.lstatSync(at, { throwIfNoEntry: false }) ?? null
  } catch (error) {
    if (errnoOf(error) === '') throw error
    return null
  }
}

/** Whether what stands there is what was looked at when the request was made exact. */
export function isUnchanged(then: fs.Stats | null, now: fs.Stats | null): boolean {
  if (then === null || now === null) return then === now
  return (
    then.ino === now.ino &&
    then.dev === now.dev &&
    then.mode === now.mode &&
    (!now.isFile() || (then.size === now.size && then.mtimeMs === now.mtimeMs))
  )
}
