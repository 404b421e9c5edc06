/** `sallyport secrets`: names and rules. A value is never shown, because no door gives one out. */
import type { Command } from 'commander'
import type { KeychainStatus, SecretInfo } from '../../contract/secret.ts'
import { addVerb, type Verbs } from '../define-verb.ts'
import { CliError, EXIT } from '../exit-code.ts'
import { when } from '../output.ts'
import { addStoringOfSecrets } from './store-secrets.ts'

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
      if (listed.locked)
        out.say(
          `${out.mark('deny', 'locked')}  by an incident: none is filled in. To unlock them: sallyport incident done unlock-secrets`,
        )
      out.table(
        listed.secrets.map((secret) => [
          secret.name,
          stateOf(secret, Date.now(), listed.keychain.state),
          secret.lastUse === null ? 'never used' : `used ${when(secret.lastUse)}`,
          secret.bindings
            .map(
              ({ scheme, host, port, pathPrefix, place }) =>
                `${scheme}://${host}${port === undefined ? '' : `:${port}`}${pathPrefix} (${place})`,
            )
            .join(', '),
        ]),
      )
      return undefined
    },
  })
  addStoringOfSecrets(secrets, verbs)
  addVerb<[name: string | undefined]>(secrets, verbs, {
    name: 'revoke',
    about: 'Withdraw one secret, or all of them with --all. It counts at once, in the middle of a run too.',
    reach: 'running',
    define: (command) =>
      command.argument('[name]', 'which one').option('--all', 'every secret that is not revoked yet'),
    async run({ session, out }, options, name) {
      if ((name === undefined) === (options.all !== true))
        throw new CliError(EXIT.usage, 'usage', 'Name a secret, or say --all.')
      const answer = await session.call('secrets.revoke', name === undefined ? {} : { name })
      out.object(answer)
      out.say(`${answer.revoked} revoked. End them at their providers too.`)
      for (const kept of answer.kept)
        out.say(
          `${out.mark('deny', 'not deleted')}  The keychain did not delete the value of ${kept}. It is used no more; delete ${kept} on the Secrets page when the keychain works again.`,
        )
      return undefined
    },
  })
  addVerb(secrets, verbs, {
    name: 'unlock',
    about: 'Let the keychain open its own dialog, and wait for it.',
    reach: 'running',
    async run({ session, out }) {
      const keychain = await session.call('secrets.unlock', {})
      out.object({ keychain })
      out.say(keychain.text)
      return undefined
    },
  })
}

/** @param now epoch ms */
export function stateOf(
  { revokedAt, present, expiresAt }: SecretInfo,
  now: number,
  keychain: KeychainStatus['state'] = 'ready',
): string {
  if (revokedAt !== null) return 'revoked'
  if (expiresAt !== null && expiresAt <= now) return 'expired'
  if (keychain === 'locked' || keychain === 'none') return 'out of reach'
  if (!present) return 'missing'
  return expiresAt === null ? 'ready' : `ready until ${when(expiresAt)}`
}
