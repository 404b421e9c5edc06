/** Lists what an endpoint offers, through the gate. */
import type { ModelChoice } from '../../contract/agent.ts'
import { failed, type Outcome, ok } from '../../contract/outcome.ts'
import type { CallContext } from '../ports.ts'
import { connectionFault } from './connection-words.ts'
import { type GuardedHttp, guardHttp, type Http } from './guard-http.ts'
import { ListFault, listModels } from './list-models.ts'
import { type ModelAddress, modelAddress } from './model-address.ts'
import { type PassOptions, passModelCall } from './pass-model-call.ts'

const PATIENCE = { maxBytes: 2 * 1024 * 1024, idleMs: 10_000 }

export async function passList(
  options: PassOptions & { http: Http },
  choice: ModelChoice,
  context: Omit<CallContext, 'tool' | 'callId'>,
): Promise<Outcome<string[]>> {
  if (choice.provider === 'tour') return ok(['tour'])
  const address = modelAddress(choice)
  if (address.kind !== 'ok') return address
  const { resource, baseUrl } = address.value
  // A person typed this address and asks what is there: that is their word for exactly this endpoint.
  const asked = { ...context, ownModel: resource }
  return passModelCall(
    options,
    { choice, address: address.value, context: asked, what: 'list', sent: '' },
    async (key) => {
      const guard = guardHttp(options.http, resource.origin, context.signal, PATIENCE)
      try {
        return ok(await listModels(choice, baseUrl, key, guard.http))
      } catch (error) {
        return faultOf(error, guard, address.value)
      }
    },
  )
}

function faultOf(error: unknown, guard: GuardedHttp, address: ModelAddress): Outcome<never> {
  const broken = guard.fault()
  if (broken) return connectionFault(broken, address)
  if (!(error instanceof ListFault))
    return failed('network', `${address.baseUrl} did not answer with a list of models.`)
  return [401, 403].includes(error.status)
    ? failed('permission', `${address.baseUrl} did not accept the key (${error.status}).`)
    : failed('network', `${address.baseUrl} answered with ${error.status} instead of a list of models.`)
}
