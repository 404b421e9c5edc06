/**
 * Pages ↔ desktop shell. Two channels for each window kind; the shell checks the sender's frame, parses by
 * `broker-api.ts`, and adds the surface itself. Pages never name a surface.
 */
import { z } from 'zod'
import { EVENTS, METHODS, type EventName, type EventPayload, type MethodName, type Params, type Result } from './broker-api.ts'

export const CHANNELS = {
  /** invoke: {method, params} → {ok, value} | {ok: false, fault}. From the main window's page only. */
  pageCall: 'sallyport:page-call',
  /** The same from the consent window only. */
  consentCall: 'sallyport:consent-call',
  /** send to pages: {event, payload}. */
  event: 'sallyport:event',
  /** invoke: things only a desktop can do for a page: choose a folder, open a help page, window facts. */
  desktop: 'sallyport:desktop',
} as const

export const PageCall = z.strictObject({
  method: z.enum(Object.keys(METHODS) as [MethodName, ...MethodName[]]),
  params: z.json(),
})
export const PageEvent = z.object({
  event: z.enum(Object.keys(EVENTS) as [EventName, ...EventName[]]),
  payload: z.json(),
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

/** What preload puts on `window.sallyport`. */
export interface PageBridge {
  call<M extends MethodName>(method: M, params: Params<M>): Promise<Result<M>>
  on<E extends EventName>(event: E, fn: (payload: EventPayload<E>) => void): () => void
  /** The broker's life as the shell sees it: `ready`, `starting`, `down` with words. */
  onBroker(fn: (state: { state: 'ready' | 'starting' | 'down'; text: string }) => void): () => void
  desktop(call: DesktopCall): Promise<unknown>
  platform: 'linux' | 'darwin' | 'win32'
}
