/**
 * What only a desktop session can do, done by the shell at the broker's word: the gate has let it through before.
 * A shell that does not answer in time has not done it, as far as the log is concerned.
 */
import type { DesktopReply, EventPayload } from '../../contract/broker-api.ts'
import { failed, type Outcome, ok, refused } from '../../contract/outcome.ts'
import type { Desktop } from '../ports.ts'

const ANSWER_MS = 10_000
export const NO_DESKTOP = refused(
  'unavailable',
  'There is no desktop session here, so this can’t be done. Open Sallyport on the desktop for that.',
  'There is no desktop session, so this was not done and nobody was asked. Go on without it, or tell the person.',
)

export function createDesktopThroughShell(parts: {
  emit(action: EventPayload<'desktop'>): void
  newId(kind: string): string
}): Desktop & { reply(reply: DesktopReply): void; setAvailable(available: boolean): void } {
  const waiting = new Map<string, (outcome: Outcome<string>) => void>()
  let available = false

  return {
    unable: () => (available ? null : NO_DESKTOP),
    setAvailable(now) {
      available = now
    },
    do(action) {
      if (!available) return Promise.resolve(NO_DESKTOP)
      const id = parts.newId('do')
      return new Promise((resolve) => {
        const timer = setTimeout(() => {
          waiting.delete(id)
          resolve(failed('timeout', 'The desktop did not answer in time.'))
        }, ANSWER_MS)
        waiting.set(id, (outcome) => {
          clearTimeout(timer)
          resolve(outcome)
        })
        parts.emit({ ...action, id })
      })
    },
    reply(reply) {
      const done = waiting.get(reply.id)
      waiting.delete(reply.id)
      done?.(
        reply.ok
          ? ok(reply.text)
          : failed('io', reply.text === '' ? 'The desktop could not do it.' : reply.text),
      )
    },
  }
}
