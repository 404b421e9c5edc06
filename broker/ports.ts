/**
 * The seams inside the broker: what each room offers the others, as types only. Rooms import these and the contract,
 * never each other's insides; `main.ts` wires the real parts together.
 */
import type { Readable, Writable } from 'node:stream'
import type {
  ActivityEntry,
  ActivityQuery,
  ActivityRow,
  NewEntry,
  VerifyReport,
} from '../contract/activity.ts'
import type { Agent, ModelChoice } from '../contract/agent.ts'
import type { ToolInfo } from '../contract/broker-api.ts'
import type { Answer, ExactLine, Question } from '../contract/consent.ts'
import type { Because, Decision, DecisionEffect } from '../contract/decision.ts'
import type { Grant, GrantEnd, GrantScope } from '../contract/grant.ts'
import type { Manifest, ToolLimits } from '../contract/manifest.ts'
import type { Lamps, Origin, OriginSpan } from '../contract/origin.ts'
import type { Failed, Outcome, Refused } from '../contract/outcome.ts'
import type { Perimeter } from '../contract/perimeter.ts'
import type { PolicyFault, PolicyFile, PolicyStatus } from '../contract/policy.ts'
import type { OperationName, ParsedRequest } from '../contract/request.ts'
import type { ModelResource, Need } from '../contract/resource.ts'
import type { KeychainStatus, SecretBinding, SecretInfo, SecretRules } from '../contract/secret.ts'
import type { Settings } from '../contract/settings.ts'
import type { StopReceipt, StopState } from '../contract/stop.ts'
import type { Capability, Json, PrincipalRef, RunRef, ToolRef } from '../contract/words.ts'
import type { Permit } from './gate/permit.ts'

/** Epoch milliseconds. */
export type Clock = () => number

// ── state ────────────────────────────────────────────────────────────────────────────────────────────────────

/** Small documents (agents, grants, secrets' rules, runs, settings) in one durable store. `put` is on disk when it returns. */
export interface DocumentStore {
  get(kind: string, id: string): unknown
  put(kind: string, id: string, value: unknown): void
  delete(kind: string, id: string): void
  list(kind: string): { id: string; value: unknown }[]
}

// ── the record ───────────────────────────────────────────────────────────────────────────────────────────────

export interface ActivityLog {
  /** Written before it returns: survives the death of any process, not a power cut. Throws `LogUnavailable` when the log can't take it (disk full, read-only). */
  append(entry: NewEntry): { seq: number; at: number }
  /**
   * Takes its place in the chain now, and is written with the next append or commit, a few milliseconds later at the
   * latest. Throws `LogUnavailable` while the log can't take anything, but for an entry that ends what had begun: that
   * one is kept until it can be written.
   */
  stage(entry: NewEntry): { seq: number; at: number }
  /** Resolves when everything staged so far is written, with one commit for all who ask at the same time. Rejects with `LogUnavailable`. */
  commit(): Promise<void>
  /** Resolves when everything appended or staged so far is on the disk (group commit). Rejects with `LogUnavailable`. */
  sync(): Promise<void>
  query(query: ActivityQuery): { rows: ActivityRow[]; total: number }
  entry(seq: number): { entry: ActivityEntry; related: ActivityEntry[] } | null
  verify(how?: { everyEntry?: boolean | undefined }): Promise<VerifyReport>
  /** Called after each append with the row as it now stands. */
  onRow(fn: (row: ActivityRow) => void): () => void
  state(): { state: 'ok' | 'failing'; entries: number; text: string }
}

// ── stop ─────────────────────────────────────────────────────────────────────────────────────────────────────

/** Anything that must end on Stop registers here. `end` must not wait on the thing it ends. */
export interface Stoppable {
  name: string
  /** It has effects by itself, and so is ended too when the broker leaves without a stop. */
  atExit?: boolean
  /** Ends what belongs to `scope` ('all' or a principal id) and reports what it ended. */
  end(scope: 'all' | string): Promise<{
    isolates?: number
    processes?: number
    sockets?: number
    runs?: number
    questions?: number
    credentials?: number
    alreadyLeft?: string[]
    survivors?: number[]
  }>
  /**
   * Holds still what runs for those who are paused, their deadlines included, and lets the others go on. Called when it
   * is registered and whenever a pause begins or ends; `isPaused` stays true to the state, for what starts meanwhile.
   */
  hold?(isPaused: (principalId: string) => boolean): void
}
export interface StopSwitch {
  state(): StopState
  /**
   * Before every effect, synchronously: null when free to go on. Code `stopped` is final; code `paused` means: wait with
   * `whilePaused` and ask again. What a person does `byHand`, in this moment, only the end of the app blocks.
   */
  blocks(principalId: string, byHand?: boolean): Refused | null
  /** Waits while the principal is paused; returns at once otherwise. Rejects never; a stop ends the wait. */
  whilePaused(principalId: string, signal: AbortSignal): Promise<void>
  register(part: Stoppable): () => void
  stop(by: string, scope?: 'all' | string, drill?: boolean): Promise<StopReceipt>
  /** Lifts the stop of everything, or of one agent. Only ever called for a person in an unlocked session. */
  resume(by: string, agentId?: string): StopState
  setPaused(by: string, paused: boolean, agentId?: string): StopState
  onChange(fn: (state: StopState) => void): () => void
}

// ── a call and its context ───────────────────────────────────────────────────────────────────────────────────

/** Everything the gate knows of the call in which a request comes. Made by the runner, never by tool code. */
export interface CallContext {
  principal: PrincipalRef
  perimeter: Perimeter
  run: RunRef | null
  callId: string
  tool: (ToolRef & { manifest: Manifest }) | null
  /** The function of the tool that was called, and with what: for judging where its values came from. */
  call?: { function: string; input: Json }
  /** Aborted when the run is cancelled, stopped or past its deadline. */
  signal: AbortSignal
  /** The person does this now, by hand, and no agent has a part in it: Stop, which is for agents, lets it through. */
  byHand?: boolean
  /** Told when a question is asked and answered: the wall clock of the call stands meanwhile. */
  onWait?: (waiting: boolean) => void
  /** Calls made in one go with this one that have neither asked nor ended: a question that could list theirs too waits for them a little. */
  together?: ReadonlySet<unknown>
  /** What a request of this call has read came from here. */
  onRead?: (origins: readonly Origin[]) => void
  /** Told of each effect as it goes, for the run view. */
  onEffect?: (effect: EffectNotice) => void
  /** Told what a contained program writes while it runs; `seq` as in its effect's notice. Free of known secrets. */
  onOutput?: (seq: number, stream: 'stdout' | 'stderr', text: string) => void
  /** Where the answer goes when it comes in parts. */
  parts?: PartSink<Json>
  /** What this call has gathered for writing. */
  staged?: (stage: number) => StagedFile | null
  /** The model that a person configured for this agent: a `model.call` to exactly it goes in silence. */
  ownModel?: ModelResource | null
}
export interface EffectNotice {
  /** Same id: same effect, later state. */
  id: string
  seq: number | null
  capability: Capability
  subject: string
  decision: Decision | null
  asked: boolean
  state: 'asking' | 'open' | 'ok' | 'refused' | 'failed'
  ms: number | null
}

/** Takes an answer that comes in parts. */
export interface PartSink<T> {
  /** The first answer, once: for the tool the request is answered from here on. */
  open(head: T): void
  /** Waits until the tool has taken it; false when it wants no more. */
  part(part: T): Promise<boolean>
  /** Aborted when the tool wants no more. */
  closed: AbortSignal
}
/** A head or a part with its origins, as in `EffectResult`. */
export interface LabelledPart extends Pick<EffectResult, 'value' | 'origins' | 'private'> {
  /** What the run remembers of it, where `value` is packed. */
  noted?: Json
}
/** Content that a tool has gathered, held by a handle; nobody else can reach it. */
export interface StagedFile {
  size: number
  /** SHA-256 in hex. */
  hash: string
  /** Up to so many bytes from the beginning. */
  head(bytes: number): Buffer
  /** Throws system errors. */
  copyTo(fd: number): Promise<void>
}
/** Gathers content on the disk, in files without a name. */
export interface Staging {
  open(): Outcome<StagingFile>
}
export interface StagingFile {
  /** @returns the size so far */
  append(bytes: Buffer): Promise<Outcome<number>>
  /** What was gathered up to now. */
  look(): StagedFile
  close(): void
}

// ── capabilities ─────────────────────────────────────────────────────────────────────────────────────────────

/**
 * A request made exact. `prepare` resolves and opens but changes nothing and sends nothing; what it holds (handles)
 * is let go by `dispose`, which the gate always calls. `needs` and `binding` are what is decided on, shown and bound.
 */
export interface Prepared {
  operation: OperationName
  /** The capability that names the request; needs may include others (a move needs to write in two places). */
  capability: Capability
  needs: Need[]
  /** What the consent window shows beside the sentence, whole. */
  exact: ExactLine[]
  /** Old and new text of a write over existing content, as a unified diff. */
  diff: string | null
  /** Not all that changes is in the diff. */
  diffPart?: boolean
  /** Canonical JSON of all that would be done, content included (by hash when large): what a question is bound to. */
  binding: string
  /** Verb and object for sentences: { verb: 'Move', object: '12 files', tail: 'from Downloads to Archive' }. */
  sentence: { verb: string; object: string; tail: string }
  /** Bytes that would leave the machine. */
  bytesOut: number
  /** Destroys what can't be put back, or runs what can't be looked into. */
  destructive: boolean
  /** What origins judge in place of the arguments, where those do not hold the content. */
  judged?: Json
  /** Set by the request that asks the person for a secret: the consent window shows a masked field and these hosts. */
  secret?: { name: string; purpose: string; hosts: string[] } | null
  /** It can't be done here, whatever anyone answers: where no rule denies it, this comes in place of a question. */
  unable?: Refused | null
  dispose(): void
}
export interface PrepareContext {
  principal: PrincipalRef
  run: RunRef | null
  tool: ToolRef | null
  perimeter: Perimeter
  signal: AbortSignal
  /** As in `CallContext`. */
  staged?: (stage: number) => StagedFile | null
}
export interface EffectResult {
  value: Json
  /** Where the value came from. Field pointers as in the manifest; '' is the whole. */
  origins: { field: string; origin: Origin }[]
  /** Private data of the person (a file inside the perimeter, a clipboard, a secret's use). */
  private: boolean
  bytesIn: number
  bytesOut: number
  /** For the log's outcome entry. */
  details: Record<string, Json>
}
export interface PerformContext extends PrepareContext {
  callId: string
  /** A redirect, or a contained program's request, asks the gate anew under the same call. */
  askAgain(request: ParsedRequest): Promise<Outcome<Json>>
  /**
   * Deciding on a further need that only shows while doing (a redirect's target): allowed or refused, logged.
   * `bytesOut` is what would leave with it, and counts like a request's own.
   */
  allowFurther(need: Need, sentence: Prepared['sentence'], bytesOut?: number): Promise<Refused | null>
  /** What the decision on a need would be, without asking, logging or counting: for going through many things under one need. */
  wouldDecide(need: Need): Decision['effect']
  /** What single rules are about, for not having to ask `wouldDecide` for each of a hundred thousand things. */
  ruleSubjects(): RuleSubjects
  /** What the person typed into the secret card, when this request asked for one. */
  secretAnswer?: { value: string; hosts: string[] }
  /** What a contained program writes, as it comes; free of known secrets. */
  onOutput?(stream: 'stdout' | 'stderr', text: string): void
  /** Where the answer goes when it was asked for in parts. */
  parts?: PartSink<LabelledPart>
  /** Into the log: what was refused on the way, where that is no decision of its own on a need. */
  noteRefused(subject: string, refusal: Refused): void
  /** A line for the log while it lasts: bytes already sent, for an honest receipt. */
  progress(text: string): void
}
/** One file each in `broker/capabilities/`; deleting the file removes the power. */
export interface CapabilityModule {
  operations: readonly OperationName[]
  prepare(request: ParsedRequest, context: PrepareContext): Promise<Outcome<Prepared>>
  /** Consumes the permit; acts only on what `prepared` holds. */
  perform(permit: Permit, prepared: Prepared, context: PerformContext): Promise<Outcome<EffectResult>>
}

// ── deciding ─────────────────────────────────────────────────────────────────────────────────────────────────

/** Facts of origin that the flow rules need; made by the origins room for one request. */
export interface FlowFacts {
  lamps: Lamps
  /** True when verb, target and content are each backed by the person's own words or by the perimeter. */
  backed: boolean
  /** Sentences about what is not backed ("the address is nowhere in what you wrote"). */
  unbacked: string[]
}
export interface DecideInput {
  need: Need
  principal: PrincipalRef
  runId: string | null
  tool: (ToolRef & { manifest: Manifest }) | null
  perimeter: Perimeter
  stop: Refused | null
  flow: FlowFacts
  now: number
  /** As in `CallContext`. */
  ownModel?: ModelResource | null
}
/** The policy and grants in force, indexed. Pure given its inputs; no clock, no I/O. */
export interface Decider {
  decide(input: DecideInput): Decision & { grantId: string | null }
  /** All needs of one request: the strictest counts. `asking` are those that a question must cover. */
  decideAll(input: Omit<DecideInput, 'need'>, needs: readonly Need[]): DecisionOfAll
  /** May this principal call this tool at all? Its effects are decided one by one when they come. */
  decideToolCall(input: Pick<DecideInput, 'principal' | 'perimeter' | 'stop'> & { tool: ToolRef }): Decision
  /** How far a grant for this need can honestly go: the folder or path prefix of the perimeter line that covers it. */
  ceiling(need: Need, perimeter: Perimeter): string | null
  /** True for places that no search or recursive listing may open below a folder that may be read. */
  keptFromReading(path: string, perimeter: Perimeter): boolean
  /** Of all rules, lines and grants that count for this perimeter at the moment. */
  subjects(perimeter: Perimeter): RuleSubjects
}
/**
 * Which files and folders single rules are about. Whatever none of them is about is decided as any other thing in its
 * folder would be: who looks through a large folder need not ask for each.
 */
export interface RuleSubjects {
  /** Things of this name or of its ending, wherever they are. */
  isAboutName(name: string): boolean
  /** This very place, or one below it. */
  isAboutPlace(path: string): boolean
  /** All those places: whether there is anything or not. */
  places(): Iterable<string>
}
export interface DecisionOfAll extends Decision {
  /** Each grant that was needed, once. All must still hold when the effect starts. */
  grantIds: string[]
  perNeed: (Decision & { grantId: string | null })[]
  asking: Need[]
}

/** What deciding knows of this computer: names for places, looked up by others. */
export interface Places {
  platform: 'linux' | 'darwin' | 'win32'
  /** Absolute, canonical. */
  home: string
  /** Sallyport's own folders: settings, data, socket. No tool reads or writes there. */
  own: string[]
  /** Symlinks of a rule's path resolved as far as it exists; what doesn't exist stays as it is. */
  resolvePath(path: string): string
  /** A program's name looked up on the PATH and resolved; null when there is none. */
  resolveProgram(name: string): string | null
}

export interface PolicyHit {
  effect: DecisionEffect
  managed: boolean
  /** `policy:id` or `managed:id`. */
  rule: string
  text: string
}
export interface PolicySources {
  managed: PolicyFile | null
  personal: PolicyFile | null
  /** Set when the managed file can't be trusted: everything is refused with this sentence. */
  failedClosed: string | null
}
/** Policy files in force, indexed. */
export interface CompiledPolicy {
  readonly rules: number
  readonly failedClosed: string | null
  /** From the managed file: a further bound on every perimeter. */
  readonly bound: Perimeter | null
  /** Of its rules. */
  readonly subjects: RuleSubjects
  /** The strictest rule that covers this need: deny beats ask beats allow, managed before personal. */
  strictest(need: Need, principal: PrincipalRef, tool: string | null): PolicyHit | null
  /** The strictest rule without selectors and for every capability that names this tool. */
  forTool(principal: PrincipalRef, tool: string): PolicyHit | null
}
/** The policy files as they stand: loaded, watched, and what is wrong with them. */
export interface PolicyBook {
  compiled(): CompiledPolicy
  /** The files themselves; for explaining and simulating. */
  sources(): PolicySources
  status(): PolicyStatus
  /** The personal file as it stands on the disk; a first one to start from when there is none. */
  text(): string
  /** Writes the personal file when it has no fault, and counts at once. */
  save(text: string): Outcome<PolicyStatus>
  /** Reads a policy without using it. */
  parse(text: string, name: string): { policy: PolicyFile | null; faults: PolicyFault[] }
  /** Settings that a policy file sets. Managed ones win; `locked` ones can't be changed by people. */
  settings(): {
    managed: Record<string, Json>
    personal: Record<string, Json>
    locked: Record<string, string>
  }
  onChange(fn: (status: PolicyStatus) => void): () => void
  close(): void
}

/** One part of what an answer grants: a capability on a scope. */
export interface GrantPart {
  capability: Capability
  scope: GrantScope
}
/** One step of the ladder from the exact resource outward; all parts are granted together. */
export interface LadderStep {
  /** Each with its own words: it becomes a grant of its own. */
  parts: (GrantPart & { words: string })[]
  /** All of them, in one line. */
  words: string
}

/** A past request as the log has it, for simulating, replay and the digest. */
export interface RecordedRequest {
  seq: number
  at: number
  subject: string
  principal: PrincipalRef
  runId: string | null
  tool: ToolRef | null
  needs: Need[]
  lamps: Lamps
  /** False when the flow rules had something to say. */
  backed: boolean
  /** As it was decided then: `ask` when a person was asked, whatever the answer. */
  was: DecisionEffect
  /** How it ended: let through or not. */
  allowed: boolean
  /** A grant let it through. */
  granted: boolean
}

/** Live grants by what they cover. `now` decides which have ended. */
export interface GrantIndex {
  find(effect: 'allow' | 'deny', asked: GrantAsked): Grant | null
  /** Whether a grant is about this place, or about one below it. */
  isAboutPlace(path: string): boolean
  /** Those, with the folders that they are in. */
  places(): Iterable<string>
}
export interface GrantAsked {
  need: Need
  principalId: string
  tool: { name: string; hash: string } | null
  runId: string | null
  now: number
}

// ── grants and consent ───────────────────────────────────────────────────────────────────────────────────────

export interface GrantBook {
  list(): Grant[]
  add(grant: Omit<Grant, 'id' | 'uses' | 'lastUse' | 'revokedAt' | 'note'>): Grant
  /** Counts a use; false when it is gone, ended or revoked in this very moment. */
  use(id: string, now: number): boolean
  revoke(id: string, by: string): Grant | null
  extend(id: string, end: GrantEnd, by: string): Grant | null
  narrow(id: string, scope: GrantScope, by: string): Grant | null
  note(id: string, note: string): Grant | null
  endRun(runId: string): void
  onChange(fn: (grants: Grant[]) => void): () => void
}

export interface AskInput {
  prepared: Prepared
  context: CallContext
  because: Because[]
  flow: FlowFacts
  /** The needs that must be asked (`DecisionOfAll.asking`): a longer answer grants these and no others. All, when absent. */
  asking?: Need[]
  /** Stretches of the exact lines with their origin, one array a line. */
  spans: OriginSpan[][]
  origins: Origin[]
  /** A result to look at before the model reads it: each by itself, once, and not counted as a prompt. */
  review?: true
}
/** `allow` for this one request, and the grant that came of it, if any. */
export type AskResult =
  | {
      kind: 'allow'
      questionId: string
      grant: Grant | null
      /** Nobody answered this very question: `grant`, made meanwhile, covers it. It counts as any grant does. */
      byGrant?: true
      ms: number
      secretValue?: string
      secretHosts?: string[]
    }
  | { kind: 'deny'; questionId: string | null; refused: Refused; ms: number }
/** Asks; knows no policy. */
export interface ConsentDesk {
  ask(input: AskInput): Promise<AskResult>
  pending(): Question[]
  answer(answer: Answer, by: string): { accepted: boolean; why: string }
  shown(questionId: string, hash: string): void
  setSurface(available: boolean): void
  setLocked(locked: boolean): void
  onChange(fn: (questions: Question[]) => void): () => void
}

// ── origins ──────────────────────────────────────────────────────────────────────────────────────────────────

/** What a run has read and what the person typed; answers where a value came from. */
export interface OriginTracker {
  personSaid(runId: string, text: string): void
  /** A value came into the run, with the origins of its fields. */
  noteRead(
    runId: string,
    value: Json,
    origins: { field: string; origin: Origin; namedBy?: string }[],
    isPrivate: boolean,
    /** The function of a tool that gave it, and what it was called with. */
    call?: { name: string; input: Json },
  ): void
  /** The model wrote text after outside text: it is outside too. */
  noteModel(runId: string, text: string): void
  lamps(runId: string, perimeter: Perimeter): Lamps
  flow(
    runId: string,
    perimeter: Perimeter,
    prepared: Pick<Prepared, 'needs' | 'sentence' | 'exact' | 'operation' | 'bytesOut'>,
    toolCall: {
      tool: string
      function: string
      input: Json
      /** The tool's function that the model called, and with what. */
      call?: { function: string; input: Json }
    } | null,
  ): Promise<FlowFacts & { spans: OriginSpan[][] }>
  /** Text for the model, framed as data with its origin, hidden characters stripped and counted. */
  frame(value: string, origins: Origin[]): { text: string; hidden: number }
  end(runId: string): void
}

// ── lanes ────────────────────────────────────────────────────────────────────────────────────────────────────

/** An installed tool, loaded whole: nothing is read from disk at call time. `hash` covers manifest and files. */
export interface InstalledTool extends ToolInfo {
  /** Module name → source, and source maps. */
  modules: Record<string, string>
  maps: Record<string, string>
}
export interface ToolCall {
  tool: InstalledTool
  /** Processes are never shared between principals. */
  principalId: string
  /** Calls of different runs share no state: each run has realms of its own in the process. */
  runId?: string | null
  fn: string
  input: Json
  /** Requests of it that were answered before it begins. */
  ahead?: readonly AheadAnswer[]
  limits: ToolLimits
  signal: AbortSignal
  /** Arguments are unparsed; the gate parses. Order of replies is free. `signal` is aborted when the call has ended without waiting for the answer: cancelled, past its deadline, crashed. */
  onRequest(operation: string, args: Json, signal: AbortSignal): Promise<Outcome<Json>>
  onLog(level: string, text: string): void
  /** Gives back a function that stops the wall clock, and one that lets it go on. */
  clock?: (control: { hold(): void; release(): void }) => void
  /** The tool's canary, which stands in its box as `sallyport.env.SESSION_TOKEN`. */
  sessionToken?: string
}
export interface AheadAnswer {
  operation: string
  /** Canonical JSON text. */
  args: string
  outcome: Outcome<Json>
}
export interface ToolCallResult {
  outcome: Outcome<Json>
  wallMs: number
  cpuMs: number
  /** Highest RSS seen, bytes. */
  peakRss: number
}
/** Isolates in processes of their own, from a warm pool. */
export interface IsolateLane extends Stoppable {
  run(call: ToolCall): Promise<ToolCallResult>
  /** Starts the spare process ahead of need. */
  warm(): Promise<void>
  stats(): {
    processes: number
    busy: number
    spare: number
    crashed: number
    osSandbox: 'bubblewrap' | 'seatbelt' | 'none'
    text: string
    pids: number[]
  }
  close(): Promise<void>
}

/** A program in an OS sandbox, with files, hosts and limits of its own. */
export interface ContainedProgram {
  principalId: string
  /** For receipts: `git status`. */
  words: string
  /** The file to start; its last name is what the program takes itself for. */
  program: string
  args: string[]
  cwd: string
  /** Added to a scrubbed environment (PATH, LANG, an empty home and temp folder of its own). */
  env: Record<string, string>
  /** Canonical paths, each with all below. What is writable is readable. */
  readable: string[]
  writable: string[]
  /** Below those: not even seen, and seen but not changed. */
  hidden: string[]
  readOnly: string[]
  /** Of all its processes together, bytes. */
  maxMemory: number
  maxProcesses: number
  /** Wall clock, ms; stands while `mayConnect` is asked. */
  timeoutMs: number
  /** Asked once for each host and port: null lets it through, a sentence refuses. */
  mayConnect(host: string, port: number): Promise<string | null>
  signal: AbortSignal
}
export interface ContainedEnd {
  exitCode: number | null
  signal: string | null
  endedBy: 'itself' | 'timeout' | 'memory' | 'processes' | 'stopped' | 'crash'
  /** `host:port` that it tried to reach and was refused. */
  denied: string[]
  /** Times that it was refused a host without anybody being asked, because it had asked for too many. */
  notAsked: number
  /** What it left in its private folders (its home, /tmp), which are gone with it. */
  left: string[]
  wallMs: number
  /** Highest sum of its processes, bytes. */
  peakRss: number
}
export interface ContainedProcess {
  stdin: Writable
  stdout: Readable
  stderr: Readable
  /** Never rejects. All of it is gone when it resolves. */
  ended: Promise<ContainedEnd>
  /** Ends the whole tree; what is left after a second is named. */
  kill(): Promise<{ survivors: number[] }>
}
export interface ContainedPrograms extends Stoppable {
  start(program: ContainedProgram): Promise<Outcome<ContainedProcess>>
  /** Whether programs can be contained here, and what is missing. */
  available(): { available: boolean; text: string }
  /** Ends and removes what brokers left behind that were killed in the moment in which they started a program. */
  clearUp(): void
  close(): Promise<void>
}

// ── secrets ──────────────────────────────────────────────────────────────────────────────────────────────────

export interface SecretVault {
  status(): Promise<KeychainStatus>
  list(): SecretInfo[]
  /** Rules of one; null when there is none or it is revoked or expired. */
  info(name: string): SecretInfo | null
  add(rules: SecretRules, value: string): Promise<Outcome<SecretInfo>>
  update(rules: SecretRules): Outcome<SecretInfo>
  rotate(name: string, value: string): Promise<Outcome<SecretInfo>>
  /** From then on unused, each of them; of `kept` the keychain would not delete the value. */
  revoke(name?: string): Promise<{ revoked: number; kept: string[] }>
  delete(name: string): Promise<Outcome<true>>
  /** The value, for a use the gate allowed. Only capabilities and model calls may call it, with their permit. */
  reveal(
    permit: Permit,
    name: string,
    target: { origin: string; path: string; place: SecretBinding['place'] | 'command' },
  ): Promise<Outcome<string>>
  /** The value before the last rotation, while it is still kept: for asking its provider whether it still works. */
  revealFormer(
    permit: Permit,
    name: string,
    target: { origin: string; path: string; place: SecretBinding['place'] },
  ): Promise<Outcome<string>>
  /** The provider refused it: nothing of it is kept any longer. */
  forgetFormer(name: string): void
  /** Locks all: reveals nothing until unlocked (incident mode). */
  lock(locked: boolean): void
  onChange(fn: (secrets: SecretInfo[]) => void): () => void
}
export interface LeakHit {
  /** `secret:name`, `canary:tool`, or the credential's kind. */
  what: string
  start: number
  end: number
}
export interface LeakScanner {
  /** Whole text. Registered values are found in every usual encoding; unknown credentials by rules. */
  scan(text: string): { hits: LeakHit[]; redacted: string }
  /** Registered values only; fast enough for every value that goes to a tool, a model or the log. */
  redactKnown(text: string): { text: string; hits: LeakHit[] }
  /** The same over any JSON value. */
  redactJson(value: Json): { value: Json; hits: LeakHit[] }
  /** Chunks of one stream: holds back what could be the start of a value; with `credentials` of unknown ones too. */
  stream(options?: { credentials?: boolean }): LeakStream
  /** Resolves when every rule for unknown credentials is loaded. */
  ready(): Promise<void>
}
export interface LeakStream {
  /** What can be let through by now, clean. */
  push(chunk: string): string
  end(): string
  hits(): LeakHit[]
}

/** Where a canary turned up, for people and for the record. */
export interface CanaryPlace {
  /** "in a request to paste.example.net". */
  words: string
  principal: PrincipalRef | null
  run: RunRef | null
  tool: ToolRef | null
  callId: string | null
}
/** Each tool has a fake credential of its own; one that turns up on its way out freezes its tool. */
export interface CanaryWatch {
  tokenFor(tool: string): string
  /** Set while the tool is frozen. */
  frozen(tool: string): Refused | null
  /** Freezes the tools whose canaries are among the hits; null when none is. */
  caught(hits: readonly LeakHit[], place: CanaryPlace): Refused | null
}

// ── desktop ──────────────────────────────────────────────────────────────────────────────────────────────────

/** What only a desktop session can do; through the shell, or by small programs when headless. */
export interface Desktop {
  /** The refusal of all that it is asked to do, where there is none now. */
  unable(): Refused | null
  do(
    action:
      | { do: 'notify'; title: string; body: string }
      | { do: 'clipboard.write'; text: string }
      | { do: 'clipboard.read' }
      | { do: 'open'; target: string; kind: 'url' | 'path' }
      | { do: 'trash'; path: string },
  ): Promise<Outcome<string>>
}

// ── undo ─────────────────────────────────────────────────────────────────────────────────────────────────────

/** Called by the file capabilities around each change, under their permit. */
export interface TextDiff {
  /** Unified. A line that starts with a backslash is a note of ours. */
  diff: string
  /** Something that changes is not in it. */
  part: boolean
}
/** Old against new text, for a person to read. */
export type CompareTexts = (
  name: string,
  before: string,
  after: string,
  options: {
    /** What the two are called in the diff's head. */
    heads: readonly [string, string]
    /** The texts are only the beginnings of longer ones. */
    cut?: boolean
  },
) => TextDiff

export interface UndoRecorder {
  /** Before the change: keeps the before-image (content-addressed). Refuses when it can't and the change would lose data. */
  before(change: {
    runId: string | null
    callId: string
    principalId: string
    what: 'created' | 'changed' | 'moved' | 'trashed' | 'folder'
    path: string
    from: string | null
    /** SHA-256, in hex, of the content that the file will have, where that is known. */
    leaves?: string
  }): Promise<Outcome<{ id: string }>>
  /** After it: the hash of what stands there now, so that a person's later change is seen. `nowAt`: where in the trash it lies. */
  after(id: string, done: boolean, nowAt?: string): Promise<void>
  /**
   * Takes what a program left at a place out of effect, and keeps it. Undoing the run leaves it where it is: it was not
   * there before. It comes back when a person asks for this very change. `gone`: nothing stood there any more.
   */
  setAside(of: {
    runId: string | null
    callId: string
    principalId: string
    path: string
  }): Promise<'kept' | 'gone' | 'failed'>
}

// ── models ───────────────────────────────────────────────────────────────────────────────────────────────────

export interface ModelToolCall {
  id: string
  /** As offered in `ModelTool.name`. */
  name: string
  input: Json
  /** Set when the model's arguments were no JSON: what was wrong. Such a call is answered, not made. */
  fault?: string
}
/** What a model reads. `outcome` is for models inside the house (the tour); real ones get `text` only. */
export type ModelMessage =
  | { role: 'instructions'; text: string }
  | { role: 'person'; text: string }
  | { role: 'model'; text: string; calls: ModelToolCall[] }
  | { role: 'tool'; callId: string; name: string; text: string; outcome: Outcome<Json> }
export interface ModelTool {
  /** Letters, digits, `_` and `-`, at most 64. */
  name: string
  description: string
  /** JSON Schema of an object. */
  input: Record<string, Json>
}
/** `end` or `fault` comes last, exactly once. Tokens are the provider's count, 0 where it gives none. */
export type ModelEvent =
  | { kind: 'text'; text: string }
  | { kind: 'call'; call: ModelToolCall }
  | {
      kind: 'end'
      reason: 'done' | 'calls' | 'length' | 'filtered' | 'other'
      tokensIn: number
      tokensOut: number
    }
  | { kind: 'fault'; fault: Refused | Failed }
export interface ModelRequest {
  messages: ModelMessage[]
  tools: ModelTool[]
  signal: AbortSignal
}
export interface ModelClient {
  stream(request: ModelRequest): AsyncIterable<ModelEvent>
}
/** Models behind the gate: every call is a `model.call` with its intent in the log; keys never leave the broker. */
export interface ModelRoom {
  /** The resource of a choice, as it is decided on; refused when its address has no exact form. */
  resource(choice: ModelChoice): Outcome<ModelResource>
  client(choice: ModelChoice, context: Omit<CallContext, 'tool' | 'callId'>): ModelClient
  /** Names that the endpoint offers. */
  list(choice: ModelChoice, context: Omit<CallContext, 'tool' | 'callId'>): Promise<Outcome<string[]>>
  /** Makes the guided tour's sample folder, or puts it back to its beginning. `summaryFile` is what the tour writes in it without a question. */
  tourFolder(path: string): Promise<Outcome<{ folder: string; summaryFile: string }>>
  /** Ollama and LM Studio on this computer; waits at most a second. */
  detect(): Promise<{ name: string; baseUrl: string; models: string[] }[]>
}

/** Installed tools. Nothing is read from the disk at call time. */
export interface Catalog {
  list(): InstalledTool[]
  get(name: string): InstalledTool | null
}

// ── agents and runs ──────────────────────────────────────────────────────────────────────────────────────────

export interface AgentBook {
  list(): Agent[]
  get(id: string): Agent | null
}

/** The gate, as runners and doors see it. */
export interface Gate {
  /** A tool's request, unparsed. The one path. */
  passCapability(context: CallContext, operation: string, args: Json): Promise<Outcome<Json>>
  /**
   * A request that the tool's manifest says its code will make, before the code runs: the same path, but only for what
   * reads files and goes in silence. Null, and no trace of it, for anything else: then the code asks by itself.
   */
  passAhead(context: CallContext, operation: string, args: Json): Promise<Outcome<Json> | null>
  /** A model call or another effect of the product's own on a principal's behalf, with the same steps. */
  passNeed<T>(
    context: CallContext,
    effect: {
      need: Need
      sentence: Prepared['sentence']
      exact: ExactLine[]
      binding: string
      bytesOut: number
      perform(permit: Permit): Promise<Outcome<T>>
      /** What the record says of how it went. */
      details?(value: T): Record<string, Json>
    },
  ): Promise<Outcome<T>>
  /** A principal calls a tool's function: may it, then the lane runs it, then the result is labelled and redacted. */
  passToolCall(
    context: Omit<CallContext, 'tool' | 'callId'>,
    call: { callId: string; tool: InstalledTool; fn: string; input: Json },
  ): Promise<{ outcome: Outcome<Json>; forModel: string }>
}

export interface BrokerSettings {
  get(): Settings
  onChange(fn: (settings: Settings) => void): () => void
}

export type { Failed, Outcome, Refused }
