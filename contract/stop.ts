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
  /** Stopped by themselves, while others go on. */
  stoppedAgents: z.array(Id).default([]),
})
export type StopState = z.infer<typeof StopState>

/**
 * The stop file: `STOPPED` in the data folder. It is there while everything is stopped. The broker writes it first and
 * removes it on resume; the shell writes it before it kills a broker that hangs. A broker that finds it at its start is
 * stopped, also when it can't be read or does not parse: its presence is what counts.
 */
export { STOP_FILE } from './paths.ts'

export const StopFile = z.object({
  version: z.literal(1),
  at: Instant,
  by: z.string().max(120),
  /** `shell`: written because the broker did not answer; its receipt is the shell's count of what it killed. */
  writer: z.enum(['broker', 'shell']),
  drill: z.boolean().default(false),
  receipt: StopReceipt.nullable().default(null),
})
export type StopFile = z.infer<typeof StopFile>

/**
 * How the shell stops a broker that hangs: it starts the broker as the leader of a process group of its own, writes
 * the stop file, after `lanesMs` ends what the broker runs, which stands still since the press, and after `answerMs` without an answer sends SIGKILL to the group (`-pid`), then to every process it
 * had collected below it. Sandboxes are started with --die-with-parent or end when their pipe closes.
 */
export const STOP_LIMITS = {
  /** How long the broker is given to end what it runs, in the order that counts best, in ms. */
  lanesMs: 500,
  /** How long the shell waits for the broker's own receipt, in ms. */
  answerMs: 1_000,
  /** How long one part may take to end what it runs, in ms. */
  partMs: 1_000,
  /** How long after SIGKILL a process counts as a survivor, in ms. */
  goneMs: 1_000,
} as const
