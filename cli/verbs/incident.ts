/** `sallyport incident`: stop, freeze, lock, write the bundle for a responder; and the way back to normal, step by step. */
import path from 'node:path'
import type { Command } from 'commander'
import type { Incident } from '../../contract/incident.ts'
import { addVerb, type Verbs } from '../define-verb.ts'
import { EXIT } from '../exit-code.ts'
import { type Output, when } from '../output.ts'

export function addIncident(program: Command, verbs: Verbs): void {
  const incident = addVerb(program, verbs, {
    name: 'incident',
    about: 'Stop everything, lock secrets, and write an incident bundle to hand to a responder.',
    reach: 'any',
    define: (command) =>
      command
        .option('--folder <path>', 'where the bundle goes')
        .option('--why <words>', 'what happened, for the report'),
    async run({ session, out, world }, options) {
      const made = await session.call('incident.start', {
        ...(typeof options.folder === 'string' ? { folder: path.resolve(world.cwd, options.folder) } : {}),
        ...(typeof options.why === 'string' ? { why: options.why } : {}),
      })
      out.object(made)
      out.say(`${out.mark('stop')}  everything is stopped, secrets are locked, tokens are revoked.`)
      for (const fault of made.faults) out.say(`${out.mark('deny', 'failed')}  ${fault}`)
      if (made.files.length > 0) out.say(`The bundle is in ${out.foreign(made.folder, 'path')}:`)
      for (const file of made.files) out.say(`  ${out.foreign(file, 'path')}`)
      sayList(made, out)
      return made.files.length > 0 ? EXIT.ok : EXIT.failed
    },
  })
  addVerb(incident, verbs, {
    name: 'list',
    about: 'What is left to do in the incident that is not over.',
    reach: 'any',
    async run({ session, out }) {
      const { incident: now } = await session.call('incident.current', {})
      out.object({ incident: now })
      if (now === null) out.say('There is no incident that is not over.')
      else sayList(now, out)
      return EXIT.ok
    },
  })
  addVerb<[item: string]>(incident, verbs, {
    name: 'done',
    about: 'Tick a step of the list.',
    reach: 'any',
    define: (command) => command.argument('<step>', 'its name in `incident list`'),
    async run({ session, out }, _options, item) {
      const now = await session.call('incident.tick', { item })
      out.object(now)
      sayList(now, out)
      return EXIT.ok
    },
  })
  addVerb(incident, verbs, {
    name: 'end',
    about: 'Unlock the secrets and end the incident. What is stopped stays so until you resume.',
    reach: 'any',
    async run({ session, out }) {
      const ended = await session.call('incident.end', {})
      out.object(ended)
      out.say(`${out.mark('allow', 'over')}  secrets are unlocked. sallyport resume lets agents work again.`)
      return EXIT.ok
    },
  })
}

function sayList(incident: Incident, out: Output): void {
  out.say(`Incident ${incident.id}, since ${when(incident.at)}. Back to normal, step by step:`)
  for (const { id, text, url, doneAt, how } of incident.checklist) {
    out.say(
      `  ${doneAt === null ? '☐' : '☑'} ${id}: ${out.foreign(text)}${how ? ` (${out.foreign(how)})` : ''}`,
    )
    if (url !== '' && doneAt === null) out.say(`      ${out.foreign(url)}`)
  }
}
