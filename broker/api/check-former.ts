/** Does an old secret still work? Asked by the person, done through the gate, on the record. */
import type { ParsedParams, Result } from '../../contract/broker-api.ts'
import { Perimeter } from '../../contract/perimeter.ts'
import { checkFormerSecret, planSecretCheck } from '../capabilities/check-former-secret.ts'
import type { Gate, SecretVault } from '../ports.ts'
import type { Incidents } from '../stop/incident.ts'
import { orFault } from './group.ts'

export interface CheckFormerRooms {
  gate: Pick<Gate, 'passNeed'>
  vault: Pick<SecretVault, 'reveal' | 'revealFormer' | 'forgetFormer'>
  incidents: Pick<Incidents, 'oldRefused'>
  newId(kind: string): string
}
type Verdict = 'refused' | 'works' | 'unclear'

export function createCheckFormer({ gate, vault, incidents, newId }: CheckFormerRooms) {
  return async (
    { name, url, header }: ParsedParams<'secrets.checkFormer'>,
    by: string,
  ): Promise<Result<'secrets.checkFormer'>> => {
    const check = orFault(planSecretCheck(url, header))
    const { resource, binding } = check
    const { scheme, host, port } = resource
    // The person named this address just now: it is all that this one request may reach.
    const perimeter = Perimeter.parse({
      hosts: [{ scheme, host, port, methods: ['GET'], read: 'allow', send: 'deny' }],
    })
    const signal = AbortSignal.timeout(30_000)
    const principal = { id: 'product', kind: 'product' as const, name: 'Sallyport' }
    const statuses = orFault(
      await gate.passNeed(
        { principal, perimeter, run: null, tool: null, callId: newId('call'), signal, byHand: true },
        {
          need: { capability: 'net.request', resource },
          sentence: { verb: 'Try', object: `the old ${name}`, tail: `at ${host}, for ${by}` },
          exact: [
            { label: 'Address', text: resource.url, spans: [], long: false },
            {
              label: 'Header',
              text: header.replaceAll('{value}', `{{secret:${name}}}`),
              spans: [],
              long: false,
            },
          ],
          binding,
          bytesOut: 0,
          perform: (permit) => checkFormerSecret({ vault }, permit, name, check, { perimeter, signal }),
        },
      ),
    )
    const now = judge(statuses.now)
    // Who takes neither tells nothing of the old one: the address or the header may be wrong.
    const former =
      now === 'refused' && judge(statuses.former) === 'refused' ? 'unclear' : judge(statuses.former)
    if (former === 'refused') {
      vault.forgetFormer(name)
      incidents.oldRefused(name)
    }
    return { former, now, text: wordsFor(host, former, now, statuses) }
  }
}

/** 401 and 403 are no to a key; any 2xx is yes. All else says nothing about it. */
function judge(status: number): Verdict {
  if (status === 401 || status === 403) return 'refused'
  return status >= 200 && status < 300 ? 'works' : 'unclear'
}

function wordsFor(
  host: string,
  former: Verdict,
  now: Verdict,
  statuses: { former: number; now: number },
): string {
  if (now === 'refused' && former === 'unclear')
    return `${host} refuses the new one (status ${statuses.now}) and gave status ${statuses.former} for the old one: that does not tell whether the old one works. Is the header as this provider wants it, and the new value whole?`
  const fresh =
    now === 'works'
      ? ' The new one works.'
      : ` The new one was not clearly accepted (status ${statuses.now}): look at it before you rely on it.`
  if (former === 'refused') return `${host} refuses the old one.${fresh} The old value is forgotten here.`
  if (former === 'works')
    return `The old one still works at ${host}. End it at the provider, then check again.`
  return `${host} answered with status ${statuses.former}, which does not tell whether the old one works.${fresh}`
}
