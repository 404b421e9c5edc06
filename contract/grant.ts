/** A grant: a rule that came from an answer. Exact scope, an end, a count, a last use, a revoke button. */
import { z } from 'zod'
import { Capability, Id, Instant, LIMITS, Slug } from './words.ts'

/** What it covers. `exact` is that resource and no other; wider forms are shown with what they mean. */
export const GrantScope = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('path'), path: z.string().max(LIMITS.path), below: z.boolean() }),
  z.object({
    kind: z.literal('url'),
    scheme: z.enum(['https', 'http', 'wss', 'ws']),
    host: z.string().max(255),
    port: z.number().int(),
    methods: z.array(z.string().max(16)).min(1).max(16),
    /** The whole path with query, or a prefix when `below`. */
    path: z.string().max(LIMITS.url),
    below: z.boolean(),
  }),
  z.object({
    kind: z.literal('command'),
    program: z.string().max(LIMITS.path),
    args: z.array(z.string().max(32768)).max(1024),
    /** True: exactly these arguments. False: these leading arguments, then any. */
    exactArgs: z.boolean(),
    cwd: z.string().max(LIMITS.path),
    cwdBelow: z.boolean(),
    /** Only as one that can change nothing and reach no host. */
    readOnly: z.literal(true).optional(),
  }),
  z.object({ kind: z.literal('secret'), name: Slug, to: z.string().max(LIMITS.url) }),
  z.object({
    kind: z.literal('model'),
    provider: z.string().max(64),
    model: z.string().max(200),
    origin: z.string().max(300),
  }),
  /** Clipboard, notify: the capability itself. */
  z.object({ kind: z.literal('capability') }),
])
export type GrantScope = z.infer<typeof GrantScope>

export const GrantEnd = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('run'), runId: Id }),
  z.object({ kind: z.literal('until'), at: Instant }),
  /** Ends when unused for `days`. */
  z.object({ kind: z.literal('unused'), days: z.number().int().min(1).max(365) }),
])
export type GrantEnd = z.infer<typeof GrantEnd>

export const Grant = z.object({
  id: Id,
  effect: z.enum(['allow', 'deny']),
  principalId: Id,
  tool: z.object({ name: Slug, hash: z.string().max(64) }),
  capability: Capability,
  scope: GrantScope,
  /** The scope in words: "Write in ~/Documents/Tour and below". */
  words: z.string().max(600),
  end: GrantEnd,
  madeAt: Instant,
  madeBy: z.string().max(120),
  /** The question it answered. */
  questionId: Id.nullable(),
  uses: z.number().int().nonnegative(),
  lastUse: Instant.nullable(),
  revokedAt: Instant.nullable(),
  note: z.string().max(500).default(''),
  /** For remembered denials: what the model is told. */
  reason: z.string().max(500).default(''),
})
export type Grant = z.infer<typeof Grant>
