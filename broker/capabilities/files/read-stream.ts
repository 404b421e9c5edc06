/**
 * fs.readStream: one held file from beginning to end, in parts. The handle stays the same, whatever happens to its
 * name; a file that was written to meanwhile is told at the end.
 */
import fs from 'node:fs'
import { type Outcome, ok, refused } from '../../../contract/outcome.ts'
import type { OperationArgs } from '../../../contract/request.ts'
import type { EffectResult, LeakScanner, PerformContext, Prepared } from '../../ports.ts'
import { deliverBytes } from '../deliver-bytes.ts'
import { createPreparedHold, plainPrepared } from '../hold-prepared.ts'
import { explainError } from './explain-error.ts'
import type { FileRoom } from './file-room.ts'
import { type HeldNothing, type HeldThing, resourceOf } from './held.ts'
import { findAtEdges, hide, type Range } from './hide-at-edges.ts'
import { lastName, sentenceOn } from './name-paths.ts'
import { refuseHardLink, refuseToRead } from './read-held.ts'
import { readSome } from './read-some.ts'

type Args = OperationArgs<'fs.readStream'>
interface Held {
  thing: HeldThing | HeldNothing
  args: Args
}

const CHUNK = 256 * 1024

export function createReadStream({
  files,
  leaks,
}: {
  files: FileRoom
  leaks: Pick<LeakScanner, 'stream' | 'redactKnown'>
}) {
  const held = createPreparedHold<Held>()

  function prepare(args: Args): Outcome<Prepared> {
    const thing = files.thing(args.path)
    if (thing.kind !== 'ok') return thing
    const { path } = thing.value
    const prepared = plainPrepared({
      operation: 'fs.readStream',
      capability: 'fs.read',
      needs: [{ capability: 'fs.read', resource: resourceOf(thing.value) }],
      exact: [{ label: 'File', text: path, spans: [], long: false }],
      binding: JSON.stringify(['fs.readStream', path, args.offset, args.length ?? null]),
      sentence: sentenceOn('Read', path, files.home),
      dispose: thing.value.close,
    })
    return ok(held.keep(prepared, { thing: thing.value, args }))
  }

  async function perform(prepared: Prepared, context: PerformContext): Promise<Outcome<EffectResult>> {
    const { thing, args } = held.of(prepared)
    const no = refuseToRead(thing)
    if (no || thing.state === 'missing') return no as NonNullable<typeof no>
    if (!context.parts) return refused('invalid-request', 'Only a tool’s code can take a file in parts.')
    let fd: number | null = null
    try {
      fd = files.holder.openForReading(thing)
      return await deliver(fd, thing, args, context)
    } catch (error) {
      return explainError(error, lastName(thing.path))
    } finally {
      if (fd !== null) fs.closeSync(fd)
    }
  }

  async function deliver(
    fd: number,
    thing: HeldThing,
    args: Args,
    context: PerformContext,
  ): Promise<Outcome<EffectResult>> {
    const stat = fs.fstatSync(fd)
    if (stat.nlink > 1) return refuseHardLink(lastName(thing.path))
    const sink = context.parts as NonNullable<PerformContext['parts']>
    const label = {
      origins: [{ field: '', origin: files.origins.of(thing.path, context.perimeter) }],
      private: true,
    }
    const modifiedAt = Math.round(stat.mtimeMs)
    sink.open({ value: { path: thing.path, size: stat.size, modifiedAt }, ...label })
    const last = Math.min(stat.size, args.offset + (args.length ?? stat.size))
    const hidden = await findAtEdges(fd, [args.offset, last], stat.size, leaks)
    const { bytes, letGo } = await deliverBytes(chunksOf(fd, args.offset, last, hidden, context.signal), {
      sink,
      leaks,
      max: Number.MAX_SAFE_INTEGER,
      label,
    })
    if (context.signal.aborted) return refused('cancelled', 'The read ended with its call.')
    const now = fs.fstatSync(fd)
    const changed = now.size !== stat.size || now.mtimeMs !== stat.mtimeMs
    return ok({
      value: { bytes, changed },
      ...label,
      bytesIn: bytes,
      bytesOut: 0,
      details: { letGo },
    })
  }

  return { prepare, perform }
}

async function* chunksOf(
  fd: number,
  from: number,
  to: number,
  hidden: readonly Range[],
  signal: AbortSignal,
): AsyncGenerator<Buffer> {
  for (let at = from; at < to && !signal.aborted; ) {
    const buffer = Buffer.allocUnsafe(Math.min(CHUNK, to - at))
    const got = await readSome(fd, buffer, 0, at)
    if (got === 0) return
    hide(buffer, at, hidden)
    yield buffer.subarray(0, got)
    at += got
  }
}
