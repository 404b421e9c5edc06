/**
 * fs.writeFile and fs.writeStream: create, replace or append, always as a whole new file put in place of the old one.
 * Content that came in parts is asked for as a whole too: what is decided on is what is written.
 */
import fs, { type Stats } from 'node:fs'
import type { ExactLine } from '../../../contract/consent.ts'
import { failed, type Outcome, ok, refused } from '../../../contract/outcome.ts'
import type { OperationArgs } from '../../../contract/request.ts'
import type { Json } from '../../../contract/words.ts'
import type {
  EffectResult,
  PerformContext,
  PrepareContext,
  Prepared,
  StagedFile,
  TextDiff,
} from '../../ports.ts'
import { explainErrno } from '../files/explain-error.ts'
import type { HeldNothing, HeldPlace } from '../files/held.ts'
import { lastName, sentenceOn } from '../files/name-paths.ts'
import { isFolderText } from '../files/parse-path.ts'
import { readPart } from '../files/read-held.ts'
import { encodeText } from '../files/text-encoding.ts'
import { hashOf } from '../hash-content.ts'
import { createPreparedHold, plainPrepared } from '../hold-prepared.ts'
import { exactContent, exactStaged, type There } from './exact-content.ts'
import {
  below,
  entryAt,
  inPlace,
  isUnchanged,
  movedMeanwhile,
  needsOf,
  type OpenPlace,
  type WriteDeps,
} from './open-place.ts'
import { diffOver, MAX_COMPARED } from './preview-diff.ts'
import { putFile } from './put-file.ts'
import { recordChange } from './record-change.ts'

type Args = OperationArgs<'fs.writeFile'>
type Manner = Pick<Args, 'mode' | 'parents'>
/** What is to be written: bytes of the request, or what was gathered before. */
type Content = { size: number; hash: string; bytes: Buffer | StagedFile }
interface Held {
  place: HeldPlace | HeldNothing
  args: Manner
  content: Content
}

/** Appending makes a new file of old and new bytes; past this size that would be a burden. */
const MAX_APPEND_BASE = 64 * 1024 * 1024

const MAX_JUDGED = 4 * 1024 * 1024

const VERBS = { create: 'Create', replace: 'Replace', append: 'Append to' } as const

export function createWriteFile(deps: WriteDeps) {
  const { files, undo } = deps
  const held = createPreparedHold<Held>()

  function prepare(args: Args): Outcome<Prepared> {
    const bytes = encodeText(args.data, args.encoding)
    if (bytes.kind !== 'ok') return bytes
    const content = { size: bytes.value.length, hash: hashOf(bytes.value), bytes: bytes.value }
    return prepareContent('fs.writeFile', args, content, (there) => exactContent(args, content.size, there))
  }

  async function prepareStaged(
    args: OperationArgs<'fs.writeStream'>,
    context: Pick<PrepareContext, 'staged'>,
  ): Promise<Outcome<Prepared>> {
    const staged = await context.staged?.(args.stage)
    if (!staged) return refused('invalid-request', 'There is no such content to write.')
    const content = { size: staged.size, hash: staged.hash, bytes: staged }
    const prepared = prepareContent('fs.writeStream', args, content, (there) =>
      exactStaged(args, staged, there),
    )
    if (prepared.kind === 'ok') prepared.value.judged = judgedContent(args.path, staged)
    return prepared
  }

  function prepareContent(
    operation: 'fs.writeFile' | 'fs.writeStream',
    args: Manner & { path: string; encoding?: Args['encoding'] },
    content: Content,
    exactOf: (there: There) => ExactLine[],
  ): Outcome<Prepared> {
    if (isFolderText(args.path, files.platform))
      return refused(
        'invalid-request',
        'A path that ends in a slash means a folder, so no file is written there.',
      )
    const found = files.target(args.path)
    if (found.kind !== 'ok') return found
    const place = found.value
    const entry = 'folder' in place ? place.entry : null
    let made: TextDiff | null | undefined
    const preview = () => {
      if (made === undefined)
        made = 'folder' in place ? diffOver(place, args, headOf(content, args.encoding)) : null
      return made
    }
    const prepared: Prepared = {
      ...plainPrepared({
        operation,
        capability: 'fs.write',
        needs: needsOf(place),
        exact: [
          { label: 'File', text: place.path, spans: [], long: false },
          ...thereNow(entry, args.mode),
          ...exactOf({ file: entry !== null, missing: missingFolders(place) }),
        ],
        binding: JSON.stringify([
          'fs.writeFile',
          place.path,
          args.mode,
          args.parents,
          content.size,
          content.hash,
          identity(entry),
        ]),
        sentence: sentenceOn(
          args.mode === 'replace' && !entry ? 'Create' : VERBS[args.mode],
          place.path,
          files.home,
        ),
        dispose: place.close,
      }),
      /** Made when a question needs it: what goes in silence pays nothing for it. */
      get diff() {
        return preview()?.diff ?? null
      },
      get diffPart() {
        return preview()?.part === true
      },
    }
    return ok(held.keep(prepared, { place, args, content }))
  }

  async function perform(prepared: Prepared, context: PerformContext): Promise<Outcome<EffectResult>> {
    const { place, args, content } = held.of(prepared)
    if (!('folder' in place)) return explainErrno(place.errno, lastName(place.path))
    return inPlace(deps, place, args.parents, context, (open) => put(open, place, args, content, context))
  }

  async function put(
    open: OpenPlace,
    place: HeldPlace,
    args: Manner,
    { size: given, hash, bytes }: Content,
    context: PerformContext,
  ): Promise<Outcome<EffectResult>> {
    const old = entryAt(open.at)
    if (old?.isDirectory()) return explainErrno('EISDIR', open.name)
    if (old && !old.isFile())
      return failed(
        'wrong-kind',
        `“${open.name}” is no plain file (a device, pipe or socket), so it was not written.`,
      )
    if (old && args.mode === 'create') return explainErrno('EEXIST', open.name)
    if (!isUnchanged(place.entry, old)) return movedMeanwhile(place.path)
    if (old && !mayBeWritten(open.at, old))
      return failed('permission', `“${open.name}” is marked as read-only, so it was not written.`)
    const content = old && args.mode === 'append' ? await appended(open, old, bytes as Buffer) : ok(bytes)
    if (content.kind !== 'ok') return content
    const leaves = content.value === bytes || !Buffer.isBuffer(content.value) ? hash : hashOf(content.value)
    const change = {
      what: old ? ('changed' as const) : ('created' as const),
      path: place.path,
      context,
      leaves,
    }
    const done = await recordChange(undo, change, () => putFile(open, content.value, old, context.signal))
    if (done.kind !== 'ok') return done
    const size = Buffer.isBuffer(content.value) ? content.value.length : given
    return ok({
      value: { path: place.path, size, created: old === null },
      origins: [{ field: '', origin: { kind: 'own', source: 'Sallyport' } }],
      private: false,
      bytesIn: 0,
      bytesOut: 0,
      details: { size, created: old === null },
    })
  }

  async function appended(open: OpenPlace, old: Stats, bytes: Buffer): Promise<Outcome<Buffer>> {
    if (old.size > MAX_APPEND_BASE)
      return refused('too-large', `“${open.name}” is too large to append to (over 64 MB).`)
    const file = files.holder.holdChild(open.folder, open.name)
    if (!file) return movedMeanwhile(open.name)
    try {
      const before = await readPart(files.holder, file, 0, MAX_APPEND_BASE)
      return before.kind === 'ok' ? ok(Buffer.concat([before.value.bytes, bytes])) : before
    } finally {
      file.close()
    }
  }

  return { prepare, prepareStaged, perform }
}

/** A new file in its place would pass by what its permissions say, since only the folder's count for that. */
function mayBeWritten(at: string, old: Stats): boolean {
  if ((old.mode & 0o222) === 0) return false
  try {
    fs.accessSync(at, fs.constants.W_OK)
    return true
  } catch {
    return false
  }
}

/** What the question was about: a file that has changed since is another one. */
function identity(entry: Stats | null): (number | string)[] | null {
  return entry ? [entry.dev, entry.ino, entry.size, entry.mtimeMs] : null
}

/** Sizes are told even where nothing can be compared. */
function thereNow(entry: Stats | null, mode: Args['mode']): ExactLine[] {
  if (!entry?.isFile() || mode === 'create') return []
  return [{ label: 'There now', text: `${entry.size} bytes`, spans: [], long: false, ours: true }]
}

function missingFolders(place: HeldPlace | HeldNothing): string[] {
  if (!('folder' in place)) return []
  let at = place.folder.path
  return place.names.slice(0, -1).map((name) => {
    at = below(at, name)
    return at
  })
}

function headOf({ bytes, size }: Content, encoding: Args['encoding'] | undefined) {
  const head = Buffer.isBuffer(bytes) ? bytes.subarray(0, MAX_COMPARED) : bytes.head(MAX_COMPARED)
  return { head, size, encoding }
}

/** What origins judge: the text itself, or its hash, which nothing that was read or said can back. */
function judgedContent(path: string, content: StagedFile): Json {
  const bytes = content.head(MAX_JUDGED)
  const whole = bytes.length === content.size
  return { path, data: whole ? bytes.toString('utf8') : `sha256:${content.hash}` }
}
