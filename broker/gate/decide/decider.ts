/**
 * Decides. Pure: policy and grants in force, the clock and the facts of origin are arguments; nothing is asked, done
 * or written here. The order is that of `LAYERS`: an earlier layer's denial is final, and no later layer widens it.
 */
import type { Because, Decision } from '../../../contract/decision.ts'
import type { Manifest } from '../../../contract/manifest.ts'
import type { Perimeter } from '../../../contract/perimeter.ts'
import type { Need } from '../../../contract/resource.ts'
import type { CompiledPolicy, DecideInput, Decider, GrantIndex, Places, PolicyHit } from '../../ports.ts'
import { type DecideNeed, decideAll } from './decide-all.ts'
import { ruleFlow } from './flow-rules.ts'
import { ManifestIndex } from './manifest-index.ts'
import { AgentGrounds } from './perimeter/agent-grounds.ts'
import { asksEachTime } from './perimeter/command-lines.ts'
import type { LineHit } from './perimeter/line-hit.ts'
import { PerimeterIndex } from './perimeter/perimeter-index.ts'
import { followProtected, type ProtectedIndex } from './protected/protected-index.ts'

/** All but the need. */
type Asked = Omit<DecideInput, 'need'>
type Verdict = Decision & { grantId: string | null }

export interface DeciderOptions {
  /** Asked at each decision, so that a reloaded file or a new grant counts at once. */
  policy(): CompiledPolicy
  grants(): GrantIndex
  places: Places
  /** Of all agents; another array when any of them is another one. A link that one of them may change opens nothing to the others. */
  perimeters?(): readonly Perimeter[]
}

export function createDecider(options: DeciderOptions): Decider {
  const indexes = createIndexes(options.places, options.perimeters)
  const decide: DecideNeed = (input, need) =>
    decideOne(input, need, options.policy(), options.grants(), indexes)
  return {
    decide: (input) => decide(input, input.need),
    decideAll: (input, needs) => decideAll(decide, input, needs),
    decideToolCall: (input) => decideToolCall(input, options.policy()),
    ceiling(need, perimeter) {
      const line = indexes.perimeter(perimeter).level(need, null)
      return line.level === 'deny' ? null : (line.reach ?? null)
    },
    keptFromReading(path, perimeter) {
      const need: Need = { capability: 'fs.read', resource: { kind: 'path', path } }
      return indexes.protection(need, indexes.perimeter(perimeter).level(need, null)) !== null
    },
    subjects(perimeter) {
      const policy = options.policy()
      const lines = [perimeter, ...(policy.bound ? [policy.bound] : [])].map(indexes.perimeter)
      const [rules, kept] = [policy.subjects, indexes.protectedPlaces()]
      const all = [rules, kept, options.grants(), ...lines]
      return {
        isAboutName: (name) => rules.isAboutName(name) || kept.isAboutName(name),
        isAboutPlace: (path) => all.some((subjects) => subjects.isAboutPlace(path)),
        places: () => new Set(all.flatMap((subjects) => [...subjects.places()])),
      }
    },
  }
}

const NONE: readonly Perimeter[] = []

/**
 * Perimeters and manifests are indexed once each; a changed one is another object. What one agent may change counts for
 * the lines of all: with any of theirs, all are read anew.
 */
function createIndexes(places: Places, current: () => readonly Perimeter[] = () => NONE) {
  let perimeters = new WeakMap<Perimeter, PerimeterIndex>()
  let agents = NONE
  let grounds = new AgentGrounds(NONE, places)
  const followAgents = () => {
    const now = current()
    if (now === agents) return
    agents = now
    grounds = new AgentGrounds(now, places)
    perimeters = new WeakMap()
  }
  const anyMayChange = (place: string) => grounds.mayChange(place)
  const manifests = new WeakMap<Manifest, ManifestIndex>()
  let follow: (() => ProtectedIndex) | null = null
  const protectedTable = () => {
    follow ??= followProtected(places)
    return follow()
  }
  return {
    protectedPlaces: () => protectedTable(),
    anyMayChange,
    perimeter(perimeter: Perimeter): PerimeterIndex {
      followAgents()
      let index = perimeters.get(perimeter)
      if (!index) {
        index = new PerimeterIndex(perimeter, places, anyMayChange)
        perimeters.set(perimeter, index)
      }
      return index
    },
    manifest(manifest: Manifest): ManifestIndex {
      let index = manifests.get(manifest)
      if (!index) {
        index = new ManifestIndex(manifest, places)
        manifests.set(manifest, index)
      }
      return index
    },
    /** A built-in protection that no line of the perimeter lifts by naming the place. */
    protection({ capability, resource }: Need, line: LineHit): Because | null {
      if (resource.kind !== 'path') return null
      const what = capability === 'open' || capability === 'fs.read' ? 'fs.read' : capability
      if (what !== 'fs.read' && what !== 'fs.write' && what !== 'fs.delete') return null
      const hit = resource.forGit
        ? protectedTable().forGit(resource.path)
        : protectedTable().find(what, resource.path, resource.byProgram)
      if (!hit || (line.names ?? line.depth ?? 0) >= hit.depth) return null
      const done = what === 'fs.read' ? 'read' : 'changed'
      const text = `${resource.path} lies in a protected place: ${hit.place.what} are never ${done} by tools unless a person names that very place in the perimeter.`
      return { layer: 'perimeter', rule: `built-in:${hit.place.id}`, text }
    },
  }
}
type Indexes = ReturnType<typeof createIndexes>

function decideOne(
  input: Asked,
  need: Need,
  policy: CompiledPolicy,
  grants: GrantIndex,
  indexes: Indexes,
): Verdict {
  if (policy.failedClosed !== null)
    return deny({ layer: 'managed-deny', rule: 'managed:broken-file', text: policy.failedClosed })
  const { principal, tool } = input
  const hit = policy.strictest(need, principal, tool?.name ?? null)
  if (hit?.effect === 'deny' && hit.managed)
    return deny({ layer: 'managed-deny', rule: hit.rule, text: hit.text })
  const ownModel = input.ownModel ?? null
  const bound = policy.bound ? indexes.perimeter(policy.bound).level(asUsed(need), ownModel) : null
  if (bound?.level === 'deny')
    return deny({
      layer: 'managed-deny',
      rule: bound.rule.replace('perimeter', 'managed'),
      text: `Your organization’s bound: ${bound.text}`,
    })
  if (input.stop)
    return deny({ layer: 'stop', rule: `stop:${input.stop.code}`, text: input.stop.person.slice(0, 1000) })
  const own = indexes.perimeter(input.perimeter)
  const line = own.level(need, ownModel)
  if (line.level === 'deny') return deny({ layer: 'perimeter', rule: line.rule, text: line.text })
  const kept = indexes.protection(need, line)
  if (kept) return deny(kept)
  const fault = tool ? indexes.manifest(tool.manifest).fault(need) : null
  if (fault) return deny({ layer: 'manifest', ...fault })
  if (hit?.effect === 'deny') return deny({ layer: 'deny-rule', rule: hit.rule, text: hit.text })
  const isLed = hit?.links?.some((link) => own.mayChange(link) || indexes.anyMayChange(link))
  return decideInside(input, need, isLed ? null : hit, bound?.level === 'ask' ? bound : line, grants)
}

/** What is left when nothing denies: flow, then grants, then policy, then the perimeter's own level. */
function decideInside(
  input: Asked,
  need: Need,
  hit: PolicyHit | null,
  line: LineHit,
  grants: GrantIndex,
): Verdict {
  const { tool, runId, now } = input
  const asked = { need, principalId: input.principal.id, tool, runId, now }
  const refusal = grants.find('deny', asked)
  if (refusal)
    return deny({
      layer: 'deny-rule',
      rule: `grant:${refusal.id}`,
      text: `You said no to this before: ${refusal.words}.${refusal.reason ? ` ${refusal.reason}` : ''}`.slice(
        0,
        1000,
      ),
    })
  const flow = ruleFlow(
    need,
    input.flow,
    line.level,
    need.capability === 'model.call' && line.level === 'allow',
  )
  const forced = hit?.effect === 'ask' && hit.managed
  const mustAsk =
    need.capability === 'clipboard.read' || (need.resource.kind === 'secret' && need.resource.asked === true)
  const grant = forced || mustAsk || !flow.grantsCount ? null : grants.find('allow', asked)
  if (grant) {
    const because: Because = {
      layer: 'grant',
      rule: `grant:${grant.id}`,
      text: `You allowed this: ${grant.words}.`,
    }
    return { effect: 'allow', because: flow.because ? [because, flow.because] : [because], grantId: grant.id }
  }
  const { resource } = need
  const opaque = resource.kind === 'command' && resource.opaque && hit?.effect === 'allow'
  const policy: Because | null = hit && !opaque ? { layer: 'policy', rule: hit.rule, text: hit.text } : null
  const perimeter = ofPerimeter(opaque ? asksEachTime(resource) : line)
  if (flow.because) return ask([flow.because, ...(policy ? [policy] : []), perimeter])
  if (policy)
    return hit?.effect === 'allow' && !mustAsk
      ? { effect: 'allow', because: [policy, perimeter], grantId: null }
      : ask([policy, perimeter])
  const quiet = line.level === 'allow' && !opaque
  return quiet ? { effect: 'allow', because: [perimeter], grantId: null } : ask([perimeter])
}

/** An organization's bound says which secrets may be used at all: one that may not is not asked for either. */
function asUsed(need: Need): Need {
  const { resource } = need
  if (resource.kind !== 'secret' || !resource.asked) return need
  return { ...need, resource: { kind: 'secret', name: resource.name, to: resource.to } }
}

function ofPerimeter({ rule, text }: LineHit): Because {
  return { layer: rule.startsWith('default:') ? 'default' : 'perimeter', rule, text }
}

function decideToolCall(input: Parameters<Decider['decideToolCall']>[0], policy: CompiledPolicy): Decision {
  const { principal, tool, perimeter, stop } = input
  if (policy.failedClosed !== null)
    return deny({ layer: 'managed-deny', rule: 'managed:broken-file', text: policy.failedClosed })
  const hit = policy.forTool(principal, tool.name)
  if (hit?.effect === 'deny' && hit.managed)
    return deny({ layer: 'managed-deny', rule: hit.rule, text: hit.text })
  if (
    policy.bound &&
    !policy.bound.tools.some((line) => fitsTool(line, tool)) &&
    policy.bound.tools.length > 0
  )
    return deny({
      layer: 'managed-deny',
      rule: 'managed:tools',
      text: `Your organization does not let agents use the tool ${tool.name}.`,
    })
  if (stop) return deny({ layer: 'stop', rule: `stop:${stop.code}`, text: stop.person.slice(0, 1000) })
  const at = perimeter.tools.findIndex((line) => fitsTool(line, tool))
  if (at < 0) {
    const other = perimeter.tools.some((line) => line.name === tool.name)
    const text = other
      ? `The tool ${tool.name} has changed since it was allowed for ${principal.name}.`
      : `The tool ${tool.name} is not among the tools of ${principal.name}.`
    return deny({
      layer: 'perimeter',
      rule: 'perimeter:tools',
      text: `${text} A person can set it in the agent’s perimeter.`,
    })
  }
  if (hit?.effect === 'deny') return deny({ layer: 'deny-rule', rule: hit.rule, text: hit.text })
  return {
    effect: 'allow',
    because: [
      {
        layer: 'perimeter',
        rule: `perimeter:tools[${at}]`,
        text: `The tool ${tool.name} is among the tools of ${principal.name}.`,
      },
    ],
  }
}

function fitsTool(line: Perimeter['tools'][number], tool: { name: string; hash: string }): boolean {
  return line.name === tool.name && (line.hash === undefined || line.hash === tool.hash)
}

function deny(because: Because): Verdict {
  return { effect: 'deny', because: [because], grantId: null }
}
function ask(because: Because[]): Verdict {
  return { effect: 'ask', because, grantId: null }
}
