/** `sallyport check`: what would be decided for a request, and why. Nothing is asked, done or logged. */
import type { z } from 'zod'
import type {
  CheckAnswer as CheckAnswerSchema,
  CheckRequest as CheckRequestSchema,
} from '../../contract/broker-api.ts'
import type { Outcome } from '../../contract/outcome.ts'
import type { Perimeter } from '../../contract/perimeter.ts'
import type { ModelResource, Need } from '../../contract/resource.ts'
import type { Capability, Json, PrincipalRef } from '../../contract/words.ts'
import type { DecideInput, Decider, FlowFacts } from '../ports.ts'

type CheckRequest = z.infer<typeof CheckRequestSchema>
type CheckAnswer = z.infer<typeof CheckAnswerSchema>

export interface CheckParts {
  decider: Decider
  /** Makes a loose resource exact, on the real disk, without changing anything. */
  canonical(capability: Capability, resource: Record<string, Json>): Promise<Outcome<Need>>
  /** Whose perimeter: by name or id; without one, whoever the caller means by default. Null: no such agent. */
  asker(
    agent: string | undefined,
  ): { principal: PrincipalRef; perimeter: Perimeter; ownModel: ModelResource | null } | null
  /** The installed tool of that name; null when there is none. */
  tool(name: string): DecideInput['tool']
  now: number
}

/** A run that has read nothing yet. */
const CALM: FlowFacts = { lamps: { outside: false, private: false, send: false }, backed: true, unbacked: [] }

export async function explainCheck(request: CheckRequest, parts: CheckParts): Promise<CheckAnswer> {
  const id = request.id ?? null
  const no = (text: string): CheckAnswer => ({ id, decision: 'deny', canonical: null, because: [text] })
  const asker = parts.asker(request.agent)
  if (!asker) return no(`There is no agent “${request.agent}”.`)
  const tool = request.tool === undefined ? null : parts.tool(request.tool)
  if (request.tool !== undefined && !tool) return no(`There is no tool “${request.tool}”.`)
  const need = await parts.canonical(request.capability, request.resource)
  if (need.kind !== 'ok') return no(need.person)
  const decision = parts.decider.decide({
    ...asker,
    perimeter: atHome(request, need.value, asker.perimeter),
    need: need.value,
    tool,
    runId: null,
    stop: null,
    flow: CALM,
    now: parts.now,
  })
  return {
    id,
    decision: decision.effect,
    canonical: withoutWay(need.value.resource),
    because: decision.because.map(({ rule, text }) => `${text} [${rule}]`),
  }
}

/** A command that names no folder is one that runs in a folder of the agent. */
function atHome({ resource: asked }: CheckRequest, { resource }: Need, perimeter: Perimeter): Perimeter {
  if (resource.kind !== 'command' || asked.cwd !== undefined) return perimeter
  return {
    ...perimeter,
    folders: [...perimeter.folders, { path: resource.cwd, read: 'allow', write: 'deny' }],
  }
}

/** How a path was reached is for the decision; what it comes to is the answer. */
function withoutWay(resource: Need['resource']): Json {
  if (!('way' in resource)) return resource as unknown as Json
  const { way: _, ...plain } = resource
  return plain as unknown as Json
}
