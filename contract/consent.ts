/**
 * One question to the person. The broker makes all of it; the window only draws it and sends back an answer that
 * carries the hash of what was shown. An answer with another hash answers nothing.
 */
import { z } from 'zod'
import { Because } from './decision.ts'
import { GrantScope } from './grant.ts'
import { Lamps, OriginSpan } from './origin.ts'
import { Need } from './resource.ts'
import { Capability, Id, Instant, PrincipalRef, RunRef, Slug, ToolRef } from './words.ts'

/** A line of the exact request. `text` is raw; the window draws it through `show-text.ts`, so that nothing hides. */
export const ExactLine = z.object({
  label: z.string().max(40),
  text: z.string().max(2_000_000),
  spans: z.array(OriginSpan).max(2000).default([]),
  /** True for long content (a body, a new file's text): scrolls in a box of its own and must be seen to its end. */
  long: z.boolean().default(false),
  /** Words of the product about the request, no value of it: nothing in it came from anywhere. */
  ours: z.boolean().optional(),
})
export type ExactLine = z.infer<typeof ExactLine>

export const SCOPE_KINDS = ['once', 'run', 'hour', 'today', 'always'] as const
export const ScopeKind = z.enum(SCOPE_KINDS)
export type ScopeKind = z.infer<typeof ScopeKind>

/** From this exact resource outward. `replay`: what this rule would have met in the recorded past. */
export const ScopeStep = z.object({
  scope: GrantScope,
  /** When one scope is not enough (a move between two folders): what is granted along with it, spelled out in `words`. */
  also: z
    .array(z.object({ capability: Capability, scope: GrantScope }))
    .max(15)
    .optional(),
  words: z.string().max(600),
  replay: z
    .object({ allowed: z.number().int(), deniedThen: z.number().int(), since: Instant.nullable() })
    .nullable(),
})
export const ScopeOffer = z.object({
  kind: ScopeKind,
  label: z.string().max(40),
  enabled: z.boolean(),
  /** Why it is off. */
  reason: z.string().max(300).default(''),
})
export type ScopeStep = z.infer<typeof ScopeStep>
export type ScopeOffer = z.infer<typeof ScopeOffer>

export const Question = z.object({
  id: Id,
  /** SHA-256 (hex) of the canonical form of everything below that is shown. */
  hash: z.string().length(64),
  askedAt: Instant,
  expiresAt: Instant,
  /** SHA-256 (hex) of the request in its canonical form, content included: what runs after a yes is this and nothing else. */
  binding: z.string().length(64).optional(),
  principal: PrincipalRef,
  tool: ToolRef.nullable(),
  run: RunRef.nullable(),
  capability: Capability,
  needs: z.array(Need).min(1).max(1100),
  /** "Send notes.md to paste.example.net?": verb and object apart, so that tool text never joins product text. */
  title: z.object({ verb: z.string().max(60), object: z.string().max(300), tail: z.string().max(120) }),
  exact: z.array(ExactLine).max(1100),
  because: z.array(Because).max(20),
  lamps: Lamps,
  risk: z.enum(['low', 'medium', 'high']),
  /** Allow is inert this long after show, focus or any change, in ms. */
  inertMs: z.number().int().min(500),
  /** Allow must be held down this long, in ms; 0 for a click. */
  holdMs: z.number().int().nonnegative(),
  /** Names of the buttons: "Send" / "Don't send". */
  allowLabel: z.string().max(40),
  denyLabel: z.string().max(40),
  offers: z.array(ScopeOffer).length(SCOPE_KINDS.length),
  /** The ladder for every scope longer than once; empty when only once is honest. */
  steps: z.array(ScopeStep).max(8),
  /** False when a no can't be remembered, because what it would cover can't be said exactly. */
  rememberable: z.boolean().optional(),
  /** Other calls that wait for the same answer. */
  waiting: z.number().int().nonnegative(),
  /** Set when the agent asks for a secret: the window shows a masked field and editable hosts. */
  secret: z
    .object({ name: Slug, purpose: z.string().max(400), hosts: z.array(z.string().max(300)).max(8) })
    .nullable(),
  /** Unified diff of a write over existing content. */
  diff: z.string().max(500_000).nullable(),
  /** Set when not all that changes is in the diff: the new text is read as well. */
  diffPart: z.literal(true).optional(),
  /** Set when the budget of prompts is used up: what this one answer covers. */
  task: z.object({ covers: z.array(z.string().max(300)).max(50), minutes: z.number().int() }).nullable(),
})
export type Question = z.infer<typeof Question>

export const Answer = z.object({
  questionId: Id,
  hash: z.string().length(64),
  answer: z.enum(['allow', 'deny']),
  scope: ScopeKind.default('once'),
  /** Index into `steps`, for scopes longer than once. */
  step: z.number().int().min(0).max(7).default(0),
  /** For a denial: told to the model. */
  reason: z.string().max(500).default(''),
  /** Deny for the rest of the run / always, with the same ladder. */
  rememberDeny: z.boolean().default(false),
  pauseAgent: z.boolean().default(false),
  secretValue: z.string().max(16384).optional(),
  secretHosts: z.array(z.string().max(300)).max(8).optional(),
  /** How long the question stood on screen before the answer, in ms, as the window measured it. */
  shownMs: z.number().int().nonnegative().default(0),
})
export type Answer = z.infer<typeof Answer>

/**
 * The canonical text of a question: what its hash is made of, keys sorted. Left out is only what may change while it
 * stands without changing what is asked: its deadline, and the counts of the past that are filled in later.
 */
export function questionText(question: Omit<Question, 'hash'> & { hash?: string }): string {
  const { hash: _hash, expiresAt: _expiresAt, steps, ...shown } = question
  return sorted({ ...shown, steps: steps.map(({ replay: _replay, ...step }) => step) })
}

function sorted(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(sorted).join(',')}]`
  if (typeof value !== 'object' || value === null) return JSON.stringify(value) ?? 'null'
  return `{${Object.entries(value)
    .filter(([, each]) => each !== undefined)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([key, each]) => `${JSON.stringify(key)}:${sorted(each)}`)
    .join(',')}}`
}
