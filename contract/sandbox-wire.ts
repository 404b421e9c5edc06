/**
 * Broker ↔ sandbox process: newline JSON over the child's stdin and stdout, parsed by these schemas on the broker's
 * side. A line that is too long, too rich (`json-shape.ts`) or does not parse ends the child, not the host.
 *
 * The child's isolate carries no authority: it can only ask (`request`) and is told the outcome (`reply`). In `call`
 * and `reply` the payload is the last field, so that the child hands its text on unparsed (`sandbox-frames.ts`).
 */
import { z } from 'zod'

const CallId = z.number().int().nonnegative().max(Number.MAX_SAFE_INTEGER)
/** What `JSON.parse` gave is JSON already: walking it again would cost more than the call. */
const ParsedJson = z.unknown()

/** Broker → sandbox. */
export const ToSandbox = z.discriminatedUnion('t', [
  /** Load a package: module name → source text, and source maps by module name. One package for each child. */
  z.strictObject({
    t: z.literal('load'),
    tool: z.string(),
    main: z.string(),
    modules: z.record(z.string(), z.string()),
    maps: z.record(z.string(), z.string()),
    memoryMb: z.number(),
    /** The tool's canary. */
    sessionToken: z.string(),
  }),
  z.strictObject({
    t: z.literal('call'),
    id: CallId,
    fn: z.string(),
    /** Calls of different scopes (runs) never share a realm, and so no state. */
    scope: z.string(),
    outputBytes: z.number(),
    capabilityCalls: z.number(),
    logLines: z.number(),
    turnMs: z.number(),
    input: ParsedJson,
  }),
  /** Before its call: the answer to a request that the call will make (`Manifest`, `ahead`). */
  z.strictObject({
    t: z.literal('ahead'),
    id: CallId,
    request: CallId,
    operation: z.string(),
    /** Characters of `args`. */
    size: z.number(),
    args: ParsedJson,
    outcome: ParsedJson,
  }),
  z.strictObject({ t: z.literal('reply'), id: CallId, request: CallId, outcome: ParsedJson }),
  /** Ends one call and drops its realm; answered by a `result` with the error kind `cancelled`. */
  z.strictObject({ t: z.literal('cancel'), id: CallId }),
])
export type ToSandbox = z.infer<typeof ToSandbox>

export const ToolError = z.strictObject({
  /** `tool` what the code threw, `load` a package that does not load, `refused` or `failed` an outcome it did not catch, or a limit's name. */
  kind: z.string().max(64),
  message: z.string().max(4096),
  stack: z.string().max(8192).optional(),
  code: z.string().max(64).optional(),
  /** The request whose outcome this is, for `refused` and `failed`. */
  request: CallId.optional(),
})
export type ToolError = z.infer<typeof ToolError>

/** Sandbox → broker: untrusted. */
export const FromSandbox = z.discriminatedUnion('t', [
  z.strictObject({
    t: z.literal('request'),
    id: CallId,
    request: CallId,
    operation: z.string().max(64),
    args: ParsedJson,
  }),
  z.strictObject({
    t: z.literal('result'),
    id: CallId,
    ok: z.boolean(),
    cpuMs: z.number().nonnegative(),
    value: ParsedJson.optional(),
    error: ToolError.optional(),
  }),
  z.strictObject({
    t: z.literal('log'),
    id: CallId,
    level: z.enum(['debug', 'info', 'warn', 'error']),
    text: z.string().max(4096),
  }),
  z.strictObject({ t: z.literal('ready') }),
])
export type FromSandbox = z.infer<typeof FromSandbox>
