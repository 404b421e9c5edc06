/** `sallyport incident`: stop, freeze, lock, and write the bundle for a responder. */
import path from 'node:path'
import type { Command } from 'commander'
import { addVerb, type Verbs } from '../define-verb.ts'

export function addIncident(program: Command, verbs: Verbs): void {
  addVerb(program, verbs, {
    name: 'incident',
    about: 'Stop everything, lock secrets, and write an incident bundle to hand to a responder.',
    reach: 'any',
    define: (command) => command.option('--folder <path>', 'where the bundle goes'),
    async run({ session, out, world }, options) {
      const folder =
        typeof options.folder === 'string' ? { folder: path.resolve(world.cwd, options.folder) } : {}
      const bundle = await session.call('incident.start', folder)
      out.object(bundle)
      out.say(`${out.mark('stop')}  everything is stopped, secrets are locked.`)
      out.say(`The bundle is in ${bundle.folder}:`)
      for (const file of bundle.files) out.say(`  ${out.foreign(file, 'path')}`)
      return undefined
    },
  })
}
