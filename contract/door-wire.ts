/**
 * Shell ↔ broker (the child's stdin and stdout) and CLI ↔ broker (local socket): newline JSON carrying birpc
 * messages. Over the socket the first line must be `Hello` with the token; nothing is answered before.
 */
import { z } from 'zod'
import { LIMITS } from './words.ts'

export const Hello = z.strictObject({
  hello: z.literal('sallyport'),
  protocol: z.literal(1),
  token: z.string().min(32).max(200),
  role: z.enum(['cli', 'shell']),
})
export type Hello = z.infer<typeof Hello>
export const HelloReply = z.object({ ok: z.boolean(), text: z.string() })

/** birpc's envelope, parsed before birpc sees it: `q` request, `s` response. */
export const RpcEnvelope = z.union([
  z.object({
    t: z.literal('q'),
    i: z.string().max(64).optional(),
    m: z.string().max(64),
    a: z.array(z.unknown()).max(4),
    o: z.boolean().optional(),
  }),
  z.object({
    t: z.literal('s'),
    i: z.string().max(64),
    r: z.unknown().optional(),
    e: z.unknown().optional(),
  }),
])
export const MAX_LINE = LIMITS.doorMessage

/** Functions the broker serves on a door. */
export interface BrokerSide {
  /** `surface` is believed only on the shell's own pipe; on the socket it is always `cli`. */
  call(request: {
    method: string
    params: unknown
    surface?: string
  }): Promise<{ ok: true; value: unknown } | { ok: false; fault: { code: string; text: string } }>
  /** Which events this peer wants. */
  subscribe(events: string[]): Promise<void>
  desktopReply(reply: unknown): Promise<void>
  /** Answers at once when the broker's event loop turns: the shell's heartbeat. */
  ping(): Promise<'pong'>
}
/** Functions a peer serves. */
export interface PeerSide {
  event(message: { event: string; payload: unknown }): void
}
