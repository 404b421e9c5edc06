/** Stop and pause. Both are persisted and checked before every effect. */
import { z } from 'zod'
import { Id, Instant } from './words.ts'

export const StopReceipt = z.object({
  id: Id,
  at: Instant,
  by: z.string().max(120),
  scope: z.union([z.literal('all'), Id]),
  /** From the press until the last of each had ended. */
  ms: z.number().nonnegative(),
  isolates: z.number().int(),
  processes: z.number().int(),
  sockets: z.number().int(),
  runs: z.number().int(),
  questions: z.number().int(),
  credentials: z.number().int().default(0),
  /** Effects that were under way, each with what had already left or changed. */
  alreadyLeft: z.array(z.string().max(400)).max(200),
  /** Pids that would not end. Empty when all is well. */
  survivors: z.array(z.number().int()),
  /** True when it was a drill. */
  drill: z.boolean().default(false),
})
export type StopReceipt = z.infer<typeof StopReceipt>

export const StopState = z.object({
  stopped: z.boolean(),
  since: Instant.nullable(),
  by: z.string().nullable(),
  receipt: StopReceipt.nullable(),
  /** Everything paused. */
  paused: z.boolean(),
  pausedAgents: z.array(Id),
})
export type StopState = z.infer<typeof StopState>
