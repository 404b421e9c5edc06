/** What a program left where rules keep it from leaving anything, in words. */

import { type Refused, refused } from '../../../contract/outcome.ts'
import { shortPath } from '../../../contract/short-path.ts'
import { fit } from '../files/name-paths.ts'
import type { Left } from './leftovers.ts'

const NAMED = 5

export function leftForPerson({ aside, there, changed, unseen }: Left, home: string): string | undefined {
  const names = (paths: readonly string[]) => listed(paths.map((path) => shortPath(path, home)))
  return joined([
    aside.length > 0 &&
      `While it ran, ${names(aside)} appeared, which your rules keep programs from making. It was taken out of effect and is kept: under what the run changed you can put it there after all.`,
    there.length > 0 &&
      `While it ran, ${names(there)} appeared, which your rules keep programs from making. It could not be moved, so look at it before you work there.`,
    changed.length > 0 &&
      `While it ran, somebody changed ${names(changed)}, which it may not change; from then on it could. If that was you, look at it once more.`,
    unseen.length > 0 &&
      `Not all that it made was looked through: ${names(unseen)}. Look at it before you work there.`,
  ])
}

export function leftForModel({ aside, there }: Left): string | undefined {
  const all = [...aside, ...there]
  return joined([
    all.length > 0 &&
      `Rules keep programs from making ${listed(all)}. What appeared there was taken away again (git shows such a file as deleted; don’t commit that), and doing it again changes nothing. The person can put it there.`,
  ])
}

/** For the record, whatever became of the program. */
export function leftRefusal(left: Left, home: string): Refused | null {
  const text = leftForPerson(left, home)
  return text === undefined ? null : refused('outside-perimeter', fit(text, 1000))
}

function listed(paths: readonly string[]): string {
  const named = paths.slice(0, NAMED).map((path) => `“${fit(path, 200)}”`)
  return named.join(', ') + (paths.length > NAMED ? ` and ${paths.length - NAMED} more` : '')
}

function joined(parts: (string | false)[]): string | undefined {
  const said = parts.filter((part) => part !== false)
  return said.length === 0 ? undefined : said.join(' ')
}
