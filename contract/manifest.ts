/**
 * A tool package's manifest: what it offers and what it may ever ask for. The most it may ask is not what it gets:
 * the agent's perimeter, policy and grants decide each time.
 */
import { z } from 'zod'
import { Capability, Json, Slug } from './words.ts'

/** Caps for one call; policy can lower them. */
export const ToolLimits = z.strictObject({
  memoryMb: z.number().int().min(8).max(1024).default(128),
  /** CPU milliseconds. */
  cpuMs: z.number().int().min(10).max(300_000).default(10_000),
  /** Wall milliseconds; the clock stands while a person is asked or the agent is paused. */
  wallMs: z.number().int().min(10).max(600_000).default(60_000),
  outputBytes: z
    .number()
    .int()
    .min(1024)
    .max(4 * 1024 * 1024)
    .default(1024 * 1024),
  capabilityCalls: z.number().int().min(0).max(100_000).default(1_000),
  logLines: z.number().int().min(0).max(10_000).default(200),
})
export type ToolLimits = z.infer<typeof ToolLimits>

/** What no tool gets more of, whatever its manifest states; what is not named is the manifest's matter. */
export const ToolLimitCaps = z.strictObject(
  Object.fromEntries(
    Object.entries(ToolLimits.shape).map(([name, limit]) => [name, limit.unwrap().optional()]),
  ) as { [Name in keyof ToolLimits]: z.ZodOptional<z.ZodInt> },
)
export type ToolLimitCaps = z.infer<typeof ToolLimitCaps>

/** The lower of each: `limits` with all their fields, or only those that some caps name. */
export function lowerLimits<L extends ToolLimitCaps>(limits: L, ...caps: ToolLimitCaps[]): L {
  const lower: L = { ...limits }
  for (const cap of caps)
    for (const name of Object.keys(cap) as (keyof ToolLimitCaps)[]) {
      const most = cap[name]
      if (most !== undefined) lower[name] = Math.min(lower[name] ?? most, most)
    }
  return lower
}

/** Where the fields of an output come from. JSON-pointer-like, `*` for any item: `/items/*\/title`. */
export const OriginDeclaration = z.strictObject({
  field: z.string().max(200),
  origin: z.enum(['own', 'outside']),
  /** Set for identifiers of a structured own record (an event's id): the field that names it for people. */
  namedBy: z.string().max(200).optional(),
})

/**
 * A request that a function always begins with. It passes the gate before the function's code runs, and its answer
 * travels with the call: one round trip less. Only for `fs.read` and `fs.list`, and only where it goes in silence;
 * elsewhere the code asks as if this were not here. A saving of time, never of a decision.
 */
export const AheadRequest = z.strictObject({
  operation: z.string().max(64),
  /** Exactly the arguments that the code will pass: taken from the input (left out where the input has none and there is no `or`), or fixed. */
  args: z.record(
    z.string().max(64),
    z.union([
      z.strictObject({ input: z.string().max(64), or: Json.optional() }),
      z.strictObject({ value: Json }),
    ]),
  ),
})
export type AheadRequest = z.infer<typeof AheadRequest>

export const ToolFunction = z.strictObject({
  /** Called as `tool.function`; also the name of the exported function. */
  name: z.string().regex(/^[a-z][A-Za-z0-9_]{0,63}$/),
  title: z.string().min(1).max(80),
  /** For the model. */
  description: z.string().min(1).max(2000),
  /** JSON Schema (2020-12) of the one argument, an object. */
  input: z.record(z.string(), Json),
  origins: z.array(OriginDeclaration).max(64).default([]),
  ahead: z.array(AheadRequest).max(4).optional(),
})
export const Manifest = z.strictObject({
  manifestVersion: z.literal(1),
  name: Slug,
  version: z.string().regex(/^\d+\.\d+\.\d+(-[0-9A-Za-z.-]+)?$/),
  title: z.string().min(1).max(80),
  summary: z.string().min(1).max(400),
  author: z.string().max(120).optional(),
  license: z.string().max(60).optional(),
  /** The module in the package, ESM, relative. */
  main: z
    .string()
    .regex(/^(?!\/)(?!.*\.\.)[A-Za-z0-9._/-]{1,200}$/)
    .default('tool.js'),
  capabilities: z.array(Capability).max(20),
  /** With `net.request`: the only hosts it may ever ask for (`*` for any). */
  hosts: z.array(z.string().max(255)).max(200).default([]),
  /** With `command.run`. */
  commands: z.array(z.string().max(200)).max(100).default([]),
  functions: z.array(ToolFunction).min(1).max(64),
  limits: ToolLimits.default(() => ToolLimits.parse({})),
})
export type ToolFunction = z.infer<typeof ToolFunction>
export type Manifest = z.infer<typeof Manifest>
