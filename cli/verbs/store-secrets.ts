/** `sallyport secrets add|rotate|delete`: what puts a value into the keychain, changes it, or takes it out again. */
import { type Command, InvalidArgumentError, Option } from 'commander'
import { readBinding, writeBinding } from '../../contract/binding-text.ts'
import { type SecretBinding, SecretRules } from '../../contract/secret.ts'
import { addVerb, type Verbs } from '../define-verb.ts'
import { CliError, EXIT } from '../exit-code.ts'
import { readSecret } from '../read-secret.ts'
import { wrongWords } from '../wrong-words.ts'

const DAY_MS = 86_400_000
const PLACES: SecretBinding['place'][] = ['header', 'query', 'body']
const KINDS = SecretRules.shape.kind.unwrap().options
const HOW = 'The value is typed (and not shown) or piped in; never write it into the command.'

interface AddOptions {
  host: string[]
  place: SecretBinding['place']
  kind: SecretRules['kind']
  tool: string[]
  agent: string[]
  days?: number
  rotateUrl: string
}

export function addStoringOfSecrets(secrets: Command, verbs: Verbs): void {
  addVerb<[name: string]>(secrets, verbs, {
    name: 'add',
    about: `Store a secret in the keychain. ${HOW}`,
    reach: 'any',
    define: (command) =>
      command
        .argument('<name>', 'as it stands in {{secret:name}}')
        .option(
          '--host <address>',
          'where it may be sent: api.example.org/v1; can be given again',
          collect,
          [],
        )
        .addOption(
          new Option('--place <place>', 'where in a request it stands').choices(PLACES).default('header'),
        )
        .addOption(new Option('--kind <kind>', 'what it is').choices(KINDS).default('token'))
        .option('--tool <name>', 'only this tool may use it; can be given again', collect, [])
        .option('--agent <name>', 'only this agent may use it; can be given again', collect, [])
        .option('--days <days>', 'it expires then', wholeDays)
        .option('--rotate-url <url>', 'the provider’s page where it is rotated', ''),
    async run({ session, out, world }, options, name) {
      const rules = rulesOf(name, options as unknown as AddOptions)
      const value = await readSecret(world, name)
      const secret = await session.call('secrets.add', { rules, value })
      out.object({ secret })
      const where = secret.bindings.map(writeBinding).join(', ')
      out.say(
        where === ''
          ? `${name} is stored. It is bound to no host, so it can only be given to a contained program.`
          : `${name} is stored, for ${where}.`,
      )
      return undefined
    },
  })
  addVerb<[name: string]>(secrets, verbs, {
    name: 'rotate',
    about: `Put a new value in the place of the old one. ${HOW}`,
    reach: 'any',
    define: (command) => command.argument('<name>', 'which one'),
    async run({ session, out, world }, _options, name) {
      const value = await readSecret(world, name)
      const secret = await session.call('secrets.rotate', { name, value })
      out.object({ secret })
      out.say(`${name} has its new value. End the old one at its provider.`)
      return undefined
    },
  })
  addVerb<[name: string]>(secrets, verbs, {
    name: 'delete',
    about: 'Take a secret and its value out of the keychain.',
    reach: 'any',
    define: (command) => command.argument('<name>', 'which one'),
    async run({ session, out }, _options, name) {
      await session.call('secrets.delete', { name })
      out.object({ deleted: name })
      out.say(`${name} is deleted. End it at its provider, too.`)
      return undefined
    },
  })
}

function rulesOf(name: string, { host, place, kind, tool, agent, days, rotateUrl }: AddOptions): SecretRules {
  const bindings = host.map((text) => {
    const binding = readBinding(text, place)
    if (binding === null)
      throw new CliError(
        EXIT.usage,
        'usage',
        `--host ${text} names no host. Write it as in api.example.org/v1.`,
      )
    return binding
  })
  const rules = SecretRules.safeParse({
    ...{ name, kind, bindings, rotateUrl },
    tools: tool.length > 0 ? tool : ['*'],
    agents: agent.length > 0 ? agent : ['*'],
    expiresAt: days === undefined ? null : Date.now() + days * DAY_MS,
  })
  if (rules.success) return rules.data
  throw new CliError(EXIT.usage, 'usage', wrongWords(rules.error))
}

const collect = (text: string, before: string[]): string[] => [...before, text]

function wholeDays(text: string): number {
  const days = Number(text)
  if (!Number.isInteger(days) || days < 1 || days > 3_650)
    throw new InvalidArgumentError('A number of days from 1 to 3650.')
  return days
}
