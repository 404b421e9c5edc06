/**
 * Policy files: rules in JSON with comments, the person's own and one managed by an organisation. Order in the file
 * has no meaning: deny beats ask beats allow. `docs/policy.schema.json` is made from these schemas.
 */
import { z } from 'zod'
import { Perimeter } from './perimeter.ts'
import { Capability, Json, LIMITS, Slug } from './words.ts'

export const PolicyRule = z.strictObject({
  id: Slug,
  effect: z.enum(['allow', 'ask', 'deny']),
  /** Agent or client ids or names; absent or `*`: any. */
  principals: z.array(z.string().max(120)).min(1).max(200).optional(),
  tools: z.array(z.string().max(64)).min(1).max(200).optional(),
  capabilities: z.array(z.union([Capability, z.literal('*')])).min(1).max(20),
  /** A file or folder with all below it (`/x`, `~/x`), or `**\/name` for that name anywhere. */
  paths: z.array(z.string().min(1).max(LIMITS.path)).min(1).max(10_000).optional(),
  /** `host`, `*.host`, `*`, with optional scheme, port and path: `https://api.example.org:443/v1`. */
  hosts: z.array(z.string().min(1).max(1500)).min(1).max(10_000).optional(),
  methods: z.array(z.string().regex(/^[A-Z]{1,16}$/)).min(1).max(16).optional(),
  /** Program with leading arguments: `["git", "push"]`. */
  commands: z.array(z.array(z.string().max(1000)).min(1).max(64)).min(1).max(1000).optional(),
  secrets: z.array(z.string().max(64)).min(1).max(1000).optional(),
  models: z.array(z.string().max(300)).min(1).max(200).optional(),
  reason: z.string().max(400).default(''),
})
export type PolicyRule = z.infer<typeof PolicyRule>

export const PolicyFile = z.strictObject({
  $schema: z.string().max(500).optional(),
  version: z.literal(1),
  rules: z.array(PolicyRule).max(20_000).default([]),
  /** Settings by key; in a managed file each can be locked by itself. */
  settings: z.record(z.string().max(100), Json).default({}),
  /** Managed files only: keys of `settings` that people can't change, with the reason shown. */
  locked: z.record(z.string().max(100), z.string().max(300)).default({}),
  /** Used by `sallyport check` and `tool run`; in a managed file, a bound that no agent's perimeter exceeds. */
  perimeter: Perimeter.optional(),
})
export type PolicyFile = z.infer<typeof PolicyFile>

/** A fault with its place in the file; lines and columns start at 1. */
export const PolicyFault = z.object({ file: z.string(), line: z.number().int(), column: z.number().int(), text: z.string() })
export type PolicyFault = z.infer<typeof PolicyFault>

export const PolicyStatus = z.object({
  personal: z.object({ file: z.string(), present: z.boolean(), rules: z.number().int(), faults: z.array(PolicyFault), usingLastGood: z.boolean() }),
  managed: z.object({ file: z.string(), present: z.boolean(), rules: z.number().int(), faults: z.array(PolicyFault), failedClosed: z.boolean() }),
  locked: z.record(z.string(), z.string()),
})
export type PolicyStatus = z.infer<typeof PolicyStatus>
