/** fs.copy: files or folders to new names. Nothing is written over; what may not be read is not copied. */
import { randomBytes } from 'node:crypto'
import fs from 'node:fs'
import { type Outcome, ok, refused } from '../../../contract/outcome.ts'
import type { OperationArgs } from '../../../contract/request.ts'
import { removeTree } from '../../disk/remove-tree.ts'
import type { EffectResult, PerformContext, Prepared } from '../../ports.ts'
import { explainErrno, explainError } from '../files/explain-error.ts'
import { type HeldNothing, type HeldThing, resourceOf } from '../files/held.ts'
import { lastName } from '../files/name-paths.ts'
import { glanceBelow } from '../glance.ts'
import { createPreparedHold, plainPrepared } from '../hold-prepared.ts'
import { type Copied, copyTree } from './copy-tree.ts'
import { entryAt, inPlace, needsOf, type OpenPlace, type WriteDeps } from './open-place.ts'
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

type Args = OperationArgs<'fs.copy'>
type Pair = HeldPair<HeldThing | HeldNothing>

export function createCopyEntries(deps: WriteDeps) {
  const { files, undo } = deps
  const held = createPreparedHold<{ pairs: Pair[]; args: Args }>()

  async function prepare(args: Args): Promise<Outcome<Prepared>> {
    const found = await holdPairs(args.copies, files.thing, files.entry)
    if (found.kind !== 'ok') return found
    const pairs = found.value
    const needs = await distinctNeeds(pairs, ({ from, to }) => [
      ...needsOf(to),
      { capability: 'fs.read', resource: resourceOf(from) },
    ])
    if (!needs) {
      closePairs(pairs)
      return refused('too-large', 'These are too many copies for one question. Ask for fewer at a time.')
    }
    const prepared = plainPrepared({
      operation: 'fs.copy',
      capability: 'fs.write',
      needs,
      exact: pairLines(pairs),
      binding: JSON.stringify(['fs.copy', args.parents, pairs.map(({ from, to }) => [from.path, to.path])]),
      sentence: pairSentence('Copy', pairs, files.home),
      dispose: () => closePairs(pairs),
    })
    return ok(held.keep(prepared, { pairs, args }))
  }

  async function perform(prepared: Prepared, context: PerformContext): Promise<Outcome<EffectResult>> {
    const { pairs, args } = held.of(prepared)
    const copied: { from: string; to: string }[] = []
    let bytes = 0
    for (const pair of pairs) {
      const done = await copy(pair, args, context)
      if (done.kind !== 'ok') return copied.length === 0 ? done : partly(done, copied.length, pairs.length)
      copied.push({ from: pair.from.path, to: pair.to.path })
      bytes += done.value.bytes
    }
    return ok({
      value: { copied },
      origins: [{ field: '', origin: { kind: 'own', source: 'Sallyport' } }],
      private: false,
      bytesIn: 0,
      bytesOut: 0,
      details: { copied: copied.length, bytes },
    })
  }

  async function copy({ from, to }: Pair, args: Args, context: PerformContext): Promise<Outcome<Copied>> {
    if (from.state === 'missing') return explainErrno(from.errno, lastName(from.path))
    if (!('folder' in to)) return explainErrno(to.errno === 'EISDIR' ? 'EEXIST' : to.errno, lastName(to.path))
    const no = refuseFile(from.stat, to)
    if (no) return no
    return inPlace(deps, to, args.parents, context, async (open) => {
      if (entryAt(open.at)) return explainErrno('EEXIST', open.name)
      return recordChange(undo, { what: 'created', path: to.path, context }, () =>
        copyTo(from, open, context),
      )
    })
  }

  async function copyTo(from: HeldThing, to: OpenPlace, context: PerformContext): Promise<Outcome<Copied>> {
    const temporary = `${to.folder.at}/.sallyport-${randomBytes(8).toString('hex')}.tmp`
    const covered = glanceBelow(context, 'fs.read', from.path)
    const mayRead = (path: string) => files.guard().refuse(path) === null && covered(path)
    const copied = await copyTree(from, temporary, {
      holder: files.holder,
      signal: context.signal,
      mayRead,
      asMove: false,
    })
    if (copied.kind !== 'ok') return copied
    try {
      renameEntry(temporary, to.at, fs.lstatSync(temporary))
      await syncFolder(to.folder.at)
      return copied
    } catch (error) {
      await removeTree(temporary)
      return explainError(error, to.name)
    }
  }

  return { prepare, perform }
}

function partly<T extends { person: string; model: string }>(why: T, done: number, all: number): T {
  const rest = `${done} of ${all} had been copied before.`
  return { ...why, person: `${why.person} ${rest}`, model: `${why.model} ${rest}` }
}
