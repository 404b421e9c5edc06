/**
 * What tool code may ask of the gate: one schema an operation, strict, with size limits. Values come from an
 * isolate that is not trusted; what does not parse is refused and never reaches a capability.
 */
import { z } from 'zod'
import { type Json, LIMITS, Slug } from './words.ts'

const Path = z.string().min(1).max(LIMITS.path)
const ENCODINGS = ['utf8', 'utf16le', 'latin1', 'base64'] as const
const Encoding = z.enum(ENCODINGS)
const Pair = z.strictObject({ from: Path, to: Path })
/** What one `fs.readFile` gives at most, and where it doesn't say. */
const READ_BYTES = { most: 4 * 1024 * 1024, usual: 1024 * 1024 }
const Header = z.tuple([z.string().min(1).max(256), z.string().max(16384)])

/** What both kinds of network request say of what is sent. */
const Fetched = {
  url: z.string().min(1).max(LIMITS.url),
  method: z
    .string()
    .regex(/^[A-Za-z]{1,16}$/)
    .default('GET'),
  /** `{{secret:name}}` in a value is filled in at the network edge, for a bound host only. */
  headers: z.array(Header).max(64).default([]),
  body: z
    .string()
    .max(6 * 1024 * 1024)
    .optional(),
  bodyEncoding: z.enum(['utf8', 'base64']).default('utf8'),
  redirect: z.enum(['follow', 'error', 'manual']).default('follow'),
  /** Signed by the broker with a secret that the tool never sees. */
  sign: z
    .discriminatedUnion('scheme', [
      z.strictObject({ scheme: z.literal('bearer'), secret: Slug }),
      z.strictObject({ scheme: z.literal('basic'), secret: Slug, user: z.string().max(256) }),
      z.strictObject({
        scheme: z.literal('hmac-sha256'),
        secret: Slug,
        header: z.string().max(128).default('X-Signature'),
      }),
      z.strictObject({
        scheme: z.literal('aws-sigv4'),
        secret: Slug,
        accessKeyId: z.string().max(128),
        region: z.string().max(64),
        service: z.string().max(64),
      }),
    ])
    .optional(),
}
const Commanded = {
  /** argv[0] is a name on the PATH or an absolute path. Never a shell string. */
  argv: z.array(z.string().max(32768)).min(1).max(1024),
  cwd: Path,
  stdin: z
    .string()
    .max(4 * 1024 * 1024)
    .optional(),
  timeoutMs: z.number().int().min(1).max(600000).default(60000),
  /** Environment variable → secret name. The program can read the value; the question says so. */
  secrets: z
    .record(z.string().regex(/^[A-Z_][A-Z0-9_]{0,63}$/), Slug)
    .refine((secrets) => Object.keys(secrets).length <= 64, 'at most 64 secrets')
    .default({}),
  /** It sees the agent's folders, changes nothing in them and reaches no host: it is decided as looking is. */
  readOnly: z.boolean().default(false),
}

/** Operation name → capability and argument schema. `bytes` and `length` are bytes, `timeoutMs` milliseconds. */
export const OPERATIONS = {
  'fs.readFile': {
    capability: 'fs.read',
    args: z.strictObject({
      path: Path,
      encoding: Encoding.default('utf8'),
      offset: z.number().int().nonnegative().default(0),
      /** At most this many bytes; the answer says whether more follows. */
      length: z.number().int().positive().max(READ_BYTES.most).default(READ_BYTES.usual),
    }),
  },
  /** The same file, in parts, to its end or for `length` bytes. */
  'fs.readStream': {
    capability: 'fs.read',
    args: z.strictObject({
      path: Path,
      offset: z.number().int().nonnegative().default(0),
      length: z.number().int().positive().optional(),
    }),
  },
  'fs.search': {
    capability: 'fs.read',
    args: z.strictObject({
      path: Path,
      pattern: z.string().min(1).max(1000),
      regex: z.boolean().default(false),
      ignoreCase: z.boolean().default(false),
      /** `*.md` is about names at any depth, `src/**\/*.ts` about the path from the folder on. */
      glob: z.string().min(1).max(500).optional(),
      limit: z.number().int().positive().max(1000).default(200),
    }),
  },
  'fs.list': {
    capability: 'fs.list',
    args: z.strictObject({
      path: Path,
      /** 1 lists the folder itself. */
      depth: z.number().int().min(1).max(16).default(1),
      /** As for `fs.search`. */
      glob: z.string().min(1).max(500).optional(),
      limit: z.number().int().positive().max(10000).default(1000),
    }),
  },
  'fs.stat': { capability: 'fs.list', args: z.strictObject({ path: Path }) },
  /** Waits until something below `path` changes, or `timeoutMs` passes. */
  'fs.watch': {
    capability: 'fs.list',
    args: z.strictObject({ path: Path, timeoutMs: z.number().int().min(10).max(60000).default(10000) }),
  },
  'fs.writeFile': {
    capability: 'fs.write',
    args: z.strictObject({
      path: Path,
      data: z.string().max(6 * 1024 * 1024),
      encoding: Encoding.default('utf8'),
      mode: z.enum(['create', 'replace', 'append']).default('replace'),
      /** Make missing parent folders. */
      parents: z.boolean().default(false),
    }),
  },
  /** A file whose content came in parts before (`stage`): decided on, shown and written as a whole. */
  'fs.writeStream': {
    capability: 'fs.write',
    args: z.strictObject({
      path: Path,
      stage: z.number().int().nonnegative(),
      mode: z.enum(['create', 'replace']).default('replace'),
      parents: z.boolean().default(false),
    }),
  },
  'fs.makeFolder': { capability: 'fs.write', args: z.strictObject({ path: Path }) },
  /** Several moves are one request, and so one question. */
  'fs.move': {
    capability: 'fs.write',
    args: z.strictObject({ moves: z.array(Pair).min(1).max(500), parents: z.boolean().default(false) }),
  },
  'fs.copy': {
    capability: 'fs.write',
    args: z.strictObject({ copies: z.array(Pair).min(1).max(500), parents: z.boolean().default(false) }),
  },
  'fs.trash': { capability: 'fs.delete', args: z.strictObject({ paths: z.array(Path).min(1).max(500) }) },
  'net.fetch': {
    capability: 'net.request',
    args: z.strictObject({
      ...Fetched,
      responseEncoding: z.enum(['utf8', 'base64']).default('utf8'),
      timeoutMs: z.number().int().min(1).max(120000).default(30000),
      maxBytes: z
        .number()
        .int()
        .positive()
        .max(4 * 1024 * 1024)
        .default(2 * 1024 * 1024),
    }),
  },
  /** The same request; its body comes in parts. `timeoutMs` is the longest wait for the head, and for each part. */
  'net.stream': {
    capability: 'net.request',
    args: z.strictObject({
      ...Fetched,
      timeoutMs: z.number().int().min(1).max(120000).default(30000),
      maxBytes: z
        .number()
        .int()
        .positive()
        .max(1024 * 1024 * 1024)
        .default(256 * 1024 * 1024),
    }),
  },
  'command.run': {
    capability: 'command.run',
    args: z.strictObject({
      ...Commanded,
      maxOutput: z
        .number()
        .int()
        .positive()
        .max(4 * 1024 * 1024)
        .default(1024 * 1024),
    }),
  },
  /** The same; what it writes comes in parts while it runs. */
  'command.start': {
    capability: 'command.run',
    args: z.strictObject({
      ...Commanded,
      maxOutput: z
        .number()
        .int()
        .positive()
        .max(64 * 1024 * 1024)
        .default(16 * 1024 * 1024),
    }),
  },
  /** Asks the person for a secret; answers with its name only. */
  'secret.request': {
    capability: 'secret.use',
    args: z.strictObject({
      name: Slug,
      purpose: z.string().min(1).max(400),
      hosts: z.array(z.string().max(300)).min(1).max(8),
    }),
  },
  'clipboard.read': { capability: 'clipboard.read', args: z.strictObject({}) },
  'clipboard.write': {
    capability: 'clipboard.write',
    args: z.strictObject({ text: z.string().max(1024 * 1024) }),
  },
  notify: {
    capability: 'notify',
    args: z.strictObject({ title: z.string().min(1).max(120), body: z.string().max(500).default('') }),
  },
  /** A URL or a file, in the person's default app. */
  open: { capability: 'open', args: z.strictObject({ target: z.string().min(1).max(LIMITS.url) }) },
} as const

export type OperationName = keyof typeof OPERATIONS
export const OperationName = z.enum(Object.keys(OPERATIONS) as [OperationName, ...OperationName[]])
/** Arguments after parsing: defaults filled in. */
export type OperationArgs<N extends OperationName> = z.infer<(typeof OPERATIONS)[N]['args']>
/**
 * Arguments as a tool writes them.
 * @public compared with the authors' types in a test
 */
export type OperationInput<N extends OperationName> = z.input<(typeof OPERATIONS)[N]['args']>
export type ParsedRequest = { [N in OperationName]: { operation: N; args: OperationArgs<N> } }[OperationName]

/**
 * What `fs.readFile` of the table above makes of its arguments, where they are as nearly always; null says nothing, and
 * leaves it to the table. A read is a few dozen microseconds of work, of which the schema would be the tenth part.
 */
export function plainReadArgs(args: Json): OperationArgs<'fs.readFile'> | null {
  if (typeof args !== 'object' || args === null || Array.isArray(args)) return null
  for (const name in args)
    if (name !== 'path' && name !== 'encoding' && name !== 'offset' && name !== 'length') return null
  const { path, encoding = 'utf8', offset = 0, length = READ_BYTES.usual } = args
  if (typeof path !== 'string' || path.length < 1 || path.length > LIMITS.path) return null
  if (!isWhole(offset) || offset < 0 || !isWhole(length) || length < 1 || length > READ_BYTES.most)
    return null
  const known = ENCODINGS.find((each) => each === encoding)
  return known ? { path, encoding: known, offset, length } : null
}

function isWhole(value: Json): value is number {
  return Number.isSafeInteger(value)
}

/**
 * What each operation answers. Times are epoch milliseconds, sizes bytes.
 * @public compared with the authors' types in a test
 */
export interface OperationResults {
  'fs.readFile': {
    path: string
    data: string
    encoding: string
    size: number
    bytesRead: number
    more: boolean
    malformed: boolean
    modifiedAt: number
  }
  /** The head of the stream; `FileEnd` comes last. */
  'fs.readStream': { stream: number; path: string; size: number; modifiedAt: number }
  'fs.search': { matches: { path: string; line: number; text: string }[]; truncated: boolean }
  'fs.list': { entries: FolderEntry[]; truncated: boolean }
  'fs.stat': FolderEntry
  'fs.watch': { changed: string[]; timedOut: boolean; truncated: boolean }
  'fs.writeFile': { path: string; size: number; created: boolean }
  'fs.writeStream': { path: string; size: number; created: boolean }
  'fs.makeFolder': { path: string; created: boolean }
  'fs.move': { moved: { from: string; to: string }[] }
  'fs.copy': { copied: { from: string; to: string }[] }
  'fs.trash': { trashed: string[] }
  'net.fetch': {
    url: string
    status: number
    statusText: string
    headers: [string, string][]
    body: string
    bodyEncoding: 'utf8' | 'base64'
    truncated: boolean
    redirects: string[]
  }
  'net.stream': {
    stream: number
    url: string
    status: number
    statusText: string
    headers: [string, string][]
    redirects: string[]
  }
  'command.run': {
    exitCode: number | null
    signal: string | null
    stdout: string
    stderr: string
    truncated: boolean
    sandboxHint?: string
  }
  'command.start': { stream: number }
  'secret.request': { name: string; reference: string }
  'clipboard.read': { text: string }
  'clipboard.write': { bytes: number }
  notify: { shown: boolean }
  open: { opened: boolean }
}
export interface FolderEntry {
  path: string
  name: string
  kind: 'file' | 'folder' | 'link' | 'other'
  size: number
  modifiedAt: number
}
