/** The libraries that people would pick, each with the same rules in the form that it likes best. */
import { createMongoAbility, subject } from '@casl/ability'
import * as cedar from '@cedar-policy/cedar-wasm/nodejs'
import { newEnforcer, newModelFromString, StringAdapter } from 'casbin'
import type { BenchRequest, BenchRule } from './rule-set.ts'

export type Peer = (request: BenchRequest) => boolean

export function caslFor(rules: readonly BenchRule[]): Peer {
  // CASL takes the last rule that meets: denials come last.
  const ordered = [...rules].sort((a, b) => (a.effect === b.effect ? 0 : a.effect === 'allow' ? -1 : 1))
  const ability = createMongoAbility(
    ordered.map((rule) => ({
      action: 'use',
      inverted: rule.effect === 'deny',
      subject: rule.folder !== null ? 'path' : 'host',
      conditions: {
        text: {
          $regex:
            rule.folder !== null
              ? new RegExp(`^${escaped(rule.folder)}(/|$)`)
              : new RegExp(`(^|\\.)${escaped(rule.host ?? '')}$`),
        },
      },
    })),
  )
  return ({ path, host }) =>
    ability.can('use', subject(path !== null ? 'path' : 'host', { text: path ?? host ?? '' }))
}

const MODEL = `
[request_definition]
r = kind, obj
[policy_definition]
p = kind, obj, eft
[policy_effect]
e = some(where (p.eft == allow)) && !some(where (p.eft == deny))
[matchers]
m = r.kind == p.kind && under(r.kind, r.obj, p.obj)
`

export async function casbinFor(rules: readonly BenchRule[]): Promise<Peer> {
  const lines = rules
    .map(
      (rule) => `p, ${rule.folder !== null ? 'path' : 'host'}, ${rule.folder ?? rule.host}, ${rule.effect}`,
    )
    .join('\n')
  const enforcer = await newEnforcer(newModelFromString(MODEL), new StringAdapter(lines))
  enforcer.addFunction('under', (kind: string, asked: string, held: string) =>
    kind === 'path'
      ? asked === held || asked.startsWith(`${held}/`)
      : asked === held || asked.endsWith(`.${held}`),
  )
  return ({ path, host }) => enforcer.enforceSync(path !== null ? 'path' : 'host', path ?? host ?? '')
}

let policySets = 0

export function cedarFor(rules: readonly BenchRule[]): Peer {
  const id = `rules-${++policySets}`
  const staticPolicies = rules
    .map(
      (rule) =>
        `${rule.effect === 'deny' ? 'forbid' : 'permit'}(principal, action, resource) when { ${condition(rule)} };`,
    )
    .join('\n')
  const parsed = cedar.preparsePolicySet(id, { staticPolicies })
  if (parsed.type !== 'success')
    throw new Error(`Cedar did not take the rules: ${JSON.stringify(parsed.errors[0])}`)
  return ({ path, host }) => {
    const answer = cedar.statefulIsAuthorized({
      principal: { type: 'Agent', id: 'agent_1' },
      action: { type: 'Action', id: 'use' },
      resource: { type: 'Thing', id: 'x' },
      context: { kind: path !== null ? 'path' : 'host', text: path ?? host ?? '' },
      preparsedPolicySetId: id,
      entities: [],
    })
    if (answer.type !== 'success') throw new Error('Cedar failed to decide.')
    return answer.response.decision === 'allow'
  }
}

function condition({ folder, host }: BenchRule): string {
  const kind = folder !== null ? 'path' : 'host'
  const like = folder !== null ? `${folder}/*` : `*.${host}`
  return `context.kind == "${kind}" && (context.text == "${folder ?? host}" || context.text like "${like}")`
}

function escaped(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')
}
