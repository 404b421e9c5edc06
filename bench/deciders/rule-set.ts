/**
 * The same rules and requests for every engine: half of the rules are folders, half are hosts with all below; three in
 * four allow, one denies. Made from a seed, so that every run compares the same.
 */
export interface BenchRule {
  id: string
  effect: 'allow' | 'deny'
  /** One of the two. */
  folder: string | null
  host: string | null
}
export interface BenchRequest {
  path: string | null
  host: string | null
}

export function seededRandom(seed: number): () => number {
  let state = seed
  return () => {
    state = (state * 1664525 + 1013904223) % 4294967296
    return state / 4294967296
  }
}

const WORDS = ['work', 'notes', 'archive', 'photos', 'taxes', 'letters', 'drafts', 'code', 'data', 'old']

export function makeRules(count: number): BenchRule[] {
  const random = seededRandom(count)
  const pick = () => WORDS[Math.floor(random() * WORDS.length)] ?? 'work'
  return Array.from({ length: count }, (_, at) => {
    const effect = random() < 0.75 ? 'allow' : 'deny'
    const folder = at % 2 === 0 ? `/srv/${pick()}/${pick()}${at}/${pick()}` : null
    return { id: `r${at}`, effect, folder, host: folder ? null : `${pick()}${at}.${pick()}.example` }
  })
}

/** Half of them meet a rule, a few of those two: a folder in a folder. */
export function makeRequests(rules: readonly BenchRule[], count: number): BenchRequest[] {
  const random = seededRandom(7)
  const some = () => rules[Math.floor(random() * rules.length)]
  return Array.from({ length: count }, (_, at) => {
    const rule = random() < 0.5 ? some() : undefined
    if (at % 2 === 0)
      return { path: `${rule?.folder ?? '/srv/elsewhere/deep'}/a/b${at % 97}.txt`, host: null }
    return { path: null, host: `${random() < 0.5 ? 'api.' : ''}${rule?.host ?? 'nowhere.example'}` }
  })
}

/** By reading every rule in turn. Deny beats allow; what no rule meets is not allowed. */
export function scan(rules: readonly BenchRule[], request: BenchRequest): boolean {
  let allowed = false
  for (const rule of rules) {
    if (!meets(rule, request)) continue
    if (rule.effect === 'deny') return false
    allowed = true
  }
  return allowed
}

export function meets(rule: BenchRule, request: BenchRequest): boolean {
  if (rule.folder !== null)
    return (
      request.path !== null && (request.path === rule.folder || request.path.startsWith(`${rule.folder}/`))
    )
  return request.host !== null && (request.host === rule.host || request.host.endsWith(`.${rule.host}`))
}
