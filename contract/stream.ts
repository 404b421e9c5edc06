/**
 * Answers and contents that cross in parts. A stream belongs to one call of a tool: it was let through by the gate as
 * one request, its parts are asked for one by one, and it ends with its call. What is written in parts is gathered
 * first (a stage) and then asked for as a whole, so that what is decided on is what is written.
 */
import { z } from 'zod'

/** Operations whose answer is the head of a stream. */
export const STREAMED: ReadonlySet<string> = new Set(['net.stream', 'fs.readStream', 'command.start'])

export const STREAM_LIMITS = {
  /** Streams of one call that are open at once. */
  open: 8,
  /** Streams of one call that are kept, also those that have come to their end. */
  unread: 32,
  /** Bytes of one part. */
  part: 256 * 1024,
  /** Bytes that one call may gather for writing, all its stages together. */
  staged: 1024 * 1024 * 1024,
  /** Stages of one call that are open at once. */
  stages: 4,
} as const

/** What is asked of a stream or a stage: no effect of its own, and so no capability. */
export const StreamRequests = {
  /** `{ done: false, part }`, or `{ done: true, end }` once. */
  'stream.read': z.strictObject({ stream: z.number().int().nonnegative() }),
  /** Nothing more of it is wanted. */
  'stream.close': z.strictObject({ stream: z.number().int().nonnegative() }),
  /** What one of the call's own requests was to open is not wanted any more: it has no head yet, or has not begun. */
  'stream.giveUp': z.strictObject({ request: z.number().int().nonnegative() }),
  /** Adds base64 to a stage, or begins one; answers `{ stage, size }`. */
  'stage.write': z.strictObject({
    stage: z.number().int().nonnegative().nullable(),
    data: z.base64().max(1024 * 1024),
  }),
  'stage.drop': z.strictObject({ stage: z.number().int().nonnegative() }),
} as const
export type StreamRequestName = keyof typeof StreamRequests
