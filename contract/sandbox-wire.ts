/**
 * Broker ↔ sandbox process: newline JSON over the child's stdin and stdout, parsed by these schemas on the broker's
 * side. A line that is too long or does not parse ends the child, not the host.
 *
 * The child's isolate carries no authority: it can only ask (`request`) and is told the outcome (`reply`).
 */
import { z } from 'zod'
import { Json, LIMITS } from './words.ts'

const CallId = z.number().int().nonnegative().max(Number.MAX_SAFE_INTEGER)

/** Broker → sandbox. */
export const ToSandbox = z.discriminatedUnion('t', [
  /** Load a package: module name → source text, and source maps by module name. One package for each child. */
  z.object({
    t: z.literal('load'),
    tool: z.string(),
    main: z.string(),
    modules: z.record(z.string(), z.string()),
    maps: z.record(z.string(), z.string()),
    /** Capabilities in the manifest: endowments outside of them are not installed. */
    capabilities: z.array(z.string()),
    memoryMb: z.number(),
  }),
  z.object({ t: z.literal('call'), id: CallId, fn: z.string(), input: Json, outputBytes: z.number(), capabilityCalls: z.number(), logLines: z.number() }),
  z.object({ t: z.literal('reply'), id: CallId, request: CallId, outcome: z.json() }),
  z.object({ t: z.literal('cancel'), id: CallId }),
])
export type ToSandbox = z.infer<typeof ToSandbox>

const Text = z.string().max(LIMITS.sandboxMessage)
/** Sandbox → broker: untrusted. */
export const FromSandbox = z.discriminatedUnion('t', [
  z.strictObject({ t: z.literal('ready') }),
  z.strictObject({ t: z.literal('loaded'), ok: z.boolean(), message: Text.optional() }),
  z.strictObject({ t: z.literal('request'), id: CallId, request: CallId, operation: z.string().max(64), args: Json }),
  z.strictObject({ t: z.literal('log'), id: CallId, level: z.enum(['debug', 'info', 'warn', 'error']), text: z.string().max(4096) }),
  z.strictObject({ t: z.literal('result'), id: CallId, ok: z.literal(true), value: Json, cpuMs: z.number() }),
  z.strictObject({
    t: z.literal('result'),
    id: CallId,
    ok: z.literal(false),
    error: z.strictObject({ kind: z.string().max(64), message: z.string().max(4096), stack: z.string().max(8192).optional() }),
    cpuMs: z.number(),
  }),
])
export type FromSandbox = z.infer<typeof FromSandbox>
