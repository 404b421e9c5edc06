/** `sallyport grants list|revoke`. */
import type { Command } from 'commander'
import type { Grant } from '../../contract/grant.ts'
import { addVerb, type Verbs } from '../define-verb.ts'
import { type Output, when } from '../output.ts'

export function addGrants(program: Command, verbs: Verbs): void {
  const grants = program.command('grants').description('What you allowed for longer than once.')
  addVerb(grants, verbs, {
    name: 'list',
    about: 'List the grants, with scope, end and use.',
    reach: 'any',
    define: (command) => command.option('--all', 'also those that were revoked'),
    async run({ session, out }, options) {
      const all = await session.call('grants.list', {})
      const shown = all.grants.filter((grant) => options.all === true || grant.revokedAt === null)
      out.object({ grants: shown })
      if (shown.length === 0) out.say('No grants: every question is asked.')
      for (const grant of shown) sayGrant(grant, out)
      return undefined
    },
  })
  addVerb<[id: string]>(grants, verbs, {
    name: 'revoke',
    about: 'Take a grant back. It counts at once, in the middle of a run too.',
    reach: 'any',
    define: (command) => command.argument('<id>', 'as `grants list` shows it'),
    async run({ session, out }, _options, id) {
      const grant = await session.call('grants.revoke', { id })
      out.object(grant)
      out.say(`${out.mark('deny', 'revoked')}  ${out.foreign(grant.words)}`)
      return undefined
    },
  })
}

function sayGrant(grant: Grant, out: Output): void {
  const end = { run: 'until its run ends', until: '', unused: '' }[grant.end.kind]
  const until = grant.end.kind === 'until' ? `until ${when(grant.end.at)}` : ''
  const unused = grant.end.kind === 'unused' ? `until unused for ${grant.end.days} days` : ''
  const used = grant.lastUse === null ? 'never used' : `used ${grant.uses} times, last ${when(grant.lastUse)}`
  const state = grant.revokedAt === null ? end || until || unused : `revoked ${when(grant.revokedAt)}`
  out.say(`${grant.id}  ${out.mark(grant.effect)}  ${out.foreign(grant.words)}`)
  out.say(`  ${grant.tool.name}, ${grant.capability}, ${state}, ${used}`)
}
