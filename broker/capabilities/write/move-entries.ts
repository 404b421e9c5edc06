/**
 * fs.move: one entry or many to new names. Nothing is ever written over. All or none: when one can't be moved, those
 * before it are moved back.
 */
import { randomBytes } from 'node:crypto'
import fs from 'node:fs'
import { failed, type Outcome, ok, type Refused, refused } from '../../../contract/outcome.ts'
import type { OperationArgs } from '../../../contract/request.ts'
import { removeTree } from '../../disk/remove-tree.ts'
import type { EffectResult, PerformContext, Prepared } from '../../ports.ts'
import { errnoOf, explainErrno, explainError } from '../files/explain-error.ts'
import { type HeldNothing, type HeldPlace, takenOf } from '../files/held.ts'
import { holdWhole } from '../files/hold-whole.ts'
import { lastName } from '../files/name-paths.ts'
import { createPreparedHold, plainPrepared } from '../hold-prepared.ts'
import { copyTree } from './copy-tree.ts'
import { lookThrough } from './look-through.ts'
import {
  entryAt,
  inPlace,
  isUnchanged,
  movedMeanwhile,
  needsOf,
  type OpenPlace,
  type WriteDeps,
} from './open-place.ts'
import {
  closePairs,
  distinctNeeds,
  type HeldPair,
  holdPairs,
  pairLines,
  pairSentence,
} from './prepare-pairs.ts'
import { syncFolder } from './put-file.ts'
import { recordChange } from './record-change.ts'
import { refuseFile } from './refuse-file.ts'
import { renameEntry } from './rename-entry.ts'
import { lookBeforeCarrying } from './take-carried.ts'

type Args = OperationArgs<'fs.move'>
type Pair = HeldPair<HeldPlace | HeldNothing>
interface Done {
  from: string
  to: string
  undoMove(): Promise<boolean>
}

export function createMoveEntries(deps: WriteDeps) {
  const { files, undo } = deps
  const held = createPreparedHold<{ pairs: Pair[]; args: Args }>()

  async function prepare(args: Args): Promise<Outcome<Prepared>> {
    const found = await holdPairs(args.moves, (text) => holdWhole(files, text), files.entry)
    if (found.kind !== 'ok') return found
    const pairs = found.value
    const needs = await distinctNeeds(pairs, ({ from, to }) => [
      { capability: 'fs.write', resource: takenOf(from) },
      ...needsOf(to),
    ])
    if (!needs) {
      closePairs(pairs)
      return refused('too-large', 'These are too many moves for one question. Ask for fewer at a time.')
    }
    const prepared = plainPrepared({
      operation: 'fs.move',
      capability: 'fs.write',
      needs,
      exact: pairLines(pairs),
      binding: JSON.stringify(['fs.move', args.parents, pairs.map(({ from, to }) => [from.path, to.path])]),
      sentence: pairSentence('Move', pairs, files.home),
      dispose: () => closePairs(pairs),
    })
    return ok(held.keep(prepared, { pairs, args }))
  }

  async function perform(prepared: Prepared, context: PerformContext): Promise<Outcome<EffectResult>> {
    const { pairs, args } = held.of(prepared)
    const done: Done[] = []
    for (const pair of pairs) {
      const moved = context.signal.aborted
        ? refused('cancelled', 'The run was cancelled.')
        : await move(pair, args, context)
      if (moved.kind === 'ok') {
        done.push(moved.value)
        continue
      }
      return pairs.length === 1 ? moved : await takeBack(moved, done)
    }
    return ok({
      value: { moved: done.map(({ from, to }) => ({ from, to })) },
      origins: [{ field: '', origin: { kind: 'own', source: 'Sallyport' } }],
      private: false,
      bytesIn: 0,
      bytesOut: 0,
      details: { moved: done.length },
    })
  }

  async function move({ from, to }: Pair, args: Args, context: PerformContext): Promise<Outcome<Done>> {
    if (!('folder' in from)) return explainErrno(from.errno, lastName(from.path))
    if (!('folder' in to)) return explainErrno(to.errno === 'EISDIR' ? 'EEXIST' : to.errno, lastName(to.path))
    const no = refuseSource(from) ?? refuseFile(from.entry, to) ?? (await refuseEscape(from, to, context))
    if (no) return no
    return inPlace(deps, to, args.parents, context, async (open) => {
      if (entryAt(open.at)) return explainErrno('EEXIST', open.name)
      const at = `${from.folder.at}/${from.names[0]}`
      const change = { what: 'moved' as const, path: to.path, from: from.path, context }
      const moved = await recordChange(undo, change, (id) => moveOne(id, from, at, open, context))
      if (moved.kind !== 'ok') return moved
      return ok({ from: from.path, to: to.path, undoMove: () => moveBack(to, from, context) })
    })
  }

  function refuseSource(from: HeldPlace) {
    if (from.errno !== null || from.names.length > 1 || !from.entry)
      return explainErrno(from.errno ?? 'ENOENT', lastName(from.path))
    if (!files.holder.stillThere(from.folder)) return movedMeanwhile(from.path)
    const now = entryAt(`${from.folder.at}/${from.names[0]}`)
    return isUnchanged(from.entry, now) ? null : movedMeanwhile(from.path)
  }

  /** Rules go by path: what may not be read must not become readable by being moved. */
  async function refuseEscape(
    from: HeldPlace,
    to: HeldPlace,
    context: PerformContext,
  ): Promise<Refused | null> {
    const reads = (path: string) =>
      context.wouldDecide({ capability: 'fs.read', resource: { kind: 'path', path } })
    if (reads(from.path) === 'deny' && reads(to.path) !== 'deny') {
      return refused(
        'outside-perimeter',
        `“${lastName(from.path)}” may not be read, so it may not be moved to where it could be.`,
      )
    }
    const folder = from.entry?.isDirectory() ? files.holder.holdChild(from.folder, from.names[0]) : null
    try {
      return folder && (await lookThrough(files, folder, ['fs.write', 'fs.read'], context))
    } finally {
      folder?.close()
    }
  }

  async function moveOne(
    id: string,
    from: HeldPlace,
    at: string,
    to: OpenPlace,
    context: PerformContext,
  ): Promise<Outcome<true>> {
    try {
      renameEntry(at, to.at, from.entry as fs.Stats)
    } catch (error) {
      if (errnoOf(error) !== 'EXDEV')
        return explainError(error, errnoOf(error) === 'EBUSY' ? lastName(from.path) : to.name)
      const carried = await carry(id, from, at, to, context)
      if (carried.kind !== 'ok') return carried
    }
    await syncFolder(to.folder.at)
    if (from.folder.path !== to.folder.path) await syncFolder(from.folder.at)
    return ok(true)
  }

  /** To another disk: copied whole under another name, put in place, and only then taken from where it was. */
  async function carry(
    id: string,
    from: HeldPlace,
    at: string,
    to: OpenPlace,
    context: PerformContext,
  ): Promise<Outcome<true>> {
    const temporary = `${to.folder.at}/.sallyport-${randomBytes(8).toString('hex')}.tmp`
    const thing = files.holder.holdChild(from.folder, from.names[0])
    try {
      const carried = await lookBeforeCarrying(at, from.entry as fs.Stats, thing)
      if (thing) {
        const copied = await copyTree(thing, temporary, {
          holder: files.holder,
          signal: context.signal,
          mayRead: () => true,
          asMove: true,
        })
        if (copied.kind !== 'ok') return copied
      } else {
        fs.symlinkSync(fs.readlinkSync(at), temporary)
      }
      renameEntry(temporary, to.at, fs.lstatSync(temporary))
      const taken = await carried.takeAway((name) =>
        undo.carrying(id, { to: `${to.folder.path}/${to.name}`, aside: `${from.folder.path}/${name}` }),
      )
      if (taken) return ok(true)
      // Under its own name a broker that is killed now would leave half of it.
      fs.renameSync(to.at, temporary)
      await removeTree(temporary)
      return movedMeanwhile(from.path)
    } catch (error) {
      await removeTree(temporary)
      return explainError(error, to.name)
    } finally {
      thing?.close()
    }
  }

  async function moveBack(to: HeldPlace, from: HeldPlace, context: PerformContext): Promise<boolean> {
    const back = await recordChange(
      undo,
      { what: 'moved', path: from.path, from: to.path, context },
      async (id) => {
        const now = files.holder.holdEntry(to.path)
        try {
          if (!('folder' in now) || !now.entry) return explainErrno('ENOENT', lastName(to.path))
          const place = {
            folder: from.folder,
            name: from.names[0],
            at: `${from.folder.at}/${from.names[0]}`,
          }
          return await moveOne(id, now, `${now.folder.at}/${now.names[0]}`, place, context)
        } finally {
          now.close()
        }
      },
    )
    return back.kind === 'ok'
  }

  async function takeBack(why: Exclude<Outcome<Done>, { kind: 'ok' }>, done: Done[]) {
    let stuck = 0
    for (const one of done.toReversed()) if (!(await one.undoMove())) stuck++
    const rest =
      stuck === 0 ? 'Nothing was moved.' : `${stuck} of the moves before it could not be taken back.`
    const words = { person: `${why.person} ${rest}`, model: `${why.model} ${rest}` }
    return why.kind === 'refused'
      ? refused(why.code, words.person, words.model)
      : failed(why.code, words.person, words.model)
  }

  return { prepare, perform }
}
