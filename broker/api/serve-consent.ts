/**
 * Questions and answers. Where the shell is the parent, only its consent window answers; a command line answers only
 * questions of the broker that it started itself, because there it is the one surface.
 */
import { ApiError, type Caller } from '../../contract/broker-api.ts'
import type { ScopeStep } from '../../contract/consent.ts'
import { showText } from '../../contract/show-text.ts'
import type { ConsentDesk } from '../ports.ts'
import type { ApiGroup } from './group.ts'

export function serveConsent(parts: {
  consent: ConsentDesk
  /** Which kind of parent started this broker. */
  parent: 'shell' | 'cli'
  replay(questionId: string): Promise<ScopeStep[]>
  onForged(caller: Caller, what: string): void
}): ApiGroup<
  | 'questions.list'
  | 'consent.answer'
  | 'consent.shown'
  | 'consent.replay'
  | 'consent.surface'
  | 'consent.preview'
> {
  const mustBeSurface = (caller: Caller, what: string) => {
    const surface = parts.parent === 'shell' ? 'consent' : 'cli'
    if (caller.surface === surface || (what === 'consent.surface' && caller.surface === 'shell')) return
    parts.onForged(caller, what)
    throw new ApiError('not-allowed', 'Questions are answered in the consent window only.')
  }
  return {
    'questions.list': async () => ({ questions: parts.consent.pending() }),
    'consent.answer': async (answer, caller) => {
      mustBeSurface(caller, 'consent.answer')
      return parts.consent.answer(answer, caller.name)
    },
    'consent.shown': async ({ questionId, hash }, caller) => {
      mustBeSurface(caller, 'consent.shown')
      parts.consent.shown(questionId, hash)
      return { done: true }
    },
    'consent.replay': async ({ questionId }, caller) => {
      mustBeSurface(caller, 'consent.replay')
      return { steps: await parts.replay(questionId) }
    },
    'consent.surface': async ({ available }, caller) => {
      mustBeSurface(caller, 'consent.surface')
      parts.consent.setSurface(available)
      return { done: true }
    },
    'consent.preview': async ({ items }) => ({
      items: items.map((item) => {
        const { shown, warnings } = showText(item.text, item.field)
        return { id: item.id ?? null, shown, warnings }
      }),
    }),
  }
}
