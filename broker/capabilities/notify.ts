/**
 * notify: a notification of the desktop. Marked with the agent's name, so that none speaks for Sallyport or for
 * another program; hidden signs are drawn; and an agent can't flood the desktop.
 */
import { ok, refused } from '../../contract/outcome.ts'
import { showText } from '../../contract/show-text.ts'
import type { CapabilityModule, Clock, Desktop } from '../ports.ts'
import { fit } from './files/name-paths.ts'
import { createPreparedHold, plainPrepared } from './hold-prepared.ts'

/** Notifications of one agent, at most. */
const IN_A_MINUTE = 5
const IN_AN_HOUR = 30
const MINUTE = 60_000
const HOUR = 60 * MINUTE

export function createNotifyCapability({
  desktop,
  clock,
}: {
  desktop: Desktop
  clock: Clock
}): CapabilityModule {
  const held = createPreparedHold<{ title: string; body: string }>()
  /** Times of the last hour's, oldest first, by agent. */
  const shown = new Map<string, number[]>()

  function tooMany({ id, name }: { id: string; name: string }) {
    const now = clock()
    const times = (shown.get(id) ?? []).filter((at) => at > now - HOUR)
    shown.set(id, times)
    if (times.length < IN_AN_HOUR && times.filter((at) => at > now - MINUTE).length < IN_A_MINUTE) return null
    return refused(
      'budget',
      `“${name}” has shown too many notifications. It may show ${IN_A_MINUTE} a minute and ${IN_AN_HOUR} an hour.`,
    )
  }

  return {
    operations: ['notify'],
    async prepare(request, context) {
      if (request.operation !== 'notify') throw new Error(`notify does not do ${request.operation}.`)
      const title = `${oneLine(context.principal.name)}: ${oneLine(request.args.title)}`
      const body = oneLine(request.args.body)
      const prepared = plainPrepared({
        operation: 'notify',
        capability: 'notify',
        needs: [{ capability: 'notify', resource: { kind: 'plain', text: request.args.title } }],
        exact: [
          { label: 'Title', text: request.args.title, spans: [], long: false },
          { label: 'Text', text: request.args.body, spans: [], long: false },
        ],
        binding: JSON.stringify(['notify', request.args.title, request.args.body]),
        sentence: { verb: 'Show the notification', object: fit(request.args.title, 300), tail: '' },
        // Nobody is asked for what could only be refused after the yes.
        unable: () => desktop.unable() ?? tooMany(context.principal),
      })
      return ok(held.keep(prepared, { title, body }))
    },
    async perform(permit, prepared, context) {
      permit.consume('notify', prepared.binding)
      const unable = desktop.unable() ?? tooMany(context.principal)
      if (unable) return unable
      shown.get(context.principal.id)?.push(clock())
      const done = await desktop.do({ do: 'notify', ...held.of(prepared) })
      if (done.kind !== 'ok') return done
      return ok({
        value: { shown: true },
        origins: [{ field: '', origin: { kind: 'own', source: 'Sallyport' } }],
        private: false,
        bytesIn: 0,
        bytesOut: 0,
        details: {},
      })
    },
  }
}

function oneLine(text: string): string {
  return showText(text, 'reason').shown.replaceAll('\n', ' ')
}
