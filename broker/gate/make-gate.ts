/** Puts the gate together from its rooms. One policy, one gate: the app has one, `tool run` makes one for its own file. */
import type { ToolLimitCaps } from '../../contract/manifest.ts'
import type { Perimeter } from '../../contract/perimeter.ts'
import type { ReviewReason } from '../agents/choose-review.ts'
import type {
  ActivityLog,
  CanaryWatch,
  CapabilityModule,
  Clock,
  CompiledPolicy,
  ConsentDesk,
  Decider,
  Gate,
  GrantBook,
  GrantIndex,
  IsolateLane,
  LeakScanner,
  OriginTracker,
  PausedTools,
  Places,
  Staging,
  StopSwitch,
} from '../ports.ts'
import { createDecider } from './decide/decider.ts'
import type { CredentialRule } from './find-leak.ts'
import { createPassCall } from './pass-call.ts'
import { createPassToolCall } from './pass-tool-call.ts'
import { createRunUsage, type RunUsage } from './run-usage.ts'

export interface GateRooms {
  log: ActivityLog
  stop: StopSwitch
  capabilities: CapabilityModule[]
  consent: Pick<ConsentDesk, 'ask'>
  grants: GrantBook
  grantIndex(): GrantIndex
  policy(): CompiledPolicy
  places: Places
  /** Of all agents, as the decider wants them. */
  perimeters?: () => readonly Perimeter[]
  origins: OriginTracker
  leaks: LeakScanner
  canaries: CanaryWatch
  toolPauses: PausedTools
  /** `redact` when it isn't given. */
  credentialRule?: () => CredentialRule
  lane: IsolateLane
  staging: Staging
  clock: Clock
  newId(kind: string): string
  /** As in settings. */
  toolLimits?: () => ToolLimitCaps
  /** Does the person look at outside text before a model reads it? */
  reviewOutside?: (principalId: string) => ReviewReason
  onFault(error: unknown): void
}

export function makeGate(rooms: GateRooms): Gate & { decider: Decider; usage: RunUsage } {
  const { policy, grantIndex: grants, places, perimeters } = rooms
  const decider = createDecider({ policy, grants, places, ...(perimeters ? { perimeters } : {}) })
  const usage = createRunUsage()
  const passing = createPassCall({ ...rooms, decider, usage })
  const passToolCall = createPassToolCall({
    ...rooms,
    decider,
    usage,
    passCapability: passing.passCapability,
    passAhead: passing.passAhead,
  })
  return { ...passing, passToolCall, decider, usage }
}
