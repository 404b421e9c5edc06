/**
 * The same answers by reading every rule and line in turn, with nothing shared with the index but the schemas: what
 * the index is compared with, in tests and measurements. Written for plainness, on Linux paths, without links.
 */
import type { Level, Perimeter } from '../../../../contract/perimeter.ts'
import type { PolicyRule } from '../../../../contract/policy.ts'
import type { CommandResource, Need, UrlResource } from '../../../../contract/resource.ts'
import type { PrincipalRef } from '../../../../contract/words.ts'

export interface ScanPlaces {
  home: string
  programs: Record<string, string>
}
export interface ScannedRule extends PolicyRule {
  managed: boolean
}

const STRENGTH = { deny: 0, ask: 1, allow: 2 } as const

/** The rule that decides: `policy:id` or `managed:id` with its effect; null when none covers the need. */
export function scanRules(
  rules: readonly ScannedRule[],
  need: Need,
  principal: PrincipalRef,
  tool: string | null,
  places: ScanPlaces,
): string | null {
  const met = rules.filter((rule) => covers(rule, need, principal, tool, places))
  const order = (rule: ScannedRule) => `${STRENGTH[rule.effect]}${rule.managed ? 0 : 1} ${rule.id}`
  const [first] = met.sort((a, b) => (order(a) < order(b) ? -1 : 1))
  return first ? `${first.effect} ${first.managed ? 'managed' : 'policy'}:${first.id}` : null
}

function covers(
  rule: PolicyRule,
  need: Need,
  principal: PrincipalRef,
  tool: string | null,
  places: ScanPlaces,
): boolean {
  if (!rule.capabilities.includes('*') && !rule.capabilities.includes(need.capability)) return false
  if (
    rule.principals &&
    !rule.principals.some((name) => name === '*' || name === principal.id || name === principal.name)
  )
    return false
  if (rule.tools && !rule.tools.some((name) => name === '*' || name === tool)) return false
  const { resource } = need
  const selects = rule.paths ?? rule.hosts ?? rule.methods ?? rule.commands ?? rule.secrets ?? rule.models
  if (!selects) return true
  switch (resource.kind) {
    case 'path':
      return (rule.paths ?? []).some((path) => coversPath(path, resource.path, places))
    case 'url':
      if (rule.methods && !rule.methods.includes(resource.method)) return false
      return rule.hosts
        ? rule.hosts.some((host) => coversHost(host, resource, rule.effect))
        : rule.methods !== undefined
    case 'command':
      return (rule.commands ?? []).some((command) => coversCommand(command, resource, rule.effect, places))
    case 'secret':
      return (rule.secrets ?? []).some((name) => name === '*' || name === resource.name)
    case 'model':
      return (rule.models ?? []).some((name) =>
        [
          '*',
          resource.model,
          `${resource.provider}/${resource.model}`,
          resource.provider,
          resource.origin,
        ].includes(name),
      )
    case 'plain':
      return false
  }
}

function coversPath(pattern: string, path: string, places: ScanPlaces): boolean {
  if (pattern.startsWith('**/*.')) return path.split('/').some((part) => part.endsWith(pattern.slice(4)))
  if (pattern.startsWith('**/')) return `${path}/`.includes(`/${pattern.slice(3)}/`)
  const place = pattern.replace(/^~(?=\/|$)/, places.home).replace(/\/+$/, '')
  return path === place || path.startsWith(`${place}/`)
}

function coversHost(pattern: string, resource: UrlResource, effect: PolicyRule['effect']): boolean {
  const match = /^(?:(\w+):\/\/)?([^/:]+)(?::(\d+))?(\/.*)?$/.exec(pattern)
  const [, scheme, host = '', port, path = '/'] = match ?? []
  if (scheme && scheme !== resource.scheme) return false
  if (port && Number(port) !== resource.port) return false
  const numeric = /(^|\.)\d+$/.test(resource.host)
  const named =
    host === '*' ||
    host === resource.host ||
    (host.startsWith('*.') && !numeric && resource.host.endsWith(host.slice(1)))
  return named && coversUrlPath(path, resource, effect !== 'allow')
}

function coversUrlPath(prefix: string, resource: UrlResource, broad: boolean): boolean {
  if (prefix === '/') return true
  const path = resource.url.replace(/^\w+:\/\/[^/]*/, '')
  if (/%(2f|5c|2e|25|00)|\/\/|\/\.{1,2};/i.test(path.split('?')[0] ?? '')) return broad
  const bare = prefix.replace(/\/$/, '')
  return prefix.endsWith('/')
    ? path.startsWith(prefix)
    : path === bare || path.startsWith(`${bare}/`) || path.startsWith(`${bare}?`)
}

function coversCommand(
  command: string[],
  resource: CommandResource,
  effect: PolicyRule['effect'],
  places: ScanPlaces,
): boolean {
  const [program = '', ...args] = command
  const named = !program.includes('/')
  const file = named ? places.programs[program] : program
  const sameName = effect !== 'allow' && resource.program.split('/').pop() === program.split('/').pop()
  return (
    (program === '*' || file === resource.program || sameName) &&
    args.every((word, at) => word === resource.args[at])
  )
}

const STRICTNESS: Record<Level, number> = { allow: 0, ask: 1, deny: 2 }

/** The level of the nearest folder line for a path, by comparing every line. */
export function scanFolders(
  perimeter: Perimeter,
  path: string,
  side: 'read' | 'write',
  places: ScanPlaces,
): Level {
  const lines = perimeter.folders
    .map((line) => ({ ...line, place: line.path.replace(/^~(?=\/|$)/, places.home).replace(/\/+$/, '') }))
    .filter(({ place }) => path === place || path.startsWith(`${place}/`))
  const longest = Math.max(0, ...lines.map(({ place }) => place.split('/').length))
  const nearest = lines.filter(({ place }) => place.split('/').length === longest).map((line) => line[side])
  return nearest.sort((a, b) => STRICTNESS[b] - STRICTNESS[a])[0] ?? 'deny'
}
