/**
 * fs.search: lines in the files below a folder (or of one file). The walk is ours, by handles and by the rules that
 * hold for each file; the matcher gets bytes. Binary files, very large ones and hard links are left out.
 */
import { type Outcome, ok, refused } from '../../../contract/outcome.ts'
import type { OperationArgs } from '../../../contract/request.ts'
import type { EffectResult, LeakScanner, PerformContext, Prepared } from '../../ports.ts'
import { explainErrno } from '../files/explain-error.ts'
import type { FileRoom } from '../files/file-room.ts'
import { type HeldNothing, type HeldThing, resourceOf } from '../files/held.ts'
import { parseGlob } from '../files/match-glob.ts'
import { lastName, sentenceOn } from '../files/name-paths.ts'
import { readPart, refuseToRead } from '../files/read-held.ts'
import { walkFolder } from '../files/walk-folder.ts'
import { glanceBelow } from '../glance.ts'
import { createPreparedHold, plainPrepared } from '../hold-prepared.ts'
import { keepSecrets } from './keep-secrets.ts'
import type { LineMatcher } from './match-lines.ts'

const MAX_FILE_BYTES = 8 * 1024 * 1024
const MAX_TOTAL_BYTES = 512 * 1024 * 1024
const MAX_DEPTH = 32
const BINARY_PROBE = 8192

type Args = OperationArgs<'fs.search'>

export function createSearch(deps: {
  files: FileRoom
  matcher: LineMatcher
  leaks: Pick<LeakScanner, 'stream'>
}) {
  const { files, matcher, leaks } = deps
  const held = createPreparedHold<{ thing: HeldThing | HeldNothing; args: Args }>()

  function prepare(args: Args): Outcome<Prepared> {
    // No text file has one, and no program can be told of one.
    if (args.pattern.includes('\0'))
      return refused('invalid-request', 'A pattern can’t hold a NUL character.')
    if (/[\r\n]/.test(args.pattern))
      return refused(
        'invalid-request',
        'A pattern is looked for in one line at a time: it can’t hold a line break.',
      )
    const thing = files.thing(args.path)
    if (thing.kind !== 'ok') return thing
    const { path } = thing.value
    const line = (label: string, text: string) => ({ label, text, spans: [], long: false })
    const prepared = plainPrepared({
      operation: 'fs.search',
      capability: 'fs.read',
      needs: [{ capability: 'fs.read', resource: resourceOf(thing.value) }],
      exact: [
        line('In', path),
        line(args.regex ? 'For lines matching' : 'For lines with', args.pattern),
        ...(args.glob === undefined ? [] : [line('Names like', args.glob)]),
      ],
      binding: JSON.stringify(['fs.search', path, { ...args, path: '' }]),
      sentence: { ...sentenceOn('Search', path, files.home) },
      dispose: thing.value.close,
    })
    return ok(held.keep(prepared, { thing: thing.value, args }))
  }

  async function perform(prepared: Prepared, context: PerformContext): Promise<Outcome<EffectResult>> {
    const { thing, args } = held.of(prepared)
    if (thing.state === 'missing') return explainErrno(thing.errno, lastName(thing.path))
    const fits = parseGlob(args.glob)
    if (fits.kind !== 'ok') return fits
    const no = thing.stat.isDirectory() ? null : refuseToRead(thing)
    if (no) return no
    const paths: string[] = []
    const seen = { bytes: 0, cut: false }
    const found = await matcher.match(
      { ...args, limit: args.limit + 1 },
      texts(thing, fits.value, context, paths, seen),
      context.signal,
    )
    if (found.kind !== 'ok') return found
    const told = await keepSecrets(found.value.matches, args, { matcher, leaks }, context.signal)
    if (told.kind !== 'ok') return told
    if (context.signal.aborted) return refused('cancelled', 'The run was cancelled.')
    const matches = told.value
      .slice(0, args.limit)
      .map(({ index, line, text }) => ({ path: paths[index] ?? thing.path, line, text }))
    return ok({
      value: { matches, truncated: found.value.cut || seen.cut || told.value.length > args.limit },
      origins: [{ field: '', origin: files.origins.of(thing.path, context.perimeter) }],
      private: true,
      bytesIn: seen.bytes,
      bytesOut: 0,
      details: { files: paths.length },
    })
  }

  /** The searched files' bytes; `paths` gets the path of each. */
  async function* texts(
    top: HeldThing,
    fits: (relative: string) => boolean,
    context: PerformContext,
    paths: string[],
    seen: { bytes: number; cut: boolean },
  ): AsyncGenerator<Buffer> {
    for await (const file of readable(top, fits, context, seen)) {
      try {
        const large = file.stat.size > MAX_FILE_BYTES
        // What is no text is told by its beginning: of a film no megabytes are read.
        const head = large ? await readPart(files.holder, file, 0, BINARY_PROBE) : null
        if (head?.kind === 'ok' && isBinary(head.value.bytes)) continue
        const part = await readPart(files.holder, file, 0, MAX_FILE_BYTES)
        if (part.kind !== 'ok' || isBinary(part.value.bytes)) continue
        if (large) seen.cut = true
        seen.bytes += part.value.bytes.length
        paths.push(file.path)
        yield large ? wholeLines(part.value.bytes) : part.value.bytes
      } finally {
        if (file !== top) file.close()
      }
      if (seen.bytes > MAX_TOTAL_BYTES) {
        seen.cut = true
        return
      }
    }
  }

  async function* readable(
    top: HeldThing,
    fits: (relative: string) => boolean,
    context: PerformContext,
    seen: { cut: boolean },
  ): AsyncGenerator<HeldThing> {
    if (!top.stat.isDirectory()) {
      yield top
      return
    }
    const covered = glanceBelow(context, 'fs.read', top.path)
    const mayReach = (path: string) => files.guard().refuse(path) === null && covered(path)
    const walk = walkFolder(top, {
      holder: files.holder,
      depth: MAX_DEPTH,
      signal: context.signal,
      mayEnter: mayReach,
    })
    for await (const entry of walk) {
      const { stat } = entry
      if (stat.isDirectory() && entry.depth >= MAX_DEPTH && mayReach(entry.path)) seen.cut = true
      if (!stat.isFile() || stat.nlink > 1 || !fits(entry.relative) || !mayReach(entry.path)) continue
      const file = files.holder.holdChild(entry.folder, entry.name)
      if (file?.stat.isFile() && file.stat.nlink === 1) yield file
      else file?.close()
    }
  }

  return { prepare, perform }
}

/** Of the line in which it was cut off nothing: it may end within a secret. */
function wholeLines(bytes: Buffer): Buffer {
  return bytes.subarray(0, bytes.lastIndexOf(0x0a) + 1)
}

function isBinary(bytes: Buffer): boolean {
  return bytes.subarray(0, BINARY_PROBE).includes(0)
}
