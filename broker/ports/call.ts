/** A call, what the gate knows of it, and what goes with it. */
import type { Decision } from '../../contract/decision.ts'
import type { Manifest } from '../../contract/manifest.ts'
import type { Origin } from '../../contract/origin.ts'
import type { Outcome } from '../../contract/outcome.ts'
import type { Perimeter } from '../../contract/perimeter.ts'
import type { ModelResource } from '../../contract/resource.ts'
import type { Capability, Json, PrincipalRef, RunRef, ToolRef } from '../../contract/words.ts'
import type { EffectResult } from './capability.ts'

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
  onRead?: (origins: readonly { origin: Origin }[]) => void
  /** Told of each effect as it goes, for the run view. */
  onEffect?: (effect: EffectNotice) => void
  /** Told what a contained program writes while it runs; `seq` as in its effect's notice. Free of known secrets. */
  onOutput?: (seq: number, stream: 'stdout' | 'stderr', text: string) => void
  /** Told each line that the tool's code writes by `console`; free of known secrets and of what looks like one. */
  onLog?: (level: string, text: string) => void
  /** Where the answer goes when it comes in parts. */
  parts?: PartSink<Json>
  /** What this call has gathered for writing. */
  staged?: (stage: number) => Promise<StagedFile | null>
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
  /** Waits until the tool has taken it, unless it is the last; false when it wants no more. */
  part(part: T, last?: boolean): Promise<boolean>
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
