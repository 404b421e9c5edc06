/** What the gate decided and why, in words a person reads. */
import { z } from 'zod'

export const DecisionEffect = z.enum(['allow', 'deny', 'ask'])
export type DecisionEffect = z.infer<typeof DecisionEffect>

/** The order of the layers is the order of the decision: an earlier layer's deny is final. */
export const LAYERS = [
  'managed-deny',
  'stop',
  'perimeter',
  'manifest',
  'deny-rule',
  'flow',
  'grant',
  'policy',
  'default',
  'person', // the answer to the question
] as const
export const Layer = z.enum(LAYERS)
export type Layer = z.infer<typeof Layer>

export const Because = z.object({
  layer: Layer,
  /** The rule, line or grant: `perimeter:folders[0]`, `policy:no-ssh`, `grant:g_…`, `default:ask`. */
  rule: z.string().max(200),
  /** One plain sentence. */
  text: z.string().max(1000),
})
export type Because = z.infer<typeof Because>

export const Decision = z.object({
  effect: DecisionEffect,
  /** First the rule that made it, then those that came into it. Never empty. */
  because: z.array(Because).min(1).max(20),
})
export type Decision = z.infer<typeof Decision>
