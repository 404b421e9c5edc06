/**
 * Policy files: rules in JSON with comments, the person's own and one managed by an organization. Order in the file
 * has no meaning: deny beats ask beats allow. `docs/policy.schema.json` is made from these schemas.
 */
import { z } from 'zod'
import { Perimeter } from './perimeter.ts'
import { Capability, Json, LIMITS, Slug } from './words.ts'

export const PolicyRule = z.strictObject({
  id: Slug.describe('Names the rule in decisions, questions and the log. Each id once in a file.'),
  effect: z
    .enum(['allow', 'ask', 'deny'])
    .describe(
      'Deny beats ask beats allow; the order of rules has no meaning. A rule never widens a perimeter.',
    ),
  principals: z
    .array(z.string().max(120))
    .min(1)
    .max(200)
    .optional()
    .describe('Names or ids of agents and clients. Without it, or with *: all.'),
  tools: z
    .array(z.string().max(64))
    .min(1)
    .max(200)
    .optional()
    .describe('Names of tools. Without it, or with *: all.'),
  capabilities: z
    .array(z.union([Capability, z.literal('*')]))
    .min(1)
    .max(20)
    .describe('Kinds of effect; * is all of them.'),
  paths: z
    .array(z.string().min(1).max(LIMITS.path))
    .min(1)
    .max(10_000)
    .optional()
    .describe(
      'A file, or a folder with all below it (/x, ~/x); **/name for that name anywhere; **/*.ending for an ending. Links: a rule that allows means where they lead, others mean both.',
    ),
  hosts: z
    .array(z.string().min(1).max(1500))
    .min(1)
    .max(10_000)
    .optional()
    .describe(
      'host, *.host (below it, not itself) or *, with optional scheme, port and path: https://api.example.org:443/v1.',
    ),
  methods: z
    .array(z.string().regex(/^[A-Z]{1,16}$/))
    .min(1)
    .max(16)
    .optional()
    .describe('HTTP methods, in capitals. Without hosts: these methods anywhere.'),
  commands: z
    .array(z.array(z.string().max(1000)).min(1).max(64))
    .min(1)
    .max(1000)
    .optional()
    .describe(
      'Program with leading arguments: ["git", "push"]. A name means the program found on the PATH; in a rule that denies or asks, any program of that name.',
    ),
  secrets: z.array(z.string().max(64)).min(1).max(1000).optional().describe('Names of secrets, or *.'),
  models: z
    .array(z.string().max(300))
    .min(1)
    .max(200)
    .optional()
    .describe('Models: model, provider/model, provider, origin, or *.'),
  reason: z.string().max(400).default('').describe('Shown to the person and told to the model.'),
})
export type PolicyRule = z.infer<typeof PolicyRule>

export const PolicyFile = z.strictObject({
  $schema: z.string().max(500).optional().describe('For editors; not looked at.'),
  version: z.literal(1),
  rules: z.array(PolicyRule).max(20_000).default([]),
  settings: z
    .record(z.string().max(100), Json)
    .default({})
    .describe('Settings by key. Those of a managed file win.'),
  locked: z
    .record(z.string().max(100), z.string().max(300))
    .default({})
    .describe(
      'Managed files only: keys of settings that people can’t change, each with the reason that is shown.',
    ),
  perimeter: Perimeter.optional().describe(
    'In a managed file: a bound that no agent’s perimeter exceeds. In a file given to “sallyport check” or “sallyport tool run”: the perimeter there.',
  ),
})
export type PolicyFile = z.infer<typeof PolicyFile>

/** A fault with its place in the file; lines and columns start at 1. */
export const PolicyFault = z.object({
  file: z.string(),
  line: z.number().int(),
  column: z.number().int(),
  text: z.string(),
})
export type PolicyFault = z.infer<typeof PolicyFault>

export const PolicyStatus = z.object({
  personal: z.object({
    file: z.string(),
    present: z.boolean(),
    rules: z.number().int(),
    faults: z.array(PolicyFault),
    usingLastGood: z.boolean(),
  }),
  managed: z.object({
    file: z.string(),
    present: z.boolean(),
    rules: z.number().int(),
    faults: z.array(PolicyFault),
    failedClosed: z.boolean(),
  }),
  locked: z.record(z.string(), z.string()),
})
export type PolicyStatus = z.infer<typeof PolicyStatus>
