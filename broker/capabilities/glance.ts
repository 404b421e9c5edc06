/**
 * Going through many things under one need (listing in depth, searching, copying a folder): what a stricter rule
 * covers is left out, so that a wide request reaches no further than a narrow one would.
 */
import type { Need } from '../../contract/resource.ts'
import type { Capability } from '../../contract/words.ts'
import type { PerformContext } from '../ports.ts'

const RANK = { allow: 0, ask: 1, deny: 2 } as const

/** @returns whether a path may be reached under a need on `top` that was let through */
export function glanceBelow(
  context: PerformContext,
  capability: Capability,
  top: string,
): (path: string) => boolean {
  const needOn = (path: string): Need => ({ capability, resource: { kind: 'path', path } })
  const granted = RANK[context.wouldDecide(needOn(top))]
  return (path) => RANK[context.wouldDecide(needOn(path))] <= granted
}
