/** Agents, the gate that their calls pass, settings. */
import type { Agent } from '../../contract/agent.ts'
import type { ExactLine } from '../../contract/consent.ts'
import type { Outcome } from '../../contract/outcome.ts'
import type { Need } from '../../contract/resource.ts'
import type { Settings } from '../../contract/settings.ts'
import type { Json } from '../../contract/words.ts'
import type { Permit } from '../gate/permit.ts'
import type { CallContext } from './call.ts'
import type { Prepared } from './capability.ts'
import type { InstalledTool } from './lanes.ts'

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
