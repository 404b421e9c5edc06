/** Where values came from. Tracked by the broker, shown as three lamps and as underlines. */
import { z } from 'zod'
import { Instant } from './words.ts'

export const OriginKind = z.enum(['person', 'own', 'outside', 'model'])
export type OriginKind = z.infer<typeof OriginKind>

/** `source` is what a person recognizes: a path, an address, "you typed it". */
export const Origin = z.object({ kind: OriginKind, source: z.string().max(500), at: Instant.optional() })
export type Origin = z.infer<typeof Origin>

/** A stretch of a shown value with its origin; offsets in UTF-16 units of the raw text. */
export const OriginSpan = z.object({
  start: z.number().int().nonnegative(),
  end: z.number().int().nonnegative(),
  origin: Origin,
})
export type OriginSpan = z.infer<typeof OriginSpan>

/** Has read outside text · holds private data · can send out. */
export const Lamps = z.object({ outside: z.boolean(), private: z.boolean(), send: z.boolean() })
export type Lamps = z.infer<typeof Lamps>
