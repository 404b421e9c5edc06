/** Agents and their runs, as pages and the CLI see them. */
import { z } from 'zod'
import { Decision } from './decision.ts'
import { Lamps } from './origin.ts'
import { Perimeter } from './perimeter.ts'
import { Capability, Id, Instant, Json, Slug } from './words.ts'

export const PROVIDERS = ['tour', 'openai-compatible', 'openai', 'anthropic'] as const
export const ModelChoice = z.strictObject({
  provider: z.enum(PROVIDERS),
  model: z.string().min(1).max(200),
  /** For openai-compatible: `http://127.0.0.1:11434/v1`. */
  baseUrl: z.string().max(500).optional(),
  /** Name of the secret with the key. */
  secret: Slug.optional(),
  /** US dollars for a million tokens, for the money budget. */
  price: z.strictObject({ input: z.number().nonnegative(), output: z.number().nonnegative() }).optional(),
})
export type ModelChoice = z.infer<typeof ModelChoice>

/** Does the person look at text from outside before this agent's model reads it? `default`: as Settings say. */
export const ReviewChoice = z.enum(['default', 'always', 'never'])
export type ReviewChoice = z.infer<typeof ReviewChoice>

export const AgentInput = z.strictObject({
  name: z.string().trim().min(1).max(80),
  model: ModelChoice,
  instructions: z.string().max(20_000).default(''),
  perimeter: Perimeter,
  reviewOutside: ReviewChoice.default('default'),
})
export type AgentInput = z.infer<typeof AgentInput>

export const Agent = AgentInput.extend({
  id: Id,
  createdAt: Instant,
  changedAt: Instant,
  /** "You changed folders on 3 May" for the exposure map. */
  lastChange: z.string().max(300).default(''),
  paused: z.boolean().default(false),
  /** A canary turned up, or a person froze it: no effect until a person thaws it. */
  frozen: z.string().max(300).default(''),
})
export type Agent = z.infer<typeof Agent>

export const RunState = z.enum([
  'running',
  'asking',
  'paused',
  'done',
  'failed',
  'cancelled',
  'stopped',
  'interrupted',
])
export type RunState = z.infer<typeof RunState>

/** What a run shows, in order. Text grows; a call changes its state. Events replace the item with the same id. */
export const RunItem = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('prompt'), id: Id, at: Instant, text: z.string() }),
  z.object({ kind: z.literal('text'), id: Id, at: Instant, text: z.string(), done: z.boolean() }),
  z.object({
    kind: z.literal('call'),
    id: Id,
    at: Instant,
    tool: Slug,
    function: z.string(),
    title: z.string(),
    input: Json,
    state: z.enum(['running', 'asking', 'ok', 'refused', 'failed']),
    /** For people: the result's first lines, or the refusal's sentence. */
    summary: z.string(),
    /** What the tool's code wrote by `console`: the last of it, free of secrets. */
    log: z.string().optional(),
    /** Each effect that the call had or was refused. */
    effects: z.array(
      z.object({
        seq: z.number().int().nullable(),
        capability: Capability,
        subject: z.string(),
        decision: Decision.nullable(),
        asked: z.boolean(),
        state: z.enum(['asking', 'open', 'ok', 'refused', 'failed']),
        ms: z.number().nullable(),
        /** What a program writes, as it comes: the last of it, free of known secrets. */
        output: z.string().optional(),
      }),
    ),
  }),
  z.object({
    kind: z.literal('note'),
    id: Id,
    at: Instant,
    tone: z.enum(['info', 'warn', 'error']),
    text: z.string(),
  }),
])
export type RunItem = z.infer<typeof RunItem>

export const RunSummary = z.object({
  id: Id,
  agentId: Id,
  agentName: z.string(),
  title: z.string(),
  state: RunState,
  startedAt: Instant,
  endedAt: Instant.nullable(),
  lamps: Lamps,
  calls: z.number().int(),
  tokens: z.number().int(),
  /** Sentence for a run that did not end well. */
  ended: z.string().default(''),
  tour: z.boolean().default(false),
  /** Files it changed that can be put back. */
  undoable: z.number().int().default(0),
})
export type RunSummary = z.infer<typeof RunSummary>

export const RunView = RunSummary.extend({ items: z.array(RunItem) })
export type RunView = z.infer<typeof RunView>

/** Undo, listed by file; `commands` and `sent` can't be undone and are said. */
export const UndoPreview = z.object({
  runId: Id,
  /** The person's home folder, which people read as `~`. */
  home: z.string(),
  changes: z.array(
    z.object({
      id: Id,
      callId: Id.nullable(),
      at: Instant,
      /** `set-aside`: a program left it where rules keep it from that. Only asked for by itself does it come back. */
      what: z.enum(['created', 'changed', 'moved', 'trashed', 'folder', 'set-aside']),
      path: z.string(),
      from: z.string().nullable(),
      /** Unified diff of what undo would do, for text up to 200 kB. */
      diff: z.string().nullable(),
      state: z.enum(['can-undo', 'undone', 'changed-since', 'gone', 'no-image']),
    }),
  ),
  notUndoable: z.array(z.string()),
})
export type UndoPreview = z.infer<typeof UndoPreview>
export const UndoResult = z.object({
  undone: z.number().int(),
  skipped: z.array(z.object({ path: z.string(), why: z.string() })),
})
export type UndoResult = z.infer<typeof UndoResult>

/** One line of the exposure map: what an agent can reach now, at most, and why. */
export const ExposureLine = z.object({
  group: z.enum(['folders', 'hosts', 'commands', 'secrets', 'tools', 'other', 'budgets']),
  target: z.string(),
  words: z.string(),
  level: z.enum(['allow', 'ask', 'deny']),
  /** Where it comes from: perimeter, managed policy, your policy, grant. */
  from: z.string(),
  locked: z.string().default(''),
})
export type ExposureLine = z.infer<typeof ExposureLine>
