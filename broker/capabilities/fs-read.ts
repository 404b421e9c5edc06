/**
 * fs.read: a file's bytes, or what in files matches a pattern. The file is held (not read) when the request is made
 * exact; the decision is on the canonical path of what is held; only that is read. Whether something exists is told
 * only after the decision.
 */
import { type Outcome, ok } from '../../contract/outcome.ts'
import type { OperationArgs } from '../../contract/request.ts'
import { waitInLine } from '../disk/take-turns.ts'
import type { Permit } from '../gate/permit.ts'
import type { CapabilityModule, EffectResult, LeakScanner, PerformContext, Prepared, Soon } from '../ports.ts'
import type { FileRoom } from './files/file-room.ts'
import { type HeldNothing, type HeldThing, resourceOf } from './files/held.ts'
import { sentenceOn } from './files/name-paths.ts'
import { type FilePart, readPart, refuseToRead } from './files/read-held.ts'
import { createReadStream } from './files/read-stream.ts'
import { decodeBytes } from './files/text-encoding.ts'
import { createPreparedHold, plainPrepared } from './hold-prepared.ts'
import type { LineMatcher } from './search/match-lines.ts'
import { createSearch } from './search/search-files.ts'

export interface FsReadDeps {
  files: FileRoom
  /** Finds lines in text: ripgrep in the OS sandbox, or our own for plain words. */
  matcher: LineMatcher
  leaks: Pick<LeakScanner, 'stream' | 'redactKnown'>
}

interface Held {
  thing: HeldThing | HeldNothing
  args: OperationArgs<'fs.readFile'>
}

/** Of a large part to make text, and to look through it, takes a few milliseconds: of many at once each has its turn. */
const LARGE_PART = 256 * 1024

async function inLine(read: Outcome<FilePart>): Promise<Outcome<FilePart>> {
  if (read.kind === 'ok' && read.value.bytes.length > LARGE_PART) await waitInLine()
  return read
}

export function createFsReadCapability(deps: FsReadDeps): CapabilityModule {
  const { files } = deps
  const held = createPreparedHold<Held>()
  const search = createSearch(deps)
  const inParts = createReadStream(deps)

  function prepareRead(args: OperationArgs<'fs.readFile'>): Outcome<Prepared> {
    const thing = files.thing(args.path)
    if (thing.kind !== 'ok') return thing
    const { path } = thing.value
    const exact: Prepared['exact'] = [{ label: 'File', text: path, spans: [], long: false }]
    if (args.offset > 0)
      exact.push({
        label: 'Part',
        text: `${args.length} bytes from byte ${args.offset} on`,
        spans: [],
        long: false,
        ours: true,
      })
    const prepared = plainPrepared({
      operation: 'fs.readFile',
      capability: 'fs.read',
      needs: [{ capability: 'fs.read', resource: resourceOf(thing.value) }],
      exact,
      binding: JSON.stringify(['fs.readFile', path, args.encoding, args.offset, args.length]),
      sentence: sentenceOn('Read', path, files.home),
      dispose: thing.value.close,
    })
    return ok(held.keep(prepared, { thing: thing.value, args }))
  }

  function performRead(prepared: Prepared, context: PerformContext): Soon<Outcome<EffectResult>> {
    const { thing, args } = held.of(prepared)
    const no = refuseToRead(thing)
    if (no || thing.state === 'missing') return no as NonNullable<typeof no>
    const part = readPart(files.holder, thing, args.offset, args.length, deps.leaks)
    const answer = (read: Outcome<FilePart>) =>
      read.kind === 'ok' ? ok(answerWith(read.value, thing, args, context)) : read
    return part instanceof Promise ? part.then(inLine).then(answer) : answer(part)
  }

  function answerWith(
    { bytes, stat }: FilePart,
    { path }: HeldThing,
    { encoding, offset }: OperationArgs<'fs.readFile'>,
    { perimeter }: PerformContext,
  ): EffectResult {
    const { data, used, malformed } = decodeBytes(bytes, encoding, offset + bytes.length < stat.size)
    return {
      value: {
        path,
        data,
        encoding,
        size: stat.size,
        bytesRead: used,
        more: offset + used < stat.size,
        malformed,
        modifiedAt: Math.round(stat.mtimeMs),
      },
      origins: [{ field: '', origin: files.origins.of(path, perimeter) }],
      private: true,
      bytesIn: used,
      bytesOut: 0,
      details: {},
    }
  }

  return {
    operations: ['fs.readFile', 'fs.readStream', 'fs.search'],
    async prepare(request) {
      if (request.operation === 'fs.readFile') return prepareRead(request.args)
      if (request.operation === 'fs.readStream') return inParts.prepare(request.args)
      if (request.operation === 'fs.search') return search.prepare(request.args)
      throw new Error(`fs.read does not do ${request.operation}.`)
    },
    async perform(permit: Permit, prepared, context) {
      permit.consume('fs.read', prepared.binding)
      if (prepared.operation === 'fs.search') return search.perform(prepared, context)
      if (prepared.operation === 'fs.readStream') return inParts.perform(prepared, context)
      return performRead(prepared, context)
    },
  }
}
