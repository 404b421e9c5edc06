/**
 * secret.request: an agent asks the person for a secret. The person types it into the consent window, which hands it
 * over beside the request; it goes into the vault, bound to the hosts that the person left standing. The agent gets a
 * name to write in placeholders, never the value.
 */
import { type Outcome, ok, refused } from '../../contract/outcome.ts'
import { SecretBinding, SecretRules } from '../../contract/secret.ts'
import type { CapabilityModule, SecretVault } from '../ports.ts'
import { createPreparedHold, plainPrepared } from './hold-prepared.ts'
import { canonicalUrl } from './network/canonical-url.ts'

export function createSecretRequestCapability({
  vault,
  letUse,
}: {
  vault: Pick<SecretVault, 'add' | 'info'>
  /** The person gave it to this agent: its perimeter names it from now on, at the hosts to which it is bound. */
  letUse?: (principalId: string, name: string) => void
}): CapabilityModule {
  const held = createPreparedHold<{ name: string }>()
  return {
    operations: ['secret.request'],
    async prepare(request) {
      if (request.operation !== 'secret.request')
        throw new Error(`secret.use does not do ${request.operation}.`)
      const { name, purpose, hosts } = request.args
      const bindings = bindingsFor(hosts)
      if (bindings.kind !== 'ok') return bindings
      const origins = bindings.value.map(({ origin }) => origin)
      const prepared = plainPrepared({
        operation: 'secret.request',
        capability: 'secret.use',
        needs: [
          {
            capability: 'secret.use',
            resource: { kind: 'secret', name, to: origins.join(' '), asked: true },
          },
        ],
        exact: [
          { label: 'Secret', text: name, spans: [], long: false },
          { label: 'For', text: purpose, spans: [], long: false },
          ...origins.map((origin) => ({ label: 'Wanted for', text: origin, spans: [], long: false })),
        ],
        binding: JSON.stringify(['secret.request', name, purpose, origins]),
        secret: { name, purpose, hosts: origins },
        sentence: { verb: 'Ask you for the secret', object: name, tail: '' },
      })
      return ok(held.keep(prepared, { name }))
    },
    async perform(permit, prepared, context) {
      permit.consume('secret.use', prepared.binding)
      const { name } = held.of(prepared)
      const answer = context.secretAnswer
      if (!answer || answer.value === '') return refused('no-answer', `Nobody gave the secret “${name}”.`)
      const bindings = bindingsFor(answer.hosts)
      if (bindings.kind !== 'ok') return bindings
      if (bindings.value.length === 0)
        return refused('denied-by-person', `No host was left for the secret “${name}”, so it was not kept.`)
      const rules = SecretRules.parse({ name, bindings: bindings.value.map(({ binding }) => binding) })
      const added = await vault.add(rules, answer.value)
      if (added.kind !== 'ok') return added
      letUse?.(context.principal.id, name)
      return ok({
        value: { name, reference: `{{secret:${name}}}` },
        origins: [{ field: '', origin: { kind: 'own', source: 'Sallyport' } }],
        private: false,
        bytesIn: 0,
        bytesOut: 0,
        details: { name, hosts: bindings.value.map(({ origin }) => origin) },
      })
    },
  }
}

/** `api.example.com`, or with scheme, port and path: what a secret can be bound to. */
function bindingsFor(hosts: readonly string[]): Outcome<{ origin: string; binding: SecretBinding }[]> {
  const found: { origin: string; binding: SecretBinding }[] = []
  for (const host of hosts) {
    const url = canonicalUrl('GET', /^[a-z]+:\/\//i.test(host) ? host : `https://${host}`)
    if (url.kind !== 'ok') return url
    if (url.value.path.includes('?'))
      return refused('invalid-request', `A secret is bound to a host, not to “${host.slice(0, 100)}”.`)
    const { scheme, path } = url.value
    // As a person writes it: what is usual for the scheme is not said.
    const { origin, port } = new URL(`${scheme}://${url.value.host}:${url.value.port}`)
    const usual = port === '' ? {} : { port: Number(port) }
    const binding = SecretBinding.parse({ scheme, host: url.value.host, ...usual, pathPrefix: path })
    found.push({ origin: path === '/' ? origin : `${origin}${path}`, binding })
  }
  return ok(found)
}
