/** Several moves or copies as one request: all paths held and canonical, one question, one sentence. */

import { type Outcome, ok, refused } from '../../../contract/outcome.ts'
import type { Need } from '../../../contract/resource.ts'
import { shortPath } from '../../../contract/short-path.ts'
import { createTurns } from '../../disk/take-turns.ts'
import type { Prepared } from '../../ports.ts'
import type { HeldNothing, HeldPlace, Way } from '../files/held.ts'
import { fit, folderOf, isAtOrBelow, lastName } from '../files/name-paths.ts'

export interface HeldPair<From> {
  from: From
  to: HeldPlace | HeldNothing
}

/** As many needs as one question takes. */
const MAX_NEEDS = 1100

interface Pathed {
  path: string
  way?: Way
  close(): void
}

/** Holds every pair; on a refusal lets go of all. */
export async function holdPairs<From extends Pathed>(
  pairs: readonly { from: string; to: string }[],
  holdFrom: (text: string) => Outcome<From>,
  holdTo: (text: string) => Outcome<HeldPlace | HeldNothing>,
): Promise<Outcome<HeldPair<From>[]>> {
  const held: HeldPair<From>[] = []
  const takeTurns = createTurns()
  for (const pair of pairs) {
    await takeTurns()
    const from = holdFrom(pair.from)
    const to = from.kind === 'ok' ? holdTo(pair.to) : from
    if (from.kind === 'ok' && to.kind === 'ok') {
      held.push({ from: from.value, to: to.value })
      continue
    }
    if (from.kind === 'ok') from.value.close()
    closePairs(held)
    return (to.kind === 'ok' ? from : to) as Exclude<typeof from, { kind: 'ok' }>
  }
  return checkPairs(held)
}

export function closePairs(held: readonly HeldPair<Pathed>[]): void {
  for (const pair of held) {
    pair.from.close()
    pair.to.close()
  }
}

function checkPairs<From extends Pathed>(held: HeldPair<From>[]): Outcome<HeldPair<From>[]> {
  const targets = new Set<string>()
  for (const { from, to } of held) {
    const why = isAtOrBelow(to.path, from.path)
      ? `“${lastName(from.path)}” can’t be put into itself.`
      : targets.has(to.path)
        ? `Two things can’t both become “${lastName(to.path)}”.`
        : null
    if (why !== null) {
      closePairs(held)
      return refused('invalid-request', why)
    }
    targets.add(to.path)
  }
  return ok(held)
}

/** Each need once; null when there are more than one question can show. */
export async function distinctNeeds<From>(
  held: readonly HeldPair<From>[],
  needsOf: (pair: HeldPair<From>) => readonly Need[],
): Promise<Need[] | null> {
  const seen = new Map<string, Need>()
  const takeTurns = createTurns()
  for (const pair of held) {
    await takeTurns()
    for (const need of needsOf(pair)) seen.set(JSON.stringify(need), need)
  }
  return seen.size > MAX_NEEDS ? null : [...seen.values()]
}

export function pairLines(held: readonly HeldPair<Pathed>[]): Prepared['exact'] {
  return held.flatMap(({ from, to }, index) => {
    const number = held.length === 1 ? '' : ` ${index + 1}`
    return [
      { label: `From${number}`, text: from.path, spans: [], long: false },
      { label: `To${number}`, text: to.path, spans: [], long: false },
    ]
  })
}

/** `Move 12 files from ~/Downloads to ~/Archive`. Every pair stands among the exact lines. */
export function pairSentence(
  verb: string,
  held: readonly HeldPair<Pathed>[],
  home: string,
): Prepared['sentence'] {
  const [first] = held as [HeldPair<Pathed>, ...HeldPair<Pathed>[]]
  const short = (path: string) => fit(shortPath(path, home), 52)
  if (held.length === 1) {
    const renamed = folderOf(first.from.path) === folderOf(first.to.path)
    const to = renamed ? lastName(first.to.path) : first.to.path
    return { verb, object: fit(lastName(first.from.path), 300), tail: `to ${short(to)}` }
  }
  const froms = new Set(held.map(({ from }) => folderOf(from.path)))
  const tos = new Set(held.map(({ to }) => folderOf(to.path)))
  const from = froms.size === 1 ? `from ${short([...froms][0] as string)}` : `from ${froms.size} folders`
  const to = tos.size === 1 ? `to ${short([...tos][0] as string)}` : `to ${tos.size} folders`
  return { verb, object: `${held.length} items`, tail: `${from} ${to}` }
}
