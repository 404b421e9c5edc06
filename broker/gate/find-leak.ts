/**
 * What must not leave: the value of a registered secret on its way to where it isn't bound, and a tool's canary on its
 * way to anywhere. Looked for in all that a request carries, in every usual encoding, before anybody is asked.
 */
import { StringDecoder } from 'node:string_decoder'
import { type Refused, refused } from '../../contract/outcome.ts'
import { CAPABILITY_EFFECT, type Capability, type Json } from '../../contract/words.ts'
import type { CallContext, CanaryPlace, CanaryWatch, LeakHit, LeakScanner, Prepared } from '../ports.ts'
import { toolRef } from './entry-facts.ts'

export interface LeakParts {
  leaks: Pick<LeakScanner, 'redactJson'>
  canaries: Pick<CanaryWatch, 'caught'>
}

/** @param leaving the request as its tool wrote it; null for the product's own */
export async function findLeak(
  { leaks, canaries }: LeakParts,
  context: CallContext,
  prepared: Prepared,
  leaving: Json,
): Promise<Refused | null> {
  if (CAPABILITY_EFFECT[prepared.capability] === 'reads') return null
  const all = [
    leaving,
    prepared.exact.map(({ text }) => text),
    prepared.needs.map(({ resource }) => resource),
  ]
  const { hits } = await leaks.redactJson(all as unknown as Json)
  if (hits.length === 0) return null
  return canaries.caught(hits, placeOf(context, wordsFor(prepared))) ?? refuseSecret(hits)
}

/** What the person wants done about credentials that nobody stored. */
export type CredentialRule = 'redact' | 'ask' | 'block'

/** Kinds of credentials in what is about to be sent, when the rule minds them; in words. */
export async function findUnknown(
  leaks: Pick<LeakScanner, 'scanJson'>,
  rule: CredentialRule,
  prepared: Prepared,
  leaving: Json,
): Promise<string | null> {
  if (rule === 'redact' || CAPABILITY_EFFECT[prepared.capability] !== 'sends' || leaving === null) return null
  const { hits } = await leaks.scanJson(leaving)
  const kinds = new Set(hits.map(({ what }) => what).filter((what) => !what.startsWith('secret:')))
  return kinds.size === 0 ? null : `What would be sent holds what looks like this: ${[...kinds].join(', ')}.`
}

export interface ContentWatch {
  /** A refusal as soon as something is in it that must not leave. */
  take(bytes: Buffer): Promise<Refused | null>
  end(): Promise<Refused | null>
}

/** The same for content that is gathered bit by bit before it is asked to be written. */
export function watchContent(
  { leaks, canaries }: { leaks: Pick<LeakScanner, 'stream'>; canaries: Pick<CanaryWatch, 'caught'> },
  context: CallContext,
): ContentWatch {
  const decoder = new StringDecoder('utf8')
  const stream = leaks.stream()
  const judge = (): Refused | null => {
    const hits = stream.hits()
    if (hits.length === 0) return null
    return canaries.caught(hits, placeOf(context, WORDS['fs.write'])) ?? refuseSecret(hits)
  }
  return {
    async take(bytes) {
      await stream.push(decoder.write(bytes))
      return judge()
    },
    async end() {
      await stream.push(decoder.end())
      await stream.end()
      return judge()
    },
  }
}

/** @returns null when a canary is all that was found: that is told by itself */
function refuseSecret(hits: readonly LeakHit[]): Refused | null {
  if (isUnread(hits)) return NOT_LOOKED_THROUGH
  const hit = hits.find(({ what }) => what.startsWith('secret:'))
  if (!hit) return null
  const name = hit.what.replace(/^secret:/, '')
  return refused(
    'flow',
    `This would carry the value of “${name}” out in plain text, so it was not done. Use {{secret:${name}}} for a host that it is bound to.`,
  )
}

/** Whether something could not be looked through in time. */
export const isUnread = (hits: readonly LeakHit[]) => hits.some(({ what }) => what.startsWith('unread:'))
export const NOT_LOOKED_THROUGH = refused(
  'too-large',
  'This took too long to look through for secrets, so it was kept back.',
)

export function placeOf(
  { principal, run, tool, callId }: Pick<CallContext, 'principal' | 'run' | 'tool' | 'callId'>,
  words: string,
): CanaryPlace {
  return {
    words,
    principal,
    run,
    callId: callId || null,
    tool: toolRef({ tool }),
  }
}

const WORDS: Record<Capability, string> = {
  'fs.read': 'in a path',
  'fs.list': 'in a path',
  'fs.write': 'in a file that was to be written',
  'fs.delete': 'in a path',
  'net.request': 'in a request',
  'command.run': 'in a command',
  'secret.use': 'in a question to you',
  'clipboard.read': 'on its way to the clipboard',
  'clipboard.write': 'on its way to the clipboard',
  notify: 'in a notification',
  open: 'in a link that was to be opened',
  'model.call': 'in what a model was to be told',
}

/** For people. Nothing of the request but its host, and not even that when it carries the canary. */
function wordsFor({ capability, needs }: Prepared): string {
  const resource = needs[0]?.resource
  return resource?.kind === 'url' && resource.host.length <= 80
    ? `in a request to ${resource.host}`
    : WORDS[capability]
}
