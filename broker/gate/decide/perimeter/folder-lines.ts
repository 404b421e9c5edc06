/** Folder lines: the longest that covers a path counts; of two for one folder, the stricter. */
import type { FolderLine } from '../../../../contract/perimeter.ts'
import type { PathResource } from '../../../../contract/resource.ts'
import type { Places } from '../../../ports.ts'
import { allowingForm, keepingForm } from '../name-forms.ts'
import { PathTrie } from '../path-trie.ts'
import { bothPlaces, resolvedPlace } from '../place-paths.ts'
import { type LineHit, lineHit, outside, strictest } from './line-hit.ts'

interface FolderEntry {
  read: LineHit
  write: LineHit
}

export class FolderLines {
  readonly #trie: PathTrie<FolderEntry>
  /** Lines that ask or are shut, also for names that only look like theirs. */
  readonly #kept: PathTrie<FolderEntry>
  /** The lines' places, as written and as resolved. */
  readonly #tops: string[] = []

  constructor(lines: readonly FolderLine[], places: Places) {
    const windows = places.platform === 'win32'
    this.#trie = new PathTrie({ form: allowingForm(places), windows })
    this.#kept = new PathTrie({ form: keepingForm(places), windows })
    const grounds = lines
      .filter(({ write }) => write !== 'deny')
      .map(({ path }) => resolvedPlace(path, places))
    lines.forEach((line, at) => {
      this.#add(line, at, places, grounds)
    })
  }

  level(resource: PathResource, side: 'read' | 'write'): LineHit {
    const nearest = this.#nearest(resource.path)
    if (nearest && this.#maySee(resource.way)) return this.#forFolder(nearest[side], resource)
    // What was asked for, not where it leads: that is not theirs to know.
    const asked = resource.way?.asked ?? resource.path
    return outside(`${asked} is in none of the folders of this agent.`, 'add its folder to')
  }

  /** A line is about what is in its folder: taking that folder away would take the line's own ground. */
  #forFolder(hit: LineHit, { path, taken }: PathResource): LineHit {
    if (!taken || hit.level !== 'allow' || hit.depth !== this.#trie.segments(path).length) return hit
    return {
      ...hit,
      level: 'ask',
      text: `Taking away ${path} itself asks first: it is a folder of this agent.`,
    }
  }

  isAboutPlace(path: string): boolean {
    return this.#trie.holds(path) || this.#kept.holds(path)
  }

  places(): readonly string[] {
    return this.#tops
  }

  #nearest(path: string): FolderEntry | undefined {
    const nearest = last(this.#trie, path)
    const kept = nearest && last(this.#kept, path)
    if (!kept || kept === nearest || depthOf(kept) < depthOf(nearest)) return nearest
    // It can only take away: it opens nothing, and names no protected place.
    const { depth, reach } = nearest.read
    const facts = { ...(depth === undefined ? {} : { depth }), ...(reach === undefined ? {} : { reach }) }
    const stricter = stricterOf(nearest, kept)
    return { read: { ...stricter.read, ...facts }, write: { ...stricter.write, ...facts } }
  }

  /** A way may turn where one may look, and on the way to a folder of the perimeter. */
  #maySee(way: PathResource['way']): boolean {
    if (!way) return true
    if (way.cut) return false
    return way.places.every((place) => {
      const nearest = this.#nearest(place)
      if (nearest) return nearest.read.level !== 'deny'
      return this.#tops.some((top) => top === place || top.startsWith(place === '/' ? '/' : `${place}/`))
    })
  }

  #add(line: FolderLine, at: number, places: Places, grounds: readonly string[]): void {
    const rule = `folders[${at}]`
    const read = lineHit(rule, `Reading in ${line.path}`, line.read)
    const write = lineHit(rule, `Changing files in ${line.path}`, line.write)
    const both = bothPlaces(line.path, places)
    this.#tops.push(...both)
    const denies = line.read === 'deny' || line.write === 'deny'
    const meant = isSteered(both, places, grounds) ? both.slice(0, 1) : both.slice(-1)
    for (const place of denies ? both : meant) {
      const facts = { depth: this.#trie.segments(place).length, reach: place }
      const entry = { read: { ...read, ...facts }, write: { ...write, ...facts } }
      const strictest = (old: FolderEntry | undefined) => (old ? stricterOf(old, entry) : entry)
      this.#trie.update(place, strictest)
      if (line.read !== 'allow' || line.write !== 'allow') this.#kept.update(place, strictest)
    }
  }
}

/**
 * Whether an agent could say where a line leads: a link on its way lies in what the agent may change, and it leads out of
 * there. Such a link is not followed, so that pointing it elsewhere opens nothing.
 */
function isSteered(
  [written, resolved]: readonly string[],
  places: Places,
  grounds: readonly string[],
): boolean {
  if (written === undefined || resolved === undefined) return false
  const separator = places.platform === 'win32' ? '\\' : '/'
  const isIn = (place: string, folder: string) =>
    place === folder || place.startsWith(folder.endsWith(separator) ? folder : folder + separator)
  let before = written
  do before = before.slice(0, Math.max(before.lastIndexOf(separator), 0))
  while (before !== '' && places.resolvePath(before) !== before)
  return grounds.some(
    (ground) => ground !== resolved && isIn(before || separator, ground) && !isIn(resolved, ground),
  )
}

function last(trie: PathTrie<FolderEntry>, path: string): FolderEntry | undefined {
  const found: FolderEntry[] = []
  trie.collect(path, found)
  return found[found.length - 1]
}

function depthOf({ read }: FolderEntry): number {
  return read.depth ?? 0
}

function stricterOf(a: FolderEntry, b: FolderEntry): FolderEntry {
  return { read: strictest([a.read, b.read]) ?? a.read, write: strictest([a.write, b.write]) ?? a.write }
}
