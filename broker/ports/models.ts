/** Models, and the tools that they are shown. */
import type { ModelChoice } from '../../contract/agent.ts'
import type { Failed, Outcome, Refused } from '../../contract/outcome.ts'
import type { ModelResource } from '../../contract/resource.ts'
import type { Json } from '../../contract/words.ts'
import type { CallContext } from './call.ts'
import type { InstalledTool } from './lanes.ts'

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
