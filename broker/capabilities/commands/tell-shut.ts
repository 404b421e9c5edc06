/** Folders that were closed to a program as a whole, in words: which, why, and what would help. */

import { type Refused, refused } from '../../../contract/outcome.ts'
import type { CommandResource } from '../../../contract/resource.ts'
import { shortPath } from '../../../contract/short-path.ts'
import { fit, isAtOrBelow, lastName } from '../files/name-paths.ts'
import type { ShutFolder } from './close-below.ts'

const WHY: Record<ShutFolder['why'], string> = {
  'too much': 'there is more in it than is looked through before a program starts',
  'not let in': 'it can’t be opened to look through it',
  'too many closed': 'rules close so many places in it that it is closed as a whole',
}
const HELP: Record<ShutFolder['why'], string> = {
  'too much': 'a smaller folder for the agent, or a line of its own in the perimeter for what is needed',
  'not let in': 'to make it readable for you',
  'too many closed': 'a line of its own in the perimeter for what is needed',
}
const NAMED = 5

export function shutForPerson(shut: readonly ShutFolder[], home: string): string | undefined {
  return tell(
    shut,
    (path) => shortPath(path, home),
    (names, why, help) =>
      `It ran without ${names}: ${why}, and your rules may forbid something in there. What helps is ${help}.`,
  )
}

export function shutForModel(shut: readonly ShutFolder[]): string | undefined {
  return tell(
    shut,
    (path) => path,
    (names, why, help) =>
      `It did not have ${names}: ${why}. What it found empty or could not change there is not so outside of the sandbox. A person can help with ${help}.`,
  )
}

/** When where it was to run is among them. */
export function unlooked({ program, cwd }: CommandResource, shut: readonly ShutFolder[]): Refused | null {
  const found = shut.find(({ path }) => isAtOrBelow(cwd, path))
  if (!found) return null
  const [name, folder] = [lastName(program), lastName(found.path)]
  const why = WHY[found.why].replace(/\bit\b/, `“${fit(folder, 100)}”`)
  return refused(
    found.why === 'not let in' ? 'unavailable' : 'too-large',
    `“${name}” was not run: ${why}, and your rules may forbid something in there. What helps is ${HELP[found.why]}.`,
    `“${name}” was not run: ${why}. Run it in a smaller folder, or ask the person for ${HELP[found.why]}.`,
  )
}

function tell(
  shut: readonly ShutFolder[],
  name: (path: string) => string,
  sentence: (names: string, why: string, help: string) => string,
): string | undefined {
  const sentences = (Object.keys(WHY) as ShutFolder['why'][]).flatMap((why) => {
    const those = shut.filter((each) => each.why === why)
    if (those.length === 0) return []
    const named = those.slice(0, NAMED).map(({ path }) => `“${fit(name(path), 200)}”`)
    const more = those.length > NAMED ? ` and ${those.length - NAMED} more folders` : ''
    return [sentence(named.join(', ') + more, WHY[why], HELP[why])]
  })
  return sentences.length === 0 ? undefined : sentences.join(' ')
}
