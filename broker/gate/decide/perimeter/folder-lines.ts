/** Folder lines: the longest that covers a path counts; of two for one folder, the stricter. */
import type { FolderLine } from '../../../../contract/perimeter.ts'
import type { PathResource } from '../../../../contract/resource.ts'
import type { Places } from '../../../ports.ts'
import { allowingForm, keepingForm } from '../name-forms.ts'
import { PathTrie } from '../path-trie.ts'
import { type AnyMayChange, type LedLine, ledLines } from './led-lines.ts'
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
  readonly #places: string[] = []
  /** Of those, the ones that a way may lead to. */
  readonly #tops: string[] = []
  /** Where lines lead that are not followed there, with how they are written. */
  readonly #unfollowed: PathTrie<{ path: string; who: string }>

  constructor(lines: readonly FolderLine[], places: Places, anyMayChange: AnyMayChange = () => false) {
    const windows = places.platform === 'win32'
    this.#trie = new PathTrie({ form: allowingForm(places), windows })
    this.#kept = new PathTrie({ form: keepingForm(places), windows })
    this.#unfollowed = new PathTrie({ form: allowingForm(places), windows })
    ledLines(lines, places, anyMayChange).forEach((line, at) => {
      this.#add(line, at)
    })
  }

  level(resource: PathResource, side: 'read' | 'write'): LineHit {
    const nearest = this.#nearest(resource.path)
    if (nearest && this.#maySee(resource.way)) return this.#forFolder(nearest[side], resource)
    // What was asked for, not where it leads: that is not theirs to know.
    const asked = resource.way?.asked ?? resource.path
    const line = this.#unfollowed.nearest(resource.path)
    const more =
      line === undefined
        ? ''
        : ` The line for ${line.path} is not followed there, because ${line.who} may change a link on its way: name the folder itself.`
    return outside(`${asked} is in none of the folders of this agent.${more}`, 'add its folder to')
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
    return this.#places
  }

  #nearest(path: string): FolderEntry | undefined {
    const nearest = this.#trie.nearest(path)
    const kept = nearest && this.#kept.nearest(path)
    if (!kept || kept === nearest || depthOf(kept) < depthOf(nearest)) return nearest
    // It can only take away: it opens nothing, and names no protected place.
    const stricter = stricterOf(nearest, kept)
    const asNear = ({ level, rule, text }: LineHit) => ({ ...nearest.read, level, rule, text })
    return { read: asNear(stricter.read), write: asNear(stricter.write) }
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

  #add({ line, written, resolved, led }: LedLine, at: number): void {
    const rule = `folders[${at}]`
    const read = lineHit(rule, `Reading in ${line.path}`, line.read)
    const write = lineHit(rule, `Changing files in ${line.path}`, line.write)
    const isFollowed = led?.follow !== false
    this.#places.push(...new Set([written, resolved]))
    this.#tops.push(...new Set(isFollowed ? [written, resolved] : [written]))
    const who = led?.byOthers ? 'another agent' : 'the agent'
    if (!isFollowed) this.#unfollowed.update(resolved, () => ({ path: line.path, who }))
    const meant = isFollowed ? resolved : written
    const opens = line.read === 'allow' && line.write === 'allow'
    const denies = line.read === 'deny' || line.write === 'deny'
    for (const place of new Set(denies ? [written, resolved] : [meant, resolved])) {
      const names = led && place === resolved ? { names: led.names } : {}
      const facts = { depth: this.#trie.segments(place).length, reach: place, ...names }
      const entry = { read: { ...read, ...facts }, write: { ...write, ...facts } }
      const strictest = (old: FolderEntry | undefined) => (old ? stricterOf(old, entry) : entry)
      // Where it is not followed it can still close.
      if (place !== resolved || isFollowed) this.#trie.update(place, strictest)
      if (!opens) this.#kept.update(place, strictest)
    }
  }
}

function depthOf({ read }: FolderEntry): number {
  return read.depth ?? 0
}

function stricterOf(a: FolderEntry, b: FolderEntry): FolderEntry {
  return { read: strictest([a.read, b.read]) ?? a.read, write: strictest([a.write, b.write]) ?? a.write }
}
