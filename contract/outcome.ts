/**
 * How things end. A refusal is a value with words for the person and for the model; only a bug is an exception.
 */
import { z } from 'zod'

export const REFUSALS = [
  'stopped', // Stop is pressed; only a person resumes
  'paused', // seldom: whoever can, waits. In the record, how an intent ends that a pause met before its effect
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
/** What a model does about a refusal whose own words don't say it. */
const NEXT: Record<RefusalCode, string> = {
  stopped: 'Do not try again; end here, and say that only the person can resume.',
  paused: 'It can go on when the person resumes.',
  cancelled: 'Do not try again.',
  'outside-perimeter':
    'Don’t try another way to reach it. Say what you would need, and let the person decide.',
  'not-in-manifest': 'This tool never asks for that. Use another tool.',
  'denied-by-policy': 'Don’t try another way. Go on without it, or tell the person.',
  'denied-by-person': 'The person said no. Go on without it.',
  'no-answer': 'Go on without it, or ask again later.',
  flow: 'Don’t try another way. Tell the person what you found and let them say what to do.',
  'invalid-request': 'Correct the request before you try again.',
  'too-large': 'Ask for less at a time.',
  budget: 'Go on with what you have, or say what is left to do.',
  unavailable: 'Go on without it, or tell the person.',
}
const MOST_WORDS = 2000

/**
 * Both readers learn what was refused and why, and the model what to do next: where `model` is not given it reads the
 * person's words and the usual advice for the code.
 */
export function refused(code: RefusalCode, person: string, model?: string): Refused {
  return { kind: 'refused', code, person, model: model ?? advise(person, NEXT[code]) }
}
function advise(words: string, next: string): string {
  if (words.endsWith(next)) return words
  return `${words.slice(0, MOST_WORDS - next.length - 1)} ${next}`
}
export function failed(code: FailureCode, person: string, model: string = person): Failed {
  return { kind: 'failed', code, person, model }
}
