/** The weekly digest: what the week's questions and grants say, and perimeters that could be narrower. */
import { inputOf } from '../agents/open-agent-book.ts'
import { makeDigest } from '../consent/make-digest.ts'
import { readShown } from '../consent/read-shown.ts'
import { type Suggestion, suggestPerimeters } from '../consent/suggest-perimeters.ts'
import { resolvedPlace } from '../gate/decide/place-paths.ts'
import { isLive } from '../grants/grant-ends.ts'
import type { Rooms } from '../make-broker.ts'
import { readRecorded } from '../policy/read-recorded.ts'
import { type ApiGroup, orFault, orMissing } from './group.ts'

const WEEK_MS = 7 * 24 * 60 * 60 * 1000
/** Past requests of one agent that a suggestion looks at. */
const LOOKED_AT = 2_000

export function serveDigest(rooms: Rooms): ApiGroup<'digest.get' | 'digest.accept'> {
  const { log, clock, grants, agents, places } = rooms

  async function suggestions(): Promise<Suggestion[]> {
    const now = clock()
    const found: Suggestion[] = []
    for (const agent of agents.list()) {
      const filter = { principalId: agent.id, since: agent.changedAt, limit: LOOKED_AT }
      const past = (await readRecorded(log, filter)).filter((request) => request.allowed)
      found.push(
        ...suggestPerimeters({
          ...{ agent, past, now },
          placeOf: (path) => resolvedPlace(path, places),
          programOf: places.resolveProgram,
        }),
      )
    }
    return found
  }

  return {
    'digest.get': async () => {
      const now = clock()
      const since = now - WEEK_MS
      return makeDigest({
        since,
        now,
        grants: grants.list(),
        questions: await readShown(log, since),
        suggestions: await suggestions(),
        isLive,
      })
    },
    'digest.accept': async ({ id }, caller) => {
      const found = orMissing(
        (await suggestions()).find((each) => each.id === id),
        'That suggestion no longer fits: the perimeter has changed.',
      )
      const agent = orMissing(agents.get(found.agentId), 'There is no such agent. It may have been deleted.')
      orFault(agents.update(agent.id, { ...inputOf(agent), perimeter: found.perimeter }, caller.name))
      return { done: true }
    },
  }
}
