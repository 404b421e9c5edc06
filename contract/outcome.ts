/**
 * How things end. A refusal is a value with words for the person and for the model; only a bug is an exception.
 */
import { z } from 'zod'

export const REFUSALS = [
  'stopped', // Stop is pressed; only a person resumes
  'paused', // never returned to tools (they wait), only to those who may not wait
  'cancelled', // the run was cancelled
  'outside-perimeter',
  'not-in-manifest',
  'denied-by-policy',
  'denied-by-person',
  'no-answer', // nobody answered in time, or the consent window was lost
  'flow', // origins forbid it
  'invalid-request', // it does not parse, or has no exact canonical form
  'too-large',
  'budget', // calls, tokens, minutes, bytes out, money, questions
  'unavailable', // keychain, log, consent surface, OS sandbox: fails closed
] as const
export const FAILURES = [
  'not-found',
  'exists',
  'wrong-kind', // a folder where a file was meant, a device, a FIFO
  'permission', // the operating system said no
  'io',
  'disk-full',
  'network',
  'tls',
  'timeout',
  'crashed',
  'out-of-memory',
  'deadline',
  'tool-error',
  'changed', // it changed between check and use
  'unsupported',
] as const
export const RefusalCode = z.enum(REFUSALS)
export type RefusalCode = z.infer<typeof RefusalCode>
export const FailureCode = z.enum(FAILURES)
export type FailureCode = z.infer<typeof FailureCode>

/** `person` is shown to people, `model` is what a tool and a model read: what was refused, why, what to do next. */
export const Refused = z.object({
  kind: z.literal('refused'),
  code: RefusalCode,
  person: z.string().max(2000),
  model: z.string().max(2000),
})
export type Refused = z.infer<typeof Refused>
export const Failed = z.object({
  kind: z.literal('failed'),
  code: FailureCode,
  person: z.string().max(2000),
  model: z.string().max(2000),
})
export type Failed = z.infer<typeof Failed>
export type Outcome<T> = { kind: 'ok'; value: T } | Refused | Failed

export function ok<T>(value: T): Outcome<T> {
  return { kind: 'ok', value }
}
/** One sentence serves both readers unless `model` says more. */
export function refused(code: RefusalCode, person: string, model: string = person): Refused {
  return { kind: 'refused', code, person, model }
}
export function failed(code: FailureCode, person: string, model: string = person): Failed {
  return { kind: 'failed', code, person, model }
}
