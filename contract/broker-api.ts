/**
 * The broker's one interface: every method with its schemas and who may call it. Doors (the shell's pipe, the local
 * socket) look a caller's surface up here; a method that does not name the surface does not exist for it.
 *
 * Surfaces: `page` the main window, `consent` the consent window, `shell` the desktop shell itself, `cli` the command
 * line over the socket. Identity is how a caller connected, never what it claims.
 */
import { z } from 'zod'
import { ActivityEntry, ActivityQuery, ActivityRow, VerifyReport } from './activity.ts'
import {
  Agent,
  AgentInput,
  ExposureLine,
  ModelChoice,
  RunSummary,
  RunView,
  UndoPreview,
  UndoResult,
} from './agent.ts'
import { Answer, Question, ScopeStep } from './consent.ts'
import { Decision } from './decision.ts'
import { Grant, GrantEnd, GrantScope } from './grant.ts'
import { Incident } from './incident.ts'
import { Manifest } from './manifest.ts'
import { PolicyStatus } from './policy.ts'
import { KeychainStatus, SecretInfo, SecretList, SecretRules } from './secret.ts'
import { SettingsChange, SettingsView, ToolRule, ToolRules } from './settings.ts'
import { StopReceipt, StopState } from './stop.ts'
import { Capability, Id, Instant, Json, Slug } from './words.ts'

export const SURFACES = ['page', 'consent', 'shell', 'cli'] as const
export type Surface = (typeof SURFACES)[number]

const Nothing = z.strictObject({})
const Done = z.object({ done: z.literal(true) })
const ById = z.strictObject({ id: Id })

export const ToolInfo = z.object({
  name: Slug,
  version: z.string(),
  hash: z.string(),
  title: z.string(),
  summary: z.string(),
  from: z.enum(['built-in', 'installed', 'folder']),
  manifest: Manifest,
})
export type ToolInfo = z.infer<typeof ToolInfo>

/** A tool whose canary turned up: nothing of it runs until a person thaws it. */
export const FrozenTool = z.object({ tool: z.string(), why: z.string(), at: Instant })
export type FrozenTool = z.infer<typeof FrozenTool>

/** A tool that a person paused: what it is asked for waits. */
export const PausedTool = z.object({ tool: z.string(), by: z.string(), at: Instant })
export type PausedTool = z.infer<typeof PausedTool>

export const Part = z.object({
  id: z.string(),
  name: z.string(),
  state: z.enum(['ok', 'weak', 'missing']),
  text: z.string(),
  /** What to do; empty when all is well. */
  remedy: z.string(),
})
export type Part = z.infer<typeof Part>

/** What stands at the top of every page, in the tray, and in `sallyport status`. */
export const Status = z.object({
  version: z.string(),
  pid: z.number().int(),
  startedAt: Instant,
  stop: StopState,
  state: z.enum(['running', 'asking', 'paused', 'stopped']),
  agents: z.number().int(),
  runsActive: z.number().int(),
  questions: z.number().int(),
  keychain: KeychainStatus,
  log: z.object({ state: z.enum(['ok', 'failing']), entries: z.number().int(), text: z.string() }),
  /** Containment on this machine: isolate, OS sandbox, consent surface … each `ok`, `weak` or `missing` with words. */
  parts: z.array(Part),
})
export type Status = z.infer<typeof Status>

export const DetectedModels = z.object({
  endpoints: z.array(z.object({ name: z.string(), baseUrl: z.string(), models: z.array(z.string()) })),
})

/** `check`: one request, explained without doing it. */
export const CheckRequest = z.strictObject({
  id: z.union([z.string().max(200), z.number()]).optional(),
  capability: Capability,
  resource: z.record(z.string(), Json),
  agent: z.string().max(120).optional(),
  tool: z.string().max(64).optional(),
})
export const CheckAnswer = z.object({
  id: z.union([z.string(), z.number(), z.null()]),
  decision: z.enum(['allow', 'deny', 'ask']),
  canonical: Json,
  because: z.array(z.string()),
})
export type CheckAnswer = z.infer<typeof CheckAnswer>

/** `tool run`: one call of a tool's function outside the app, with the entries that it made. */
export const ToolRunResult = z.object({
  id: z.union([z.string(), z.number(), z.null()]).default(null),
  /** An `Outcome`: `{kind: 'ok', value}`, or a refusal or failure with its code and sentences. */
  outcome: Json,
  entries: z.array(ActivityEntry),
  /** What its code wrote by `console`, line by line, free of secrets: the first thousand lines, 256 kB at most. */
  log: z.array(z.object({ level: z.string(), text: z.string() })).default([]),
  ms: z.number().nonnegative(),
})
export type ToolRunResult = z.infer<typeof ToolRunResult>

const LineId = z.union([z.string().max(200), z.number()])
export const PreviewItem = z.strictObject({
  id: LineId.optional(),
  field: z.enum(['agent', 'tool', 'path', 'url', 'command', 'reason', 'argument']),
  /** As much as the consent window takes in one line. */
  text: z.string().max(2_000_000),
})
export const PreviewShown = z.object({
  id: z.union([z.string(), z.number(), z.null()]),
  shown: z.string(),
  warnings: z.array(z.string()),
})
export const ScanItem = z
  .strictObject({
    id: LineId.optional(),
    text: z.string().max(2_000_000).optional(),
    /** The same text as it would arrive from a stream, piece by piece. */
    chunks: z.array(z.string().max(2_000_000)).max(100_000).optional(),
  })
  .refine(({ text, chunks }) => text !== undefined || chunks !== undefined, 'text or chunks is missing')
  // One of them would be looked through and the other passed over in silence.
  .refine(({ text, chunks }) => text === undefined || chunks === undefined, 'text or chunks, not both')
const Hits = z.array(z.object({ what: z.string(), start: z.number().int(), end: z.number().int() }))
export const ScanAnswer = z.object({
  id: z.union([z.string(), z.number(), z.null()]),
  redacted: z.string(),
  hits: Hits,
})

export const SimulateReport = z.object({
  total: z.number().int(),
  allow: z.number().int(),
  ask: z.number().int(),
  deny: z.number().int(),
  differ: z.array(z.object({ seq: z.number().int(), subject: z.string(), was: z.string(), now: Decision })),
})
export type SimulateReport = z.infer<typeof SimulateReport>

export const Digest = z.object({
  since: Instant,
  unusedGrants: z.array(Grant),
  promptsPerHour: z.array(z.object({ hour: Instant, count: z.number().int() })),
  askedMost: z.array(z.object({ who: z.string(), count: z.number().int() })),
  suggestions: z.array(z.object({ id: Id, agentId: Id, agentName: z.string(), words: z.string() })),
})
export type Digest = z.infer<typeof Digest>

type Method = { params: z.ZodType; result: z.ZodType; surfaces: readonly Surface[] }
const ALL: readonly Surface[] = ['page', 'shell', 'cli']
function method<P extends z.ZodType, R extends z.ZodType>(
  params: P,
  result: R,
  surfaces: readonly Surface[] = ALL,
): { params: P; result: R; surfaces: readonly Surface[] } {
  return { params, result, surfaces }
}

export const METHODS = {
  'status.get': method(Nothing, Status, ['page', 'consent', 'shell', 'cli']),

  'stop.now': method(
    z.strictObject({ agentId: Id.optional(), drill: z.boolean().default(false) }),
    StopReceipt,
    ['page', 'consent', 'shell', 'cli'],
  ),
  'stop.resume': method(z.strictObject({ agentId: Id.optional() }), StopState),
  'pause.set': method(z.strictObject({ agentId: Id.optional(), paused: z.boolean() }), StopState, [
    'page',
    'consent',
    'shell',
    'cli',
  ]),
  /** The shell reports whether the screen is locked. */
  'session.locked': method(z.strictObject({ locked: z.boolean() }), Done, ['shell']),

  'agents.list': method(Nothing, z.object({ agents: z.array(Agent) })),
  'agents.create': method(AgentInput, Agent, ['page', 'cli']),
  'agents.update': method(AgentInput.extend({ id: Id }), Agent, ['page']),
  'agents.delete': method(ById, Done, ['page']),
  'agents.exposure': method(ById, z.object({ lines: z.array(ExposureLine), lastChange: z.string() }), [
    'page',
    'cli',
  ]),
  'agents.thaw': method(ById, Agent, ['page', 'cli']),

  'models.detect': method(Nothing, DetectedModels, ['page', 'cli']),
  'models.list': method(ModelChoice, z.object({ models: z.array(z.string()), fault: z.string() }), [
    'page',
    'cli',
  ]),

  'runs.start': method(z.strictObject({ agentId: Id, prompt: z.string().min(1).max(100_000) }), RunSummary, [
    'page',
    'cli',
  ]),
  /** Starts the guided tour: makes its agent and sample folder when they are missing. */
  'runs.tour': method(z.strictObject({ folder: z.string().max(4096).optional() }), RunSummary, [
    'page',
    'cli',
  ]),
  'runs.list': method(
    z.strictObject({ agentId: Id.optional(), limit: z.number().int().min(1).max(500).default(100) }),
    z.object({ runs: z.array(RunSummary) }),
  ),
  'runs.get': method(ById, RunView),
  'runs.cancel': method(ById, Done),
  'runs.undoPreview': method(ById, UndoPreview, ['page', 'cli']),
  'runs.undo': method(
    z.strictObject({ runId: Id, changeId: Id.optional(), callId: Id.optional() }),
    UndoResult,
    ['page', 'cli'],
  ),

  'tools.list': method(
    Nothing,
    z.object({ tools: z.array(ToolInfo), frozen: z.array(FrozenTool), paused: z.array(PausedTool) }),
  ),
  'tools.thaw': method(z.strictObject({ name: z.string().min(1).max(64) }), FrozenTool, ['page', 'cli']),
  'tools.pause': method(
    z.strictObject({ name: Slug, paused: z.boolean() }),
    z.object({ paused: z.array(PausedTool) }),
    ['page', 'cli'],
  ),
  /** Whether a tool may do a kind of thing at all, for every agent; `rules` leaves it to the agent's rules. */
  'tools.setRule': method(
    z.strictObject({ name: Slug, capability: Capability, rule: z.enum(['rules', ...ToolRule.options]) }),
    z.object({ rules: ToolRules }),
    ['page', 'cli'],
  ),

  'questions.list': method(Nothing, z.object({ questions: z.array(Question) }), [
    'page',
    'consent',
    'shell',
    'cli',
  ]),
  /** Only the consent window answers; the CLI answers only where it is the consent surface (headless). */
  'consent.answer': method(Answer, z.object({ accepted: z.boolean(), why: z.string() }), ['consent', 'cli']),
  /** The window drew this question, whole. Without it an answer counts for nothing. */
  'consent.shown': method(z.strictObject({ questionId: Id, hash: z.string().length(64) }), Done, [
    'consent',
    'cli',
  ]),
  'consent.replay': method(z.strictObject({ questionId: Id }), z.object({ steps: z.array(ScopeStep) }), [
    'consent',
    'cli',
  ]),
  /** The shell says whether a consent window can be shown at all. */
  'consent.surface': method(z.strictObject({ available: z.boolean() }), Done, ['shell', 'cli']),

  'grants.list': method(Nothing, z.object({ grants: z.array(Grant) })),
  'grants.revoke': method(ById, Grant, ['page', 'cli']),
  'grants.extend': method(z.strictObject({ id: Id, end: GrantEnd }), Grant, ['page']),
  'grants.narrow': method(z.strictObject({ id: Id, scope: GrantScope }), Grant, ['page']),
  'grants.note': method(z.strictObject({ id: Id, note: z.string().max(500) }), Grant, ['page']),
  'digest.get': method(Nothing, Digest, ['page', 'cli']),
  'digest.accept': method(z.strictObject({ id: Id }), Done, ['page']),

  'activity.query': method(ActivityQuery, z.object({ rows: z.array(ActivityRow), total: z.number().int() })),
  'activity.entry': method(
    z.strictObject({ seq: z.number().int().positive() }),
    z.object({ entry: ActivityEntry, related: z.array(ActivityEntry) }),
  ),
  'activity.timeline': method(
    z.strictObject({ since: Instant, until: Instant, buckets: z.number().int().min(10).max(2000) }),
    z.object({
      lanes: z.array(
        z.object({
          principalId: z.string(),
          name: z.string(),
          points: z.array(
            z.object({
              bucket: z.number().int(),
              allow: z.number().int(),
              ask: z.number().int(),
              deny: z.number().int(),
              stop: z.number().int(),
            }),
          ),
        }),
      ),
    }),
  ),
  /** Packed blocks are proved by a seal’s digest of them, unless every entry is to be computed anew. */
  'activity.verify': method(z.strictObject({ everyEntry: z.boolean().optional() }), VerifyReport),
  /** Takes the content of entries out for good; what they were and their place in the chain stay. */
  'activity.redact': method(
    z.strictObject({ seqs: z.array(z.number().int().positive()).min(1).max(1000) }),
    z.object({ redacted: z.number().int() }),
    ['page', 'cli'],
  ),
  /** Goes on from a log that was set back, once a person has looked at it; on record. */
  'activity.accept': method(Nothing, VerifyReport, ['page', 'cli']),
  /** The first page, `after` 0, verifies the record before: what does not verify says so, and is exported as it is. */
  'activity.export': method(
    z.strictObject({
      ...ActivityQuery.omit({ before: true, limit: true }).shape,
      format: z.enum(['jsonl', 'csv', 'ocsf']),
      after: z.number().int().nonnegative().default(0),
      limit: z.number().int().min(1).max(5000).default(1000),
    }),
    z.object({ text: z.string(), next: z.number().int().nullable(), fault: z.string().optional() }),
    ['page', 'cli'],
  ),

  'secrets.status': method(Nothing, KeychainStatus),
  /** Lets the keychain open its own dialog and waits for the person, a minute and a half at most. */
  'secrets.unlock': method(Nothing, KeychainStatus, ['page', 'cli']),
  'secrets.list': method(Nothing, SecretList),
  'secrets.add': method(
    z.strictObject({ rules: SecretRules, value: z.string().min(1).max(16384) }),
    SecretInfo,
    ['page', 'cli'],
  ),
  'secrets.update': method(SecretRules, SecretInfo, ['page']),
  'secrets.rotate': method(z.strictObject({ name: Slug, value: z.string().min(1).max(16384) }), SecretInfo, [
    'page',
    'cli',
  ]),
  /**
   * After a rotation: tries the old value and the new one at an address of the provider that answers each with its own
   * status. `header` has `{value}` where the secret stands. The old value is forgotten when it is refused.
   */
  'secrets.checkFormer': method(
    z.strictObject({ name: Slug, url: z.string().min(1).max(2000), header: z.string().min(1).max(300) }),
    z.object({
      former: z.enum(['refused', 'works', 'unclear']),
      now: z.enum(['refused', 'works', 'unclear']),
      text: z.string(),
    }),
    ['page', 'cli'],
  ),
  'secrets.revoke': method(
    z.strictObject({ name: Slug.optional() }),
    // Used no more, each of them; of `kept` the keychain would not delete the value.
    z.object({ revoked: z.number().int(), kept: z.array(Slug) }),
    ['page', 'cli'],
  ),
  'secrets.delete': method(z.strictObject({ name: Slug }), Done, ['page', 'cli']),
  /** Does this text hold something that looks like a secret? Asked before a chat is sent. */
  'secrets.scan': method(
    z.strictObject({ text: z.string().max(200_000) }),
    z.object({
      redacted: z.string(),
      hits: z.array(z.object({ what: z.string(), start: z.number().int(), end: z.number().int() })),
    }),
    ['page', 'cli'],
  ),

  'policy.status': method(Nothing, PolicyStatus),
  /** With `policyText` (a policy file's text) the answer is that file's alone, its perimeter included. Relative paths start at `cwd`. */
  'policy.check': method(
    z.strictObject({
      requests: z.array(CheckRequest).max(1000),
      policyText: z.string().max(2_000_000).optional(),
      cwd: z.string().max(4096).optional(),
    }),
    z.object({ answers: z.array(CheckAnswer) }),
    ['page', 'cli'],
  ),
  'policy.simulate': method(z.strictObject({ text: z.string().max(2_000_000) }), SimulateReport, [
    'page',
    'cli',
  ]),
  'policy.text': method(Nothing, z.object({ text: z.string() }), ['page']),
  'policy.save': method(z.strictObject({ text: z.string().max(2_000_000) }), PolicyStatus, ['page']),

  'settings.get': method(Nothing, SettingsView),
  'settings.set': method(SettingsChange, SettingsView, ['page', 'cli']),

  /**
   * Only in a broker that the command line started for itself (`--one-shot`): runs a tool of a folder, of one file, or an
   * installed one, in the real sandbox. The perimeter is that of `policyText`; without one nothing is inside. Questions
   * are answered as `answer` says; `tty` leaves them to the caller, who is then the consent surface.
   */
  'tool.run': method(
    z.strictObject({
      id: LineId.optional(),
      path: z.string().min(1).max(4096).optional(),
      name: Slug.optional(),
      fn: z.string().max(64).optional(),
      input: Json.default({}),
      policyText: z.string().max(2_000_000).optional(),
      answer: z.enum(['deny', 'allow', 'tty']).default('deny'),
      cwd: z.string().max(4096).optional(),
    }),
    ToolRunResult,
    ['cli'],
  ),
  /** What the consent window would draw for these texts, and what it warns of. */
  'consent.preview': method(
    z.strictObject({ items: z.array(PreviewItem).max(1000) }),
    z.object({ items: z.array(PreviewShown) }),
    ['page', 'cli'],
  ),
  /** Scans many texts; `secrets` are registered for this call only and are kept nowhere. */
  'secrets.scanMany': method(
    z.strictObject({
      items: z.array(ScanItem).max(1000),
      secrets: z
        .array(z.strictObject({ name: Slug, value: z.string().min(1).max(16384) }))
        .max(1000)
        .default([]),
    }),
    // `unwatched`: names of values that are too short to be looked for.
    z.object({ items: z.array(ScanAnswer), unwatched: z.array(z.string()) }),
    ['cli'],
  ),

  /** Stops everything, freezes and seals the record, revokes tokens, locks secrets, writes the bundle. */
  'incident.start': method(
    z.strictObject({ folder: z.string().max(4096).optional(), why: z.string().max(500).optional() }),
    Incident,
    ['page', 'cli'],
  ),
  /** The one that is not over, with what has been seen to be done ticked. */
  'incident.current': method(Nothing, z.object({ incident: Incident.nullable() }), ['page', 'cli']),
  'incident.tick': method(z.strictObject({ item: z.string().max(200) }), Incident, ['page', 'cli']),
  /** Unlocks the secrets; what is still stopped stays so until a person resumes. */
  'incident.end': method(Nothing, Incident, ['page', 'cli']),

  /** What the shell saw, for the record: a page crashed, a forged message came. */
  'shell.report': method(
    z.strictObject({
      what: z.enum(['page-crash', 'page-hang', 'forged-message', 'broker-restart', 'consent-lost']),
      text: z.string().max(1000),
    }),
    Done,
    ['shell'],
  ),
  /** Folders that exist, for pickers in tests and the CLI: resolves `~`, says whether it is a folder. */
  'paths.resolve': method(
    z.strictObject({ path: z.string().max(4096) }),
    z.object({ path: z.string(), folder: z.boolean() }),
    ['page', 'cli'],
  ),
} as const satisfies Record<string, Method>

export type MethodName = keyof typeof METHODS
export type Params<M extends MethodName> = z.input<(typeof METHODS)[M]['params']>
export type ParsedParams<M extends MethodName> = z.infer<(typeof METHODS)[M]['params']>
export type Result<M extends MethodName> = z.infer<(typeof METHODS)[M]['result']>
export type Api = { [M in MethodName]: (params: ParsedParams<M>, caller: Caller) => Promise<Result<M>> }
/** Who calls: set by the door. `name` goes into the log ("you, in the app"; "you, in a terminal"). */
export interface Caller {
  surface: Surface
  name: string
}

/** What the broker tells on its own. Pages mirror it; nothing here carries a secret. */
export const EVENTS = {
  status: Status,
  run: RunSummary,
  /** One item of a run was added or replaced. */
  runItem: z.object({ runId: Id, item: z.json() }),
  questions: z.object({ questions: z.array(Question) }),
  /** New or changed rows, newest last; at most a few messages a second. */
  activity: z.object({ rows: z.array(ActivityRow), total: z.number().int() }),
  grants: z.object({ grants: z.array(Grant) }),
  agents: z.object({ agents: z.array(Agent) }),
  frozenTools: z.object({ frozen: z.array(FrozenTool) }),
  pausedTools: z.object({ paused: z.array(PausedTool) }),
  secrets: SecretList,
  settings: SettingsView,
  policy: PolicyStatus,
  /** `seq`: its entry, where it has one. */
  alert: z.object({
    ...{ id: Id, at: Instant, rule: z.string(), text: z.string() },
    seq: z.number().int().positive().optional(),
  }),
  /** For the shell: show a notification, write the clipboard, open a target. It acts only on what the broker's gate let through. */
  desktop: z.discriminatedUnion('do', [
    z.object({ do: z.literal('notify'), id: Id, title: z.string(), body: z.string() }),
    z.object({ do: z.literal('clipboard.write'), id: Id, text: z.string() }),
    z.object({ do: z.literal('clipboard.read'), id: Id }),
    z.object({ do: z.literal('open'), id: Id, target: z.string(), kind: z.enum(['url', 'path']) }),
    z.object({ do: z.literal('trash'), id: Id, path: z.string() }),
  ]),
} as const
export type EventName = keyof typeof EVENTS
export type EventPayload<E extends EventName> = z.infer<(typeof EVENTS)[E]>
/** The shell's answer to a `desktop` event. */
export const DesktopReply = z.strictObject({
  id: Id,
  ok: z.boolean(),
  text: z
    .string()
    .max(1024 * 1024)
    .default(''),
})
export type DesktopReply = z.infer<typeof DesktopReply>

/** How a failed call crosses a door. `code` is a RefusalCode, a FailureCode or `bad-request`, `not-allowed`, `internal`. */
export const ApiFault = z.object({ code: z.string().max(40), text: z.string().max(2000) })
export type ApiFault = z.infer<typeof ApiFault>

/** What the Api throws to end a call with words; any other exception is a bug, and its text stays inside the broker. */
export class ApiError extends Error {
  readonly code: string
  constructor(code: string, text: string) {
    super(text)
    this.name = 'ApiError'
    this.code = code
  }
}
