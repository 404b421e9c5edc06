/** `sallyport alerts`: the rules that make alerts, each in a sentence, and a switch for each. */
import type { Command } from 'commander'
import { ALERTS, ALWAYS_TOLD, setMuted } from '../../contract/alert-list.ts'
import { addVerb, type VerbScene, type Verbs } from '../define-verb.ts'
import { CliError, EXIT } from '../exit-code.ts'
import type { Output } from '../output.ts'

export function addAlerts(program: Command, verbs: Verbs): void {
  const list = {
    reach: 'any' as const,
    async run({ session, out }: VerbScene) {
      const { settings } = await session.call('settings.get', {})
      tell(out, settings.mutedAlerts)
      return EXIT.ok
    },
  }
  const alerts = addVerb(program, verbs, {
    name: 'alerts',
    about: 'What you are told of without asking, by which rule.',
    ...list,
  })
  addVerb(alerts, verbs, { name: 'list', about: 'Each rule, and whether it is muted.', ...list })
  for (const mute of [true, false])
    addVerb<[rule: string]>(alerts, verbs, {
      name: mute ? 'mute' : 'unmute',
      about: mute ? 'Hear no more of this rule.' : 'Hear of this rule again.',
      reach: 'any',
      define: (command) => command.argument('<rule>', 'its name in `alerts list`'),
      async run({ session, out }, _options, rule) {
        if (!ALERTS.some(({ id }) => id === rule))
          throw new CliError(
            EXIT.usage,
            'usage',
            ALWAYS_TOLD.some(({ id }) => id === rule)
              ? `"${rule}" is always told.`
              : `There is no alert "${rule}". There are: ${ALERTS.map(({ id }) => id).join(', ')}.`,
          )
        const { settings } = await session.call('settings.get', {})
        const changed = await session.call('settings.set', {
          mutedAlerts: setMuted(settings.mutedAlerts, rule, mute),
        })
        tell(out, changed.settings.mutedAlerts)
        return EXIT.ok
      },
    })
}

function tell(out: Output, muted: readonly string[]): void {
  out.object({
    alerts: ALERTS.map((alert) => ({ ...alert, muted: muted.includes(alert.id) })),
    always: ALWAYS_TOLD,
  })
  for (const { id, title, words } of ALERTS)
    out.say(
      `${muted.includes(id) ? '○' : '●'} ${id}  ${title}${muted.includes(id) ? ' (muted)' : ''}\n    ${words}`,
    )
  for (const { id, title, words } of ALWAYS_TOLD) out.say(`● ${id}  ${title} (always told)\n    ${words}`)
  out.say('What was told: sallyport log search --kind alert')
}
