/**
 * The outer bound of an agent. What no line covers is denied; nothing inside (policy, grant, answer) widens it.
 * Each line says how far it goes in silence: `allow` runs quietly, `ask` asks first, `deny` never.
 */
import { z } from 'zod'
import { LIMITS, Slug } from './words.ts'

export const Level = z.enum(['allow', 'ask', 'deny'])
export type Level = z.infer<typeof Level>

export const FolderLine = z.strictObject({
  path: z
    .string()
    .min(1)
    .max(LIMITS.path)
    .describe(
      'Absolute, or starting with ~/. Covers itself and everything below; the longest line that covers a path counts.',
    ),
  read: Level.default('allow').describe('Read and list.'),
  write: Level.default('ask').describe(
    'Create, change, move, trash: all can be undone. Taking away the folder itself asks at least.',
  ),
})
export const HostLine = z.strictObject({
  scheme: z.enum(['https', 'http', 'wss', 'ws']).default('https'),
  host: z
    .string()
    .min(1)
    .max(255)
    .describe(
      'example.org, *.example.org (below it, not itself), * (any public host), or an address. The nearest line counts: an exact host before *.host before *, then the longest path prefix.',
    ),
  port: z
    .number()
    .int()
    .min(1)
    .max(65535)
    .optional()
    .describe('Without it the scheme’s own. Hosts on this computer or a private network need it said.'),
  methods: z
    .array(z.string().regex(/^[A-Z]{1,16}$/))
    .min(1)
    .default(['GET', 'HEAD']),
  pathPrefix: z
    .string()
    .startsWith('/')
    .max(1000)
    .default('/')
    .describe('Covers at a segment boundary: /v1 covers /v1/x, not /v10.'),
  read: Level.default('allow').describe('GET and HEAD.'),
  send: Level.default('ask').describe('All other methods.'),
})
export const CommandLine = z.strictObject({
  program: z.string().min(1).max(LIMITS.path).describe('A name on the PATH or an absolute path.'),
  args: z
    .array(z.string().max(1000))
    .max(64)
    .default([])
    .describe('Leading arguments that must stand there word for word; an empty list covers any.'),
  run: Level.default('ask'),
})
export const SecretLine = z.strictObject({ name: Slug, use: Level.default('ask') })
export const ToolLine = z.strictObject({
  name: Slug,
  /** Without it any installed version; with it exactly that content. */
  hash: z
    .string()
    .regex(/^[0-9a-f]{64}$/)
    .optional(),
})
/** For each run. */
export const Budgets = z.strictObject({
  calls: z.number().int().positive().max(1_000_000).default(500),
  tokens: z.number().int().positive().max(1_000_000_000).default(1_000_000),
  minutes: z
    .number()
    .positive()
    .max(7 * 24 * 60)
    .default(60),
  bytesOut: z
    .number()
    .int()
    .positive()
    .default(20 * 1024 * 1024),
  /** US dollars, by the prices set for the model; 0 counts nothing. */
  money: z.number().nonnegative().default(0),
})
export const Perimeter = z.strictObject({
  folders: z.array(FolderLine).max(10_000).default([]),
  hosts: z.array(HostLine).max(10_000).default([]),
  commands: z.array(CommandLine).max(1_000).default([]),
  secrets: z.array(SecretLine).max(1_000).default([]),
  tools: z.array(ToolLine).max(200).default([]),
  /** Reading asks each time, also where it says `allow`. */
  clipboard: z
    .strictObject({ read: Level.default('deny'), write: Level.default('deny') })
    .default({ read: 'deny', write: 'deny' }),
  notify: Level.default('allow'),
  open: Level.default('ask'),
  budgets: Budgets.default(() => Budgets.parse({})),
  /** What counts as the agent's own and trusted: files made by the person, contacts. All else that is read is outside. */
  own: z
    .strictObject({
      folders: z.array(z.string().max(LIMITS.path)).max(200).default([]),
      contacts: z.array(z.string().max(320)).max(5_000).default([]),
    })
    .default({ folders: [], contacts: [] }),
})
export type FolderLine = z.infer<typeof FolderLine>
export type HostLine = z.infer<typeof HostLine>
export type CommandLine = z.infer<typeof CommandLine>
export type Budgets = z.infer<typeof Budgets>
export type Perimeter = z.infer<typeof Perimeter>
