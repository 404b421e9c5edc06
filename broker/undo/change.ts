/** A change that a run made, as it is kept: what was there before, and what stood there after. */
import { z } from 'zod'
import { Id, Instant } from '../../contract/words.ts'

const Hash = z.string().regex(/^[0-9a-f]{64}$/)
const FileImage = z.object({
  kind: z.literal('file'),
  hash: Hash,
  size: z.number(),
  mode: z.number(),
  mtimeMs: z.number(),
})
const LinkImage = z.object({ kind: z.literal('link'), target: z.string() })
const EntryImage = z.discriminatedUnion('kind', [
  FileImage.extend({ path: z.string() }),
  LinkImage.extend({ path: z.string() }),
  z.object({ kind: z.literal('folder'), path: z.string(), mode: z.number(), mtimeMs: z.number() }),
])
/** A folder with all below it: parents before what is in them, paths from the folder on ('' is itself). */
export const TreeImage = z.array(EntryImage).min(1)
export type TreeImage = z.infer<typeof TreeImage>
export type EntryImage = z.infer<typeof EntryImage>

/** Nothing under any other name is ever touched for a note. */
const Aside = z.string().regex(/\/\.sallyport-aside-[0-9a-f]{16}$/)

/** What stood at the path before the change. The content lies in the image store under its hash. */
export const Image = z.discriminatedUnion('kind', [
  /** Nothing stood there, or nothing is lost by the change (a move). */
  z.object({ kind: z.literal('none') }),
  FileImage,
  LinkImage,
  z.object({ kind: z.literal('tree'), hash: Hash }),
  /** Too much to keep. Only for what goes to the trash, where it can still be found. */
  z.object({ kind: z.literal('not-kept') }),
])
export type Image = z.infer<typeof Image>

export const Change = z.object({
  id: Id,
  /** Order of the changes, over all runs. */
  seq: z.number().int(),
  runId: Id.nullable(),
  callId: z.string(),
  principalId: z.string(),
  at: Instant,
  /** `set-aside`: a program left it where it may leave nothing, and it was taken out of effect. */
  what: z.enum(['created', 'changed', 'moved', 'trashed', 'folder', 'set-aside']),
  path: z.string(),
  /** For a move: where it was. */
  from: z.string().nullable(),
  /** `open`: under way, or interrupted by a crash. */
  state: z.enum(['open', 'done', 'undone']),
  before: Image,
  /** Fingerprint of what stood there after; null for nothing. */
  after: z.string().nullable(),
  /** Where in the trash it lies, and the fingerprint that it had there: another thing may take its name. */
  nowAt: z.string().nullable(),
  nowPrint: z.string().nullable().default(null),
  /** Hash of the content that was to be written; null where it isn't known beforehand. */
  leaves: Hash.nullable().default(null),
  /**
   * On its way to another disk: the copy, and the name out of sight that what was carried is given while it is taken
   * away where it was. Noted before it is.
   */
  carried: z.object({ to: z.string(), aside: Aside }).nullable().default(null),
  /** Where what is not the same in the copy lies, when a broker died while it was taken away. */
  rest: z.string().nullable().default(null),
})
export type Change = z.infer<typeof Change>
