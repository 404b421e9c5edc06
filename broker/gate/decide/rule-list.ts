/**
 * Rules that share a selector. A handful is walked; a crowd is put into buckets by principal, tool and capability,
 * so that ten thousand rules on one folder cost no more than ten.
 */
import type { PolicyRule } from '../../../contract/policy.ts'
import type { Capability } from '../../../contract/words.ts'
import type { PolicyHit } from '../../ports.ts'

/** One rule, ready to be compared. Its place in the ranked array is its strength: a lower place beats a higher one. */
export interface CompiledRule extends PolicyHit {
  source: PolicyRule
  capabilities: ReadonlySet<Capability>
  /** null: any. */
  principals: ReadonlySet<string> | null
  tools: ReadonlySet<string> | null
  methods: ReadonlySet<string> | null
  /** Of a rule that allows: where each place of its paths leads. */
  leads?: ReadonlyMap<string, string>
  /** False for a rule that covers every resource. */
  selects: boolean
}

/** Who asks for what, as rules compare it. */
export interface Asker {
  capability: Capability
  id: string
  name: string
  tool: string | null
}

/** Principal, tool, capability and method; other selectors of the resource are the index's part. */
export function ruleFits(rule: CompiledRule, who: Asker, method?: string): boolean {
  return (
    rule.capabilities.has(who.capability) &&
    (rule.principals === null || rule.principals.has(who.id) || rule.principals.has(who.name)) &&
    (rule.tools === null || (who.tool !== null && rule.tools.has(who.tool))) &&
    (rule.methods === null || method === undefined || rule.methods.has(method))
  )
}

const FEW = 8
const ANY = '*'

export class RuleList {
  readonly #rules: readonly CompiledRule[]
  readonly #orders: number[] = []
  #buckets: Map<string, number[]> | null = null

  constructor(rules: readonly CompiledRule[]) {
    this.#rules = rules
  }

  /** Rules are added in rising order. */
  add(order: number): void {
    if (this.#orders[this.#orders.length - 1] === order) return
    this.#orders.push(order)
    if (this.#buckets) this.#bucket(order)
    else if (this.#orders.length > FEW) {
      this.#buckets = new Map()
      for (const each of this.#orders) this.#bucket(each)
    }
  }

  /** The first rule before `before` that fits; `before` when there is none. */
  first(who: Asker, before: number, method?: string): number {
    if (!this.#buckets) return this.#firstOf(this.#orders, who, before, method)
    let best = before
    for (const principal of who.id === who.name ? [who.id, ANY] : [who.id, who.name, ANY])
      for (const tool of who.tool === null ? [ANY] : [who.tool, ANY]) {
        const orders = this.#buckets.get(bucketKey(principal, tool, who.capability))
        if (orders) best = this.#firstOf(orders, who, best, method)
      }
    return best
  }

  #firstOf(orders: readonly number[], who: Asker, before: number, method?: string): number {
    for (const order of orders) {
      if (order >= before) return before
      const rule = this.#rules[order]
      if (rule && ruleFits(rule, who, method)) return order
    }
    return before
  }

  #bucket(order: number): void {
    const rule = this.#rules[order]
    if (!rule || !this.#buckets) return
    for (const principal of rule.principals ?? [ANY])
      for (const tool of rule.tools ?? [ANY])
        for (const capability of rule.capabilities) {
          const key = bucketKey(principal, tool, capability)
          const orders = this.#buckets.get(key)
          if (orders) orders.push(order)
          else this.#buckets.set(key, [order])
        }
  }
}

function bucketKey(principal: string, tool: string, capability: Capability): string {
  return `${principal}\n${tool}\n${capability}`
}
