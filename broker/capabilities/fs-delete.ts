/**
 * fs.delete: into the system's trash, never for good. Several paths are one request. What was trashed before one that
 * fails stays in the trash, is told, and can be put back by undo.
 */

import { failed, type Outcome, ok, type Refused, refused } from '../../contract/outcome.ts'
import { shortPath } from '../../contract/short-path.ts'
import { createTurns } from '../disk/take-turns.ts'
import type { Permit } from '../gate/permit.ts'
import type { CapabilityModule, EffectResult, PerformContext, Prepared, UndoRecorder } from '../ports.ts'
import { explainErrno } from './files/explain-error.ts'
import type { FileRoom } from './files/file-room.ts'
import { type HeldNothing, type HeldPlace, takenOf } from './files/held.ts'
import { holdWhole } from './files/hold-whole.ts'
import { fit, folderOf, lastName, sentenceOn } from './files/name-paths.ts'
import { createPreparedHold, plainPrepared } from './hold-prepared.ts'
import type { Trash } from './trash/trash.ts'
import { lookThrough } from './write/look-through.ts'
import { entryAt, isUnchanged, movedMeanwhile } from './write/open-place.ts'

export interface FsDeleteDeps {
  files: FileRoom
  undo: UndoRecorder
  trash: Trash
}

type Place = HeldPlace | HeldNothing

export function createFsDeleteCapability(deps: FsDeleteDeps): CapabilityModule {
  const { files, undo, trash } = deps
  const held = createPreparedHold<Place[]>()

  async function prepare(paths: readonly string[]): Promise<Outcome<Prepared>> {
    const places = new Map<string, Place>()
    const closeAll = () => {
      for (const place of places.values()) place.close()
    }
    const takeTurns = createTurns()
    for (const text of paths) {
      await takeTurns()
      const found = holdWhole(files, text)
      if (found.kind !== 'ok') {
        closeAll()
        return found
      }
      if (places.has(found.value.path)) found.value.close()
      else places.set(found.value.path, found.value)
    }
    // What lies in a folder of the list goes with it.
    for (const [path, place] of places) {
      if (!foldersAbove(path).some((folder) => places.has(folder))) continue
      places.delete(path)
      place.close()
    }
    const all = [...places.values()]
    const prepared = plainPrepared({
      operation: 'fs.trash',
      capability: 'fs.delete',
      needs: all.map((each) => ({ capability: 'fs.delete', resource: takenOf(each) })),
      exact: all.map(({ path }, index) => ({
        label: all.length === 1 ? 'Path' : `Path ${index + 1}`,
        text: path,
        spans: [],
        long: false,
      })),
      binding: JSON.stringify(['fs.trash', all.map(({ path }) => path)]),
      sentence: sentenceOf(all, files.home),
      unable: () => trash.unable?.() ?? null,
      dispose: closeAll,
    })
    return ok(held.keep(prepared, all))
  }

  async function perform(prepared: Prepared, context: PerformContext): Promise<Outcome<EffectResult>> {
    const trashed: string[] = []
    for (const place of held.of(prepared)) {
      const done = context.signal.aborted
        ? refused('cancelled', 'The run was cancelled.')
        : await trashOne(place, context)
      if (done.kind !== 'ok') return trashed.length === 0 ? done : partly(done, trashed.length)
      trashed.push(place.path)
    }
    return ok({
      value: { trashed },
      origins: [{ field: '', origin: { kind: 'own', source: 'Sallyport' } }],
      private: false,
      bytesIn: 0,
      bytesOut: 0,
      details: { trashed: trashed.length },
    })
  }

  async function trashOne(place: Place, context: PerformContext): Promise<Outcome<true>> {
    if (!('folder' in place)) return explainErrno(place.errno, lastName(place.path))
    const no = refuseEntry(place) ?? (await refuseBelow(place, context))
    if (no) return no
    const noted = await undo.before({
      runId: context.run?.id ?? null,
      callId: context.callId,
      principalId: context.principal.id,
      what: 'trashed',
      path: place.path,
      from: null,
    })
    if (noted.kind !== 'ok') return noted
    const put = await trash.put(place, (carried) => undo.carrying(noted.value.id, carried))
    await undo.after(noted.value.id, put.kind === 'ok', put.kind === 'ok' ? put.value.now : undefined)
    return put.kind === 'ok' ? ok(true) : put
  }

  function refuseEntry(place: HeldPlace) {
    if (place.errno !== null || place.names.length > 1 || !place.entry)
      return explainErrno(place.errno ?? 'ENOENT', lastName(place.path))
    if (!files.holder.stillThere(place.folder)) return movedMeanwhile(place.path)
    const now = entryAt(`${place.folder.at}/${place.names[0]}`)
    if (!isUnchanged(place.entry, now)) return movedMeanwhile(place.path)
    const { entry } = place
    const plain = entry.isFile() || entry.isDirectory() || entry.isSymbolicLink()
    return plain
      ? null
      : failed(
          'wrong-kind',
          `“${lastName(place.path)}” is no plain file (a device, pipe or socket), so it was left alone.`,
        )
  }

  async function refuseBelow(place: HeldPlace, context: PerformContext): Promise<Refused | null> {
    const folder = place.entry?.isDirectory() ? files.holder.holdChild(place.folder, place.names[0]) : null
    try {
      return folder && (await lookThrough(files, folder, ['fs.delete'], context))
    } finally {
      folder?.close()
    }
  }

  return {
    operations: ['fs.trash'],
    async prepare(request) {
      if (request.operation === 'fs.trash') return prepare(request.args.paths)
      throw new Error(`fs.delete does not do ${request.operation}.`)
    },
    async perform(permit: Permit, prepared, context) {
      permit.consume('fs.delete', prepared.binding)
      return perform(prepared, context)
    },
  }
}

function foldersAbove(path: string): string[] {
  const parts = path.split('/')
  return parts.slice(1, -1).map((_, at) => parts.slice(0, at + 2).join('/'))
}

function sentenceOf(places: Place[], home: string): Prepared['sentence'] {
  const [first] = places as [Place, ...Place[]]
  if (places.length === 1) return sentenceOn('Move to the trash', first.path, home)
  const folders = new Set(places.map(({ path }) => folderOf(path)))
  const where =
    folders.size === 1
      ? `in ${fit(shortPath([...folders][0] as string, home), 110)}`
      : `in ${folders.size} folders`
  return { verb: 'Move to the trash', object: `${places.length} items`, tail: where }
}

function partly<T extends { person: string; model: string }>(why: T, done: number): T {
  const rest = `${done} before it went to the trash and can be put back.`
  return { ...why, person: `${why.person} ${rest}`, model: `${why.model} ${rest}` }
}
