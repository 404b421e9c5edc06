/** Policy files: what is in force, what it would say, what another would have said. */
import type { Agent } from '../../contract/agent.ts'
import { type Outcome, ok, refused } from '../../contract/outcome.ts'
import { Perimeter } from '../../contract/perimeter.ts'
import type { Need } from '../../contract/resource.ts'
import { canonicalizeForCheck } from '../capabilities/canonicalize-for-check.ts'
import { compilePolicy } from '../gate/decide/compile-policy.ts'
import { createDecider } from '../gate/decide/decider.ts'
import { withToolRules } from '../gate/decide/tool-rules.ts'
import { indexGrants } from '../grants/index-grants.ts'
import type { Rooms } from '../make-broker.ts'
import { explainCheck } from '../policy/explain-check.ts'
import { readRecorded } from '../policy/read-recorded.ts'
import { simulatePolicy } from '../policy/simulate-policy.ts'
import { type ApiGroup, orFault } from './group.ts'
import { parsePolicyText } from './parse-policy-text.ts'

type Methods = 'policy.status' | 'policy.check' | 'policy.simulate' | 'policy.text' | 'policy.save'
/** Past requests that a simulation goes through, newest first. */
const SIMULATED = 2_000
const TERMINAL = { id: 'cli', kind: 'cli', name: 'the command line' } as const

export function servePolicy(rooms: Rooms): ApiGroup<Methods> {
  const { policy, places, gate, catalog, agents, models, log, clock, settings } = rooms
  const compile = (sources: Parameters<typeof compilePolicy>[0]) => compilePolicy(sources, places)

  const parse = (text: string) => parsePolicyText(policy, text)
  const toolOf = (name: string) => {
    const tool = catalog.get(name)
    return tool ? { name: tool.name, version: tool.version, hash: tool.hash, manifest: tool.manifest } : null
  }
  const ownModelOf = (agent: Agent) => {
    const resource = models.resource(agent.model)
    return resource.kind === 'ok' ? resource.value : null
  }
  const agentOf = (name: string) =>
    agents.list().find((each) => each.id === name || each.name === name) ?? null

  return {
    'policy.status': async () => policy.status(),
    'policy.check': async ({ requests, policyText, cwd }) => {
      const file = policyText === undefined ? null : parse(policyText)
      const compiled = file
        ? withToolRules(
            compile({ ...policy.sources(), personal: file }),
            settings.under(file.settings).toolRules,
          )
        : null
      const decider = compiled
        ? createDecider({
            policy: () => compiled,
            grants: indexGrants,
            places,
            perimeters: agents.perimeters,
          })
        : gate.decider
      const filePerimeter = file ? (file.perimeter ?? Perimeter.parse({})) : null
      const only = agents.list()
      const answers = []
      for (const request of requests)
        answers.push(
          await explainCheck(request, {
            decider,
            canonical: async (capability, resource) =>
              firstNeed(await canonicalizeForCheck(capability, resource, cwd)),
            asker(name) {
              if (filePerimeter) return { principal: TERMINAL, perimeter: filePerimeter, ownModel: null }
              const agent =
                name === undefined ? (only.length === 1 ? (only[0] ?? null) : null) : agentOf(name)
              if (!agent)
                return name === undefined
                  ? { principal: TERMINAL, perimeter: Perimeter.parse({}), ownModel: null }
                  : null
              return {
                principal: { id: agent.id, kind: 'agent', name: agent.name },
                perimeter: agent.perimeter,
                ownModel: ownModelOf(agent),
              }
            },
            tool: toolOf,
            now: clock(),
          }),
        )
      return { answers }
    },
    'policy.simulate': async ({ text }) =>
      simulatePolicy({
        recorded: await readRecorded(log, { limit: SIMULATED }),
        sources: policy.sources(),
        proposed: parse(text),
        compile,
        decider(compiled, index) {
          const inForce = withToolRules(compiled, settings.get().toolRules)
          return createDecider({
            policy: () => inForce,
            grants: () => index,
            places,
            perimeters: agents.perimeters,
          })
        },
        perimeterOf(principalId) {
          const agent = agents.get(principalId)
          return agent ? { perimeter: agent.perimeter, ownModel: ownModelOf(agent) } : null
        },
        tool: toolOf,
      }),
    'policy.text': async () => ({ text: policy.text() }),
    'policy.save': async ({ text }, caller) => {
      const status = orFault(policy.save(text))
      log.append({
        kind: 'policy',
        subject: 'Save your policy file',
        details: { by: caller.name, rules: status.personal.rules },
      })
      return status
    },
  }
}

/** A checked request has one need: what it names. */
function firstNeed(needs: Outcome<Need[]>): Outcome<Need> {
  if (needs.kind !== 'ok') return needs
  const [need] = needs.value
  return need ? ok(need) : refused('invalid-request', 'There is nothing to check.')
}
