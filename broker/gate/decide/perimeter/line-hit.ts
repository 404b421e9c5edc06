/** What a perimeter says to one need, and the line that says it. */
import type { Level } from '../../../../contract/perimeter.ts'
import type { Need } from '../../../../contract/resource.ts'

export interface LineHit {
  level: Level
  rule: string
  text: string
  /** Folder lines: depth in segments of the line's place. */
  depth?: number
  /** How deep a place it names, where only a link that the agent may change leads deeper. */
  names?: number
  /** The place of a folder line, or the path prefix of a host line: how far a grant can honestly go. */
  reach?: string
}

const STRICTNESS: Record<Level, number> = { allow: 0, ask: 1, deny: 2 }
const DO: Record<Level, string> = {
  allow: 'may go on without a question',
  ask: 'asks first',
  deny: 'is shut',
}

export function strictest<T extends { level: Level }>(hits: readonly T[]): T | null {
  let best: T | null = null
  for (const hit of hits) if (!best || STRICTNESS[hit.level] > STRICTNESS[best.level]) best = hit
  return best
}

/** @param what the start of a sentence: "Reading in ~/Notes" */
export function lineHit(rule: string, what: string, level: Level): LineHit {
  return { level, rule: `perimeter:${rule}`, text: `${what} ${DO[level]}: the perimeter says so.` }
}

/** No line covers it. `remedy` is what a person can do to the perimeter: "add the host to". */
export function outside(what: string, remedy: string): LineHit {
  return {
    level: 'deny',
    rule: 'perimeter:none',
    text: `${what} A person can ${remedy} the agent’s perimeter.`,
  }
}

export function misfit(need: Need): LineHit {
  const text = `The capability ${need.capability} does not fit a ${need.resource.kind}: nothing covers it.`
  return { level: 'deny', rule: 'perimeter:none', text }
}
