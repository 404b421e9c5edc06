/**
 * Canonical resources: the exact thing that an effect touches. Decisions, questions, grants and the log all
 * speak of these, never of what the tool wrote. Each has one form; canonical forms are idempotent.
 */
import { z } from 'zod'
import { Capability, LIMITS, Slug } from './words.ts'

/**
 * How a place was reached, when not straight: what was asked for, and each place where a link was followed or `..` led
 * back. Whoever may not look at one of them learns nothing of what is there. `cut`: there are more places than are looked
 * at, and any of the rest may be such a one.
 */
const Way = z.object({
  asked: z.string(),
  places: z.array(z.string()).max(500),
  cut: z.literal(true).optional(),
})
export const PathResource = z.object({
  kind: z.literal('path'),
  /** Absolute, symlinks resolved, no `.` or `..`, no trailing slash. */
  path: z.string().min(1).max(LIMITS.path),
  way: Way.optional(),
  /** A folder that is taken from its place, with all in it: moved, trashed. What is said of its content does not cover that. */
  taken: z.literal(true).optional(),
  /** To be changed, and what git runs or reads what to run from, in a repository that no name tells. */
  forGit: z.literal(true).optional(),
  /** By a contained program, which is not asked about each thing that it does. */
  byProgram: z.literal(true).optional(),
})
export const UrlResource = z.object({
  kind: z.literal('url'),
  method: z.string().regex(/^[A-Z]{1,16}$/),
  /** WHATWG-canonical, no userinfo, no fragment, punycode host, no trailing dot. */
  url: z.string().max(LIMITS.url),
  scheme: z.enum(['https', 'http', 'wss', 'ws']),
  host: z.string().max(255),
  port: z.number().int().min(1).max(65535),
  path: z.string().max(LIMITS.url),
  /** True when the host is an address that is not public (loopback, private, link-local …). Names are checked again when they resolve. */
  privateAddress: z.boolean(),
})
export const CommandResource = z.object({
  kind: z.literal('command'),
  /** Resolved program file, symlinks followed. */
  program: z.string().min(1).max(LIMITS.path),
  /** What was asked for, where a link led from there to the program. */
  asked: z.string().optional(),
  /** As given, without argv[0]. */
  args: z.array(z.string().max(32768)).max(1024),
  /** The folder it starts in: one that the agent may look at. */
  cwd: z.string().min(1).max(LIMITS.path),
  way: Way.optional(),
  /** Shells, interpreters with inline code, env, sudo, xargs, find -exec …: can be allowed once, never longer. */
  opaque: z.boolean(),
  /** It can change nothing and reach no host. Left out where it can. */
  readOnly: z.literal(true).optional(),
})
export const SecretResource = z.object({
  kind: z.literal('secret'),
  name: Slug,
  /** Where it would go: `https://host:port`, or `command:/usr/bin/git` for a contained program. */
  to: z.string().max(LIMITS.url),
  /** The agent asks the person for it. Nothing is used by that, and no line of a perimeter can answer it in silence. */
  asked: z.literal(true).optional(),
})
export const ModelResource = z.object({
  kind: z.literal('model'),
  provider: z.string().max(64),
  model: z.string().max(200),
  /** `https://api.example.com:443`, or `built-in` for the tour. */
  origin: z.string().max(300),
})
export const PlainResource = z.object({
  kind: z.literal('plain'),
  /** Clipboard kind and size, notification title. */
  text: z.string().max(4096),
})
export const Resource = z.discriminatedUnion('kind', [
  PathResource,
  UrlResource,
  CommandResource,
  SecretResource,
  ModelResource,
  PlainResource,
])
export type PathResource = z.infer<typeof PathResource>
export type UrlResource = z.infer<typeof UrlResource>
export type CommandResource = z.infer<typeof CommandResource>
export type SecretResource = z.infer<typeof SecretResource>
export type ModelResource = z.infer<typeof ModelResource>
export type PlainResource = z.infer<typeof PlainResource>
export type Resource = z.infer<typeof Resource>

/** One capability on one resource. A request has one need or more; its decision is the strictest of theirs. */
export const Need = z.object({ capability: Capability, resource: Resource })
export type Need = z.infer<typeof Need>
