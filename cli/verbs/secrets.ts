/** `sallyport secrets list`: names and rules. A value is never shown, because no door gives one out. */
import type { Command } from 'commander'
import { addVerb, type Verbs } from '../define-verb.ts'
import { when } from '../output.ts'

export function addSecrets(program: Command, verbs: Verbs): void {
  const secrets = program.command('secrets').description('Secrets, by name.')
  addVerb(secrets, verbs, {
    name: 'list',
    about: 'List names, bindings and last use. Values are never shown.',
    reach: 'any',
    async run({ session, out }) {
      const listed = await session.call('secrets.list', {})
      out.object(listed)
      if (listed.keychain.state !== 'ready')
        out.say(`${out.mark('deny', listed.keychain.state)}  ${listed.keychain.text}`)
      else out.say(`Kept in ${listed.keychain.name}.`)
      out.table(
        listed.secrets.map((secret) => [
          secret.name,
          secret.revokedAt !== null ? 'revoked' : secret.present ? 'ready' : 'missing',
          secret.lastUse === null ? 'never used' : `used ${when(secret.lastUse)}`,
          secret.bindings
            .map((binding) => `${binding.scheme}://${binding.host}${binding.pathPrefix}`)
            .join(', '),
        ]),
      )
      return undefined
    },
  })
}
