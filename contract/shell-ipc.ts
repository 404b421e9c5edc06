/**
 * Pages ↔ desktop shell. Two channels for each window kind; the shell checks the sender's frame, parses by
 * `broker-api.ts`, and adds the surface itself. Pages never name a surface.
 */
import { z } from 'zod'
import {
  type EventName,
  type EventPayload,
  METHODS,
  type MethodName,
  type Params,
  type Result,
} from './broker-api.ts'

export { CHANNELS } from './channels.ts'

export const PageCall = z.strictObject({
  method: z.enum(Object.keys(METHODS) as [MethodName, ...MethodName[]]),
  params: z.json(),
})
export const DesktopCall = z.discriminatedUnion('do', [
  /** The system's folder chooser; answers with the path or null. */
  z.strictObject({ do: z.literal('chooseFolder'), title: z.string().max(120) }),
  z.strictObject({ do: z.literal('chooseFile'), title: z.string().max(120) }),
  /** One of the product's own documents, or a provider's rotation page that the broker knows; asks nothing. */
  z.strictObject({ do: z.literal('openUrl'), url: z.string().max(2000) }),
  z.strictObject({ do: z.literal('showFile'), path: z.string().max(4096) }),
  z.strictObject({ do: z.literal('copy'), text: z.string().max(1024 * 1024) }),
  /** The broker as the shell sees it. */
  z.strictObject({ do: z.literal('brokerState') }),
  z.strictObject({ do: z.literal('restartBroker') }),
  /** The consent window asks for the height its content needs, px. */
  z.strictObject({ do: z.literal('consentHeight'), height: z.number().int().min(100).max(4000) }),
])
export type DesktopCall = z.infer<typeof DesktopCall>

/** `ready`: it answers. `starting`: the first time, or again after it ended. `down`: given up, or it runs and does not answer. */
/** `silent`: it is there and does not answer. `down`: it has ended, and is not started again by itself. */
export const BrokerState = z.object({
  state: z.enum(['ready', 'starting', 'silent', 'down']),
  text: z.string(),
})
export type BrokerState = z.infer<typeof BrokerState>

/** What preload puts on `window.sallyport`. */
export interface PageBridge {
  /** Rejects with an `ApiFault` as a plain object: what an Error carries beyond its message does not cross into a page. */
  call<M extends MethodName>(method: M, params: Params<M>): Promise<Result<M>>
  on<E extends EventName>(event: E, fn: (payload: EventPayload<E>) => void): () => void
  /** The broker's life as the shell sees it: `ready`, `starting`, `down` with words. */
  onBroker(fn: (state: BrokerState) => void): () => void
  desktop(call: DesktopCall): Promise<unknown>
  platform: 'linux' | 'darwin' | 'win32'
}
