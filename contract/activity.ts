/** The activity log's entries as they are stored, queried and shown. Append-only, hash-chained. */
import { z } from 'zod'
import { Because, DecisionEffect } from './decision.ts'
import { Lamps } from './origin.ts'
import { Capability, Id, Instant, Json, PrincipalRef, RunRef, ToolRef } from './words.ts'

export const ENTRY_KINDS = [
  'intent', // before an effect; its outcome refers to it
  'outcome',
  'decision', // a deny or a refusal: no effect follows
  'question',
  'answer',
  'run.start',
  'run.end',
  'tool.call', // a tool's function was called / ended
  'tool.result',
  'model.call',
  'grant',
  'policy',
  'agent',
  'secret',
  'install',
  'stop',
  'pause',
  'crash',
  'alert',
  'undo',
  'settings',
  'door', // a client, page or CLI was refused or let in
  'app', // start, heartbeat, shutdown, seal
] as const
export const EntryKind = z.enum(ENTRY_KINDS)
export type EntryKind = z.infer<typeof EntryKind>

/** What a caller appends. `subject` is a host-made sentence: verb first ("Read Downloads/invoice.html"). */
export const NewEntry = z.object({
  kind: EntryKind,
  subject: z.string().max(2000),
  principal: PrincipalRef.nullable().default(null),
  run: RunRef.nullable().default(null),
  callId: Id.nullable().default(null),
  tool: ToolRef.nullable().default(null),
  capability: Capability.nullable().default(null),
  /** How it was let through or not; `asked` means that a person answered. */
  decision: DecisionEffect.nullable().default(null),
  asked: z.boolean().default(false),
  because: z.array(Because).max(20).default([]),
  lamps: Lamps.nullable().default(null),
  /** For an outcome: the intent's sequence number. */
  ref: z.number().int().positive().nullable().default(null),
  ok: z.boolean().nullable().default(null),
  durationMs: z.number().nonnegative().nullable().default(null),
  /** The exact resource, sizes, codes. No secret value, no file content. At most 64 kB as JSON. */
  details: z.record(z.string(), Json).default({}),
})
export type NewEntry = z.input<typeof NewEntry>

export const ActivityEntry = NewEntry.extend({
  seq: z.number().int().positive(),
  at: Instant,
  /** SHA-256 hex over `prev` and the canonical bytes. */
  hash: z.string().length(64),
  prev: z.string().length(64),
})
export type ActivityEntry = z.infer<typeof ActivityEntry>

/** A row as the Activity page and the CLI list it: one effect is one row (intent joined with its outcome). */
export const ActivityRow = z.object({
  seq: z.number().int(),
  at: Instant,
  kind: EntryKind,
  subject: z.string(),
  principal: PrincipalRef.nullable(),
  run: RunRef.nullable(),
  callId: Id.nullable(),
  tool: ToolRef.nullable(),
  capability: Capability.nullable(),
  decision: DecisionEffect.nullable(),
  asked: z.boolean(),
  lamps: Lamps.nullable(),
  /** `open`: an intent whose outcome has not come; `interrupted`: its process ended before. */
  state: z.enum(['open', 'ok', 'failed', 'interrupted', 'none']),
  durationMs: z.number().nullable(),
})
export type ActivityRow = z.infer<typeof ActivityRow>

export const ActivityQuery = z.object({
  /** Full text: words, or a "phrase"; part of a word with `*word*`. */
  text: z.string().max(400).default(''),
  principalId: Id.optional(),
  runId: Id.optional(),
  tool: z.string().max(64).optional(),
  capability: Capability.optional(),
  kinds: z.array(EntryKind).max(30).optional(),
  decision: z.enum(['allow', 'deny', 'ask']).optional(),
  since: Instant.optional(),
  until: Instant.optional(),
  /** Only entries with a smaller seq: how pages go on, newest first. */
  before: z.number().int().positive().optional(),
  limit: z.number().int().min(1).max(1000).default(200),
})
export type ActivityQuery = z.infer<typeof ActivityQuery>

export const VerifyReport = z.object({
  ok: z.boolean(),
  entries: z.number().int(),
  firstBad: z
    .object({
      seq: z.number().int(),
      what: z.enum([
        'changed',
        'missing',
        'inserted',
        'reordered',
        'truncated',
        'rolled-back',
        'unsealed',
        'unreadable',
      ]),
      text: z.string(),
    })
    .nullable(),
  head: z.object({ seq: z.number().int(), hash: z.string() }).nullable(),
  sealedTo: z.number().int().nullable(),
  /** The newest times when nothing was being recorded: `closed` after a shutdown, `lost` after a crash, `asleep`. */
  gaps: z
    .array(z.object({ from: Instant, to: Instant, why: z.enum(['closed', 'lost', 'asleep']) }))
    .default([]),
  /**
   * Entries of packed blocks that a seal’s digest proved, and when each of them was computed anew, at the latest. Null
   * when every entry was computed anew.
   */
  byBlocks: z.object({ entries: z.number().int(), at: Instant }).nullable().default(null),
  ms: z.number(),
})
export type VerifyReport = z.infer<typeof VerifyReport>

/** One JSON document of an entry: at most this many bytes, details included. */
export const ENTRY_BYTES = 64 * 1024

/** The log can't take an entry now (disk full, read-only, closed): nothing may be done that must be written first. */
export class LogUnavailable extends Error {
  override readonly name = 'LogUnavailable'
}
