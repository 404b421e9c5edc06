/** Every link that a path leads through, with those that its links lead through: whoever can change one says where it ends. */
import { readlinkSync, realpathSync } from 'node:fs'
import path from 'node:path'

/** As many as a kernel follows; a way in circles ends here. */
const MOST_LINKS = 40

/** Each as the real path of its folder, with its name. Never throws: what can't be looked at has no links. */
export function linksOnWay(text: string): string[] {
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
    links.push(path.join(realPath(at), name))
    if (links.length === MOST_LINKS) break
    const from = path.isAbsolute(target) ? path.parse(target).root : ''
    if (from !== '') at = from
    todo.push(...namesOf(target.slice(from.length)))
  }
  return links
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

/** In the spelling of the disk. */
function realPath(folder: string): string {
  try {
    return realpathSync.native(folder)
  } catch {
    return folder
  }
}
