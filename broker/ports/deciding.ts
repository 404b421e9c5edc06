/** Deciding: facts, policies, grants in force, and the decision. */
import type { Decision, DecisionEffect } from '../../contract/decision.ts'
import type { Grant, GrantScope } from '../../contract/grant.ts'
import type { Manifest } from '../../contract/manifest.ts'
import type { Lamps } from '../../contract/origin.ts'
import type { Outcome, Refused } from '../../contract/outcome.ts'
import type { Perimeter } from '../../contract/perimeter.ts'
import type { PolicyFault, PolicyFile, PolicyStatus } from '../../contract/policy.ts'
import type { ModelResource, Need } from '../../contract/resource.ts'
import type { Capability, Json, PrincipalRef, ToolRef } from '../../contract/words.ts'

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
  /** The same, with where the links lie that it leads through. */
  followWay(path: string): { leadsTo: string; links: readonly string[] }
  /** The same for places that count for long, as their links lead now: another array when any of them is another one. */
  followPaths(paths: readonly string[]): () => readonly string[]
  /** A program's name looked up on the PATH and resolved; null when there is none. */
  resolveProgram(name: string): string | null
}

export interface PolicyHit {
  effect: DecisionEffect
  managed: boolean
  /** `policy:id` or `managed:id`. */
  rule: string
  /** Of a rule that allows: where the links lie that its paths lead through. */
  links?: readonly string[]
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
