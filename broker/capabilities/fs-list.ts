/**
 * fs.list: names, kinds, sizes and times; never content. Links are listed as links and not followed, so that a listing
 * in depth stays below the folder that was decided on. Folders that a stricter rule covers are named, not entered.
 */
import type { Stats } from 'node:fs'
import { failed, type Outcome, ok, refused } from '../../contract/outcome.ts'
import type { FolderEntry, OperationArgs } from '../../contract/request.ts'
import type { Json } from '../../contract/words.ts'
import type { Permit } from '../gate/permit.ts'
import type { CapabilityModule, EffectResult, PerformContext, Prepared } from '../ports.ts'
import { explainErrno } from './files/explain-error.ts'
import type { FileRoom } from './files/file-room.ts'
import { type HeldNothing, type HeldThing, resourceOf } from './files/held.ts'
import { parseGlob } from './files/match-glob.ts'
import { lastName, sentenceOn } from './files/name-paths.ts'
import { isHalfMade } from './files/parse-path.ts'
import { waitForChange } from './files/wait-for-change.ts'
import { walkFolder } from './files/walk-folder.ts'
import { glanceBelow } from './glance.ts'
import { createPreparedHold, plainPrepared } from './hold-prepared.ts'

export interface FsListDeps {
  files: FileRoom
}

type Listing =
  | { operation: 'fs.list'; args: OperationArgs<'fs.list'> }
  | { operation: 'fs.stat'; args: OperationArgs<'fs.stat'> }
  | { operation: 'fs.watch'; args: OperationArgs<'fs.watch'> }

const VERBS = { 'fs.list': 'List', 'fs.stat': 'Look at', 'fs.watch': 'Watch' } as const

export function createFsListCapability(deps: FsListDeps): CapabilityModule {
  const { files } = deps
  const held = createPreparedHold<{ thing: HeldThing | HeldNothing; listing: Listing }>()

  function prepare(listing: Listing): Outcome<Prepared> {
    const thing = files.thing(listing.args.path)
    if (thing.kind !== 'ok') return thing
    const { path } = thing.value
    const prepared = plainPrepared({
      operation: listing.operation,
      capability: 'fs.list',
      needs: [{ capability: 'fs.list', resource: resourceOf(thing.value) }],
      exact: [{ label: 'Folder or file', text: path, spans: [], long: false }, ...describeListing(listing)],
      binding: JSON.stringify([listing.operation, path, { ...listing.args, path: '' }]),
      sentence: sentenceOn(VERBS[listing.operation], path, files.home),
      dispose: thing.value.close,
    })
    return ok(held.keep(prepared, { thing: thing.value, listing }))
  }

  async function perform(prepared: Prepared, context: PerformContext): Promise<Outcome<EffectResult>> {
    const { thing, listing } = held.of(prepared)
    if (thing.state === 'missing') return explainErrno(thing.errno, lastName(thing.path))
    const value = await answer(thing, listing, context)
    if (value.kind !== 'ok') return value
    const origin = files.origins.of(thing.path, context.perimeter)
    return ok({
      value: value.value,
      origins: [{ field: '', origin }],
      private: true,
      bytesIn: 0,
      bytesOut: 0,
      details: {},
    })
  }

  async function answer(thing: HeldThing, listing: Listing, context: PerformContext): Promise<Outcome<Json>> {
    if (listing.operation === 'fs.stat') return ok(asJson(toEntry(thing.path, thing.stat)))
    if (!thing.stat.isDirectory()) return failed('wrong-kind', `“${lastName(thing.path)}” is no folder.`)
    const mayEnter = enterable(context, thing.path)
    if (listing.operation === 'fs.watch') {
      const seen = await waitForChange(thing, {
        holder: files.holder,
        timeoutMs: listing.args.timeoutMs,
        signal: context.signal,
        mayEnter,
      })
      if (context.signal.aborted) return refused('cancelled', 'The run was cancelled.')
      return seen === null
        ? refused(
            'unavailable',
            `“${lastName(thing.path)}” can’t be watched: this computer watches as many folders as it can at once. Try again later.`,
          )
        : ok({ ...seen, timedOut: seen.changed.length === 0 })
    }
    const fits = parseGlob(listing.args.glob)
    if (fits.kind !== 'ok') return fits
    return ok(asJson(await list(thing, listing.args, fits.value, context.signal, mayEnter)))
  }

  async function list(
    top: HeldThing,
    args: OperationArgs<'fs.list'>,
    fits: (relative: string) => boolean,
    signal: AbortSignal,
    mayEnter: (path: string) => boolean,
  ) {
    const entries: FolderEntry[] = []
    for await (const entry of walkFolder(top, {
      holder: files.holder,
      depth: args.depth,
      signal,
      mayEnter,
    })) {
      if (!fits(entry.relative) || isHalfMade(entry.name)) continue
      if (entries.length >= args.limit) return { entries, truncated: true }
      entries.push(toEntry(entry.path, entry.stat))
    }
    return { entries, truncated: false }
  }

  function enterable(context: PerformContext, top: string): (path: string) => boolean {
    const covered = glanceBelow(context, 'fs.list', top)
    return (path) => !isHalfMade(path) && files.guard().refuse(path) === null && covered(path)
  }

  return {
    operations: ['fs.list', 'fs.stat', 'fs.watch'],
    async prepare(request) {
      if (
        request.operation === 'fs.list' ||
        request.operation === 'fs.stat' ||
        request.operation === 'fs.watch'
      )
        return prepare(request)
      throw new Error(`fs.list does not do ${request.operation}.`)
    },
    async perform(permit: Permit, prepared, context) {
      permit.consume('fs.list', prepared.binding)
      return perform(prepared, context)
    },
  }
}

function describeListing(listing: Listing): Prepared['exact'] {
  const line = (label: string, text: string) => ({ label, text, spans: [], long: false })
  const said = (label: string, text: string) => ({ ...line(label, text), ours: true })
  if (listing.operation === 'fs.watch') return [said('For', `${listing.args.timeoutMs} ms at most`)]
  if (listing.operation === 'fs.stat') return []
  const lines: Prepared['exact'] = [
    said('Depth', listing.args.depth === 1 ? 'this folder only' : `${listing.args.depth} folders deep`),
  ]
  if (listing.args.glob !== undefined) lines.push(line('Names like', listing.args.glob))
  return lines
}

function toEntry(path: string, stat: Stats): FolderEntry {
  const kind = stat.isFile()
    ? 'file'
    : stat.isDirectory()
      ? 'folder'
      : stat.isSymbolicLink()
        ? 'link'
        : 'other'
  return {
    path,
    name: lastName(path),
    kind,
    size: kind === 'file' ? stat.size : 0,
    modifiedAt: Math.round(stat.mtimeMs),
  }
}

function asJson(value: unknown): Json {
  return value as Json
}
