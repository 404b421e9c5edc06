/** An incident that is not over: what was written, and the way back to normal, step by step. */
import { z } from 'zod'
import { Instant } from './words.ts'

export const ChecklistItem = z.object({
  id: z.string(),
  text: z.string(),
  /** Page to open, or ''. */
  url: z.string(),
  kind: z.enum(['read', 'rotate', 'review', 'back']),
  /** Set for `rotate`. */
  secret: z.string().nullable(),
  doneAt: Instant.nullable(),
  /** How it was ticked: by a person, or by what was seen. */
  how: z.string(),
  /** What was done before that time does not count; without it, from the incident's beginning on. */
  since: Instant.optional(),
})
export type ChecklistItem = z.infer<typeof ChecklistItem>

export const Incident = z.object({
  id: z.string(),
  at: Instant,
  by: z.string(),
  why: z.string(),
  /** The bundle, and the names of its files. */
  folder: z.string(),
  files: z.array(z.string()),
  /** Sentences about steps that failed. */
  faults: z.array(z.string()),
  checklist: z.array(ChecklistItem),
  endedAt: Instant.nullable(),
})
export type Incident = z.infer<typeof Incident>
