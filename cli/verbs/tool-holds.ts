/** `sallyport tool pause`, `resume` and `thaw`: what holds a tool up, and what lets it go on. */
import type { Command } from 'commander'
import { METHODS } from '../../contract/broker-api.ts'
import { addVerb, type Verbs } from '../define-verb.ts'
import { CliError, EXIT } from '../exit-code.ts'

export function addToolHolds(tool: Command, verbs: Verbs): void {
  addPause(tool, verbs, { name: 'pause', paused: true, about: 'Hold a tool: what it is asked for waits.' })
  addPause(tool, verbs, { name: 'resume', paused: false, about: 'Let a paused tool go on.' })
  addVerb<[name: string]>(tool, verbs, {
    name: 'thaw',
    about: 'Let a frozen tool work again. It was frozen because its canary turned up on its way out.',
    reach: 'running',
    define: (command) => command.argument('<tool>', 'its name'),
    async run({ session, out }, _options, name) {
      const thawed = await session.call('tools.thaw', { name })
      out.object({ thawed })
      out.say(`${thawed.tool} may work again.`)
      return undefined
    },
  })
}

function addPause(
  tool: Command,
  verbs: Verbs,
  { name: verb, paused: on, about }: { name: string; paused: boolean; about: string },
): void {
  addVerb<[name: string]>(tool, verbs, {
    ...{ name: verb, about, reach: 'running' },
    define: (command) => command.argument('<tool>', 'its name'),
    async run({ session, out }, _options, name) {
      const given = METHODS['tools.pause'].params.safeParse({ name, paused: on })
      if (!given.success) throw new CliError(EXIT.usage, 'usage', 'Say the name of a tool.')
      const { paused } = await session.call('tools.pause', given.data)
      out.object({ paused })
      out.say(
        on
          ? `${name} is paused: what it is asked for waits. To go on: sallyport tool resume ${name}`
          : `${name} goes on.`,
      )
      return undefined
    },
  })
}
