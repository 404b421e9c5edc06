/** What a policy file's schema can't see: patterns that mean nothing, two rules with one id, rules that never meet anything. */
import type { PolicyFile } from '../../../contract/policy.ts'
import { canonicalHost, parseHostPattern } from './host-index.ts'
import { parsePathPattern } from './path-index.ts'

export interface RuleFault {
  /** Where in the file, as keys and indexes. */
  at: (string | number)[]
  text: string
}

export function findRuleFaults(policy: PolicyFile): RuleFault[] {
  const faults: RuleFault[] = []
  const seen = new Set<string>()
  policy.rules.forEach((rule, index) => {
    const at = ['rules', index]
    if (seen.has(rule.id))
      faults.push({ at: [...at, 'id'], text: `Two rules have the id “${rule.id}”. Give each its own.` })
    seen.add(rule.id)
    rule.paths?.forEach((path, place) => {
      if (!parsePathPattern(path))
        faults.push({
          at: [...at, 'paths', place],
          text: `“${path}” is no path here. Write an absolute path, ~/…, **/name or **/*.ending.`,
        })
    })
    rule.hosts?.forEach((host, place) => {
      if (!parseHostPattern(host))
        faults.push({
          at: [...at, 'hosts', place],
          text: `“${host}” is no host here. Write host, *.host or *, with scheme, port and path if you like.`,
        })
    })
  })
  policy.perimeter?.folders.forEach((line, index) => {
    if (parsePathPattern(line.path)?.kind !== 'place')
      faults.push({
        at: ['perimeter', 'folders', index, 'path'],
        text: `“${line.path}” is no folder here. Write an absolute path or ~/….`,
      })
  })
  policy.perimeter?.hosts.forEach((line, index) => {
    if (canonicalHost(line.host) === null)
      faults.push({
        at: ['perimeter', 'hosts', index, 'host'],
        text: `“${line.host}” is no host here. Write host, *.host or *.`,
      })
  })
  return faults
}
