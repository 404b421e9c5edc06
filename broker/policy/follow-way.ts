/**
 * Where a path leads, and every link that it leads through, with those that its links lead through: whoever can change
 * one says where it ends. Both come of one walk that looks at each name once: asked for one after the other, a link
 * could be another thing in between.
 */
import { readlinkSync } from 'node:fs'
import path from 'node:path'
import process from 'node:process'

export interface Way {
  leadsTo: string
  links: readonly string[]
}

/** As many as a kernel follows; a way in circles ends here. */
const MOST_LINKS = 40

/**
 * Links are told as the real path of their folder, with their name. Never throws: what can't be looked at has no links.
 * @param resolve the real path of the longest part that exists
 */
export function followWay(text: string, resolve: (path: string) => string): Way {
  if (resolve(text) === text) return { leadsTo: text, links: [] }
  const links: string[] = []
  const { root } = path.parse(text)
  const todo = namesOf(text.slice(root.length))
  let at = root
  while (todo.length > 0) {
    const name = todo.pop() as string
    if (name === '..') {
      at = path.dirname(at)
      continue
    }
    const next = path.join(at, name)
    const target = linkTarget(next)
    if (target === null) {
      at = next
      continue
    }
    links.push(path.join(spelled(at, resolve(at)), name))
    if (links.length === MOST_LINKS) return { leadsTo: text, links }
    const from = path.isAbsolute(target) ? path.parse(target).root : ''
    if (from !== '') at = from
    todo.push(...namesOf(target.slice(from.length)))
  }
  return { leadsTo: spelled(at, resolve(at)), links }
}

/** As the disk spells it, unless it is another place by now. Windows has a second, short name for a folder. */
function spelled(place: string, real: string): string {
  const form = (text: string) => text.normalize('NFC').toLowerCase()
  return process.platform === 'win32' || form(real) === form(place) ? real : place
}

/** The first one last. */
function namesOf(text: string): string[] {
  return text
    .split(path.sep === '\\' ? /[\\/]/ : '/')
    .filter((name) => name !== '' && name !== '.')
    .reverse()
}

function linkTarget(place: string): string | null {
  try {
    return readlinkSync(place)
  } catch {
    return null
  }
}
