/**
 * Policy files as an index. Rules are put in one order (managed deny, personal deny, managed ask, personal ask,
 * managed allow, personal allow; then by id), so that the first rule of that order which covers a need is the
 * answer, whatever their order in the files was. Lookups go by path tree, host map, program and name.
 */
import type { PolicyFile, PolicyRule } from '../../../contract/policy.ts'
import type { Need, UrlResource } from '../../../contract/resource.ts'
import { CAPABILITIES, type Capability, type PrincipalRef } from '../../../contract/words.ts'
import type { CompiledPolicy, Places, PolicySources, RuleSubjects } from '../../ports.ts'
import { CommandIndex } from './command-index.ts'
import { ambiguousPath, HostIndex, parseHostPattern, pathAndQuery } from './host-index.ts'
import { allowingForm, keepingForm } from './name-forms.ts'
import { PathIndex, parsePathPattern } from './path-index.ts'
import { bothPlaces, writtenPlace } from './place-paths.ts'
import { type Asker, type CompiledRule, RuleList, ruleFits } from './rule-list.ts'

const RANK = { deny: 0, ask: 2, allow: 4 } as const

/** All rules of both files in the order of their strength. */
export function rankRules(sources: Pick<PolicySources, 'managed' | 'personal'>): CompiledRule[] {
  const all = [...readRules(sources.managed, true), ...readRules(sources.personal, false)]
  const rank = (rule: CompiledRule) => RANK[rule.effect] + (rule.managed ? 0 : 1)
  return all.sort(
    (a, b) => rank(a) - rank(b) || (a.source.id < b.source.id ? -1 : a.source.id > b.source.id ? 1 : 0),
  )
}

function readRules(file: PolicyFile | null, managed: boolean): CompiledRule[] {
  return (file?.rules ?? []).map((source) => ({
    source,
    managed,
    effect: source.effect,
    rule: `${managed ? 'managed' : 'policy'}:${source.id}`,
    text: ruleText(source, managed),
    capabilities: new Set(
      source.capabilities.includes('*') ? CAPABILITIES : (source.capabilities as Capability[]),
    ),
    principals: source.principals && !source.principals.includes('*') ? new Set(source.principals) : null,
    tools: source.tools && !source.tools.includes('*') ? new Set(source.tools) : null,
    methods: source.methods ? new Set(source.methods) : null,
    selects: Boolean(
      source.paths ?? source.hosts ?? source.methods ?? source.commands ?? source.secrets ?? source.models,
    ),
  }))
}

/** Whoever may change one of these says what the rule allows. */
function withLinks(rule: CompiledRule, places: Places): CompiledRule {
  if (rule.effect !== 'allow') return rule
  const leads = new Map<string, string>()
  const links: string[] = []
  for (const text of rule.source.paths ?? []) {
    const pattern = parsePathPattern(text)
    if (pattern?.kind !== 'place') continue
    const way = places.followWay(writtenPlace(pattern.path, places))
    leads.set(pattern.path, way.leadsTo)
    links.push(...way.links)
  }
  return { ...rule, leads, links }
}

function ruleText(rule: PolicyRule, managed: boolean): string {
  const verb = { deny: 'does not let it', ask: 'wants to be asked', allow: 'lets it' }[rule.effect]
  const who = managed ? `The rule “${rule.id}” of your organization` : `Your rule “${rule.id}”`
  return `${who} ${verb}${rule.reason ? `: ${rule.reason}` : '.'}`
}

/** Makes the index. Throws nothing: files that reach here were parsed and checked. */
export function compilePolicy(sources: PolicySources, places: Places): CompiledPolicy {
  const rules = rankRules(sources).map((rule) => withLinks(rule, places))
  const index = new RuleIndex(rules, places)
  return {
    rules: rules.length,
    failedClosed: sources.failedClosed,
    bound: sources.managed?.perimeter ?? null,
    subjects: index.subjects,
    strictest(need, principal, tool) {
      if (rules.length === 0) return null
      return rules[index.first(need, asker(need.capability, principal, tool))] ?? null
    },
    forTool(principal, tool) {
      const every = (rule: CompiledRule) =>
        !rule.selects && rule.tools !== null && rule.capabilities.size === CAPABILITIES.length
      const mine = (rule: CompiledRule) =>
        !rule.principals || rule.principals.has(principal.id) || rule.principals.has(principal.name)
      return rules.find((rule) => every(rule) && rule.tools?.has(tool) && mine(rule)) ?? null
    },
  }
}

function asker(capability: Capability, principal: PrincipalRef, tool: string | null): Asker {
  return { capability, id: principal.id, name: principal.name, tool }
}

interface PrefixedRule {
  order: number
  prefix: string
}

class RuleIndex {
  readonly #rules: CompiledRule[]
  readonly #any: RuleList
  /** Of rules that let something through; and of those that ask or keep out. */
  readonly #open: PathIndex<RuleList>
  readonly #kept: PathIndex<RuleList>
  readonly #hosts = new HostIndex<PrefixedRule>()
  readonly #methodsOnly: RuleList
  readonly #commands: CommandIndex<number>
  readonly #secrets = new Map<string, RuleList>()
  readonly #models = new Map<string, RuleList>()

  constructor(rules: CompiledRule[], places: Places) {
    this.#rules = rules
    this.#any = new RuleList(rules)
    this.#methodsOnly = new RuleList(rules)
    const windows = places.platform === 'win32'
    this.#open = new PathIndex({ form: allowingForm(places), windows })
    this.#kept = new PathIndex({ form: keepingForm(places), windows })
    this.#commands = new CommandIndex(places)
    rules.forEach((rule, order) => {
      const { source } = rule
      if (!rule.selects) this.#any.add(order)
      for (const path of source.paths ?? []) this.#addPath(path, order, places)
      for (const host of source.hosts ?? []) {
        const pattern = parseHostPattern(host)
        if (pattern) this.#hosts.add(pattern, { order, prefix: pattern.prefix })
      }
      if (source.methods && !source.hosts) this.#methodsOnly.add(order)
      for (const command of source.commands ?? []) this.#commands.add(command, rule.effect !== 'allow', order)
      for (const name of source.secrets ?? []) addTo(this.#secrets, name, order, rules)
      for (const name of source.models ?? []) addTo(this.#models, name, order, rules)
    })
  }

  get subjects(): RuleSubjects {
    const [open, kept] = [this.#open, this.#kept]
    return {
      isAboutName: (name) => open.isAboutName(name) || kept.isAboutName(name),
      isAboutPlace: (path) => open.isAboutPlace(path) || kept.isAboutPlace(path),
      places: () => [...open.places(), ...kept.places()],
    }
  }

  /** The place of the first rule that covers the need; past the end when none does. */
  first(need: Need, who: Asker): number {
    let best = this.#any.first(who, this.#rules.length)
    const { resource } = need
    switch (resource.kind) {
      case 'path': {
        const found: RuleList[] = []
        this.#kept.collect(resource.path, found)
        this.#open.collect(resource.path, found)
        for (const list of found) best = list.first(who, best)
        return best
      }
      case 'url':
        best = this.#methodsOnly.first(who, best, resource.method)
        return this.#firstHost(resource, who, best)
      case 'command':
        for (const order of this.#commands.covering(resource))
          if (order < best && this.#fits(order, who)) best = order
        return best
      case 'secret':
        best = this.#secrets.get(resource.name)?.first(who, best) ?? best
        return this.#secrets.get('*')?.first(who, best) ?? best
      case 'model':
        for (const key of [
          resource.model,
          `${resource.provider}/${resource.model}`,
          resource.provider,
          resource.origin,
          '*',
        ])
          best = this.#models.get(key)?.first(who, best) ?? best
        return best
      case 'plain':
        return best
    }
  }

  #firstHost(resource: UrlResource, who: Asker, start: number): number {
    let best = start
    const path = pathAndQuery(resource)
    const anyPrefix = ambiguousPath(path)
    const found: PrefixedRule[][] = []
    this.#hosts.collect(resource, { first: false, anyPrefix, path }, found)
    for (const group of found)
      for (const { order, prefix } of group) {
        if (order >= best || !this.#fits(order, who, resource.method)) continue
        if (anyPrefix && prefix !== '/' && this.#rules[order]?.effect === 'allow') continue
        best = order
      }
    return best
  }

  #addPath(text: string, order: number, places: Places): void {
    const pattern = parsePathPattern(text)
    if (!pattern) return
    const make = () => new RuleList(this.#rules)
    const allows = this.#rules[order]?.effect === 'allow'
    const index = allows ? this.#open : this.#kept
    if (pattern.kind !== 'place') {
      index.slot(pattern, make).add(order)
      return
    }
    const leadsTo = this.#rules[order]?.leads?.get(pattern.path)
    for (const path of leadsTo !== undefined ? [leadsTo] : bothPlaces(pattern.path, places))
      index.slot({ kind: 'place', path }, make).add(order)
  }

  #fits(order: number, who: Asker, method?: string): boolean {
    const rule = this.#rules[order]
    return rule !== undefined && ruleFits(rule, who, method)
  }
}

function addTo(map: Map<string, RuleList>, key: string, order: number, rules: CompiledRule[]): void {
  let list = map.get(key)
  if (!list) {
    list = new RuleList(rules)
    map.set(key, list)
  }
  list.add(order)
}
