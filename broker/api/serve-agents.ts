/** Agents: what they are, what they can reach at most, and the models that they may have. */
import type { ParsedParams } from '../../contract/broker-api.ts'
import { Perimeter } from '../../contract/perimeter.ts'
import type { Rooms } from '../make-broker.ts'
import { type ApiGroup, orFault, whenUnlocked } from './group.ts'

type Methods =
  | 'agents.list'
  | 'agents.create'
  | 'agents.update'
  | 'agents.delete'
  | 'agents.exposure'
  | 'agents.thaw'
  | 'models.detect'
  | 'models.list'

export function serveAgents(rooms: Rooms): ApiGroup<Methods> {
  const { agents, runs, models, grants, policy } = rooms
  return {
    'agents.list': async () => ({ agents: agents.list() }),
    'agents.create': async (input, caller) => orFault(agents.create(input, caller.name)),
    'agents.update': async ({ id, ...input }, caller) => orFault(agents.update(id, input, caller.name)),
    'agents.delete': async ({ id }, caller) => {
      runs.cancelAgent(id, caller.name)
      orFault(agents.delete(id, caller.name))
      for (const grant of grants.list()) if (grant.principalId === id) grants.revoke(grant.id, caller.name)
      return { done: true }
    },
    'agents.exposure': async ({ id }) => {
      return orFault(agents.exposure(id, grants.list(), policy.status()))
    },
    'agents.thaw': async ({ id }, caller) => {
      whenUnlocked(rooms.session, 'thaw the agent')
      return orFault(agents.thaw(id, caller.name))
    },
    'models.detect': async () => ({ endpoints: await models.detect() }),
    'models.list': (choice) => listModels(rooms, choice),
  }
}

/** Asked for by the person on a form, before there is an agent: the product asks on their behalf, on the record. */
async function listModels(rooms: Rooms, choice: ParsedParams<'models.list'>) {
  const resource = rooms.models.resource(choice)
  if (resource.kind !== 'ok') return { models: [], fault: resource.person }
  const found = await rooms.models.list(choice, {
    principal: { id: 'product', kind: 'product', name: 'Sallyport' },
    perimeter: Perimeter.parse({}),
    run: null,
    signal: AbortSignal.timeout(10_000),
    ownModel: resource.value,
  })
  return found.kind === 'ok' ? { models: found.value, fault: '' } : { models: [], fault: found.person }
}
