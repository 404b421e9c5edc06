/**
 * The words that every wall shares: capabilities, principals, ids, limits.
 * Types are inferred from schemas; nothing here does I/O.
 */
import { z } from 'zod'

/** What tool code may ever ask for. One word, one kind of effect. */
export const CAPABILITIES = [
  'fs.read',
  'fs.list',
  'fs.write',
  'fs.delete',
  'net.request',
  'command.run',
  'secret.use',
  'clipboard.read',
  'clipboard.write',
  'notify',
  'open',
  'model.call',
] as const
export const Capability = z.enum(CAPABILITIES)
export type Capability = z.infer<typeof Capability>

/**
 * `reads` changes nothing and sends nothing; `changes` alters this computer; `sends` can carry data out of it.
 * A GET also carries data out (in its address), so `net.request` always sends.
 */
export const CAPABILITY_EFFECT: Record<Capability, 'reads' | 'changes' | 'sends'> = {
  'fs.read': 'reads',
  'fs.list': 'reads',
  'fs.write': 'changes',
  'fs.delete': 'changes',
  'net.request': 'sends',
  'command.run': 'changes',
  'secret.use': 'sends',
  'clipboard.read': 'reads',
  'clipboard.write': 'changes',
  notify: 'changes',
  open: 'sends',
  'model.call': 'sends',
}

/** Opaque ids: a short kind, an underscore, random characters (`run_x1…`). */
export const Id = z
  .string()
  .min(3)
  .max(80)
  .regex(/^[A-Za-z0-9][A-Za-z0-9_.:-]*$/, 'an id of letters, digits and _ . : -')
export type Id = z.infer<typeof Id>

/** Names that people and authors choose for tools and secrets: they appear in rules and templates. */
export const Slug = z
  .string()
  .min(1)
  .max(64)
  .regex(/^[a-z0-9][a-z0-9._-]*$/, 'lower-case letters, digits, and . _ - inside')

export const PrincipalRef = z.object({
  id: Id,
  kind: z.enum(['agent', 'client', 'cli', 'product']),
  name: z.string().max(120),
})
export type PrincipalRef = z.infer<typeof PrincipalRef>

/** A tool's identity: a changed hash is another tool, and loses its grants. `hash` is SHA-256 in hex. */
export const ToolRef = z.object({
  name: Slug,
  version: z.string().max(40),
  hash: z.string().regex(/^[0-9a-f]{64}$/),
})
export type ToolRef = z.infer<typeof ToolRef>

export const RunRef = z.object({ id: Id, title: z.string().max(200) })
export type RunRef = z.infer<typeof RunRef>

/** JSON values: all that ever crosses a wall. */
export type Json = null | boolean | number | string | Json[] | { [key: string]: Json }
export const Json: z.ZodType<Json> = z.json() as z.ZodType<Json>

/** Milliseconds since 1970, UTC. */
export const Instant = z.number().int().nonnegative()

/** Bytes. Upper bounds at the walls; each is checked before anything is parsed. */
export const LIMITS = {
  /** One message from a sandbox. */
  sandboxMessage: 8 * 1024 * 1024,
  /** One message from a page, the CLI or a client. */
  doorMessage: 4 * 1024 * 1024,
  /** One message from the broker to the shell. */
  brokerMessage: 32 * 1024 * 1024,
  /** Text of one path. Linux's PATH_MAX. */
  path: 4096,
  /** Text of one URL. */
  url: 8192,
} as const
