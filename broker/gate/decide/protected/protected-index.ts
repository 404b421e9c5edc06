/** Finds the protected place that a path lies in, in the widest form of names: meeting too much is the safe side here. */
import type { Places, RuleSubjects } from '../../../ports.ts'
import { type FormedPath, formOf, formPath } from '../name-forms.ts'
import { parsePathPattern } from '../path-index.ts'
import { PathTrie } from '../path-trie.ts'
import { bothPlaces, writtenPlace } from '../place-paths.ts'
import { DARWIN } from './darwin.ts'
import { EVERYWHERE } from './everywhere.ts'
import { LINUX } from './linux.ts'
import type { ProtectedPlace } from './protected-place.ts'
import { WIN32 } from './win32.ts'

const wideName = formOf('wide')
const BY_PLATFORM = { linux: LINUX, darwin: DARWIN, win32: WIN32 } as const

export interface ProtectedHit {
  place: ProtectedPlace
  /** Depth in segments of the protected place itself: a perimeter line at least as deep names it or something in it. */
  depth: number
}

/** The table of one system, with Sallyport's own folders as a protected place. */
export function protectedPlaces(places: Pick<Places, 'platform' | 'own'>): ProtectedPlace[] {
  const own: ProtectedPlace = {
    id: 'sallyport',
    what: 'Sallyport’s own files',
    keeps: 'read',
    patterns: places.own,
  }
  return [own, ...EVERYWHERE, ...BY_PLATFORM[places.platform]]
}

/** The index as links lead now. */
export function followProtected(places: Places): () => ProtectedIndex {
  const table = protectedPlaces(places)
  const written = table
    .flatMap(({ patterns }) => patterns)
    .flatMap((text) => {
      const pattern = parsePathPattern(text)
      return pattern?.kind === 'place' ? [writtenPlace(pattern.path, places)] : []
    })
  const follow = places.followPaths(written)
  let seen: readonly string[] | null = null
  let index: ProtectedIndex | null = null
  return () => {
    const resolved = follow()
    if (!index || resolved !== seen) {
      const leads = new Map(written.map((path, at) => [path, resolved[at] ?? path]))
      const resolvePath = (path: string) => leads.get(path) ?? places.resolvePath(path)
      index = new ProtectedIndex(table, { ...places, resolvePath })
      seen = resolved
    }
    return index
  }
}

export class ProtectedIndex implements RuleSubjects {
  readonly #places: PathTrie<ProtectedHit>
  readonly #above: PathTrie<ProtectedHit>
  readonly #names = new Map<string, { rest: string[]; place: ProtectedPlace }[]>()
  /** First letters of those that names are looked up by. */
  readonly #firsts = new Set<number>()
  /** Every name of the patterns, the later ones of several in a row too. */
  readonly #all = new Set<string>()
  readonly #paths: string[] = []
  readonly #windows: boolean
  readonly #git: ProtectedPlace | null

  constructor(table: readonly ProtectedPlace[], places: Places) {
    this.#git = table.find(({ id }) => id === 'git-hooks') ?? null
    this.#windows = places.platform === 'win32'
    this.#places = new PathTrie({ form: 'wide', windows: this.#windows })
    this.#above = new PathTrie({ form: 'wide', windows: this.#windows })
    for (const place of table) for (const pattern of place.patterns) this.#add(pattern, place, places)
  }

  /**
   * The protection that keeps this capability from this path, of several the deepest, since a line that names only an
   * outer place lifts no inner one; null when there is none. Changing a folder as a whole
   * (moving, trashing, putting another in its stead) touches the protected places in it too.
   */
  find(
    capability: 'fs.read' | 'fs.write' | 'fs.delete',
    path: string,
    byProgram = false,
  ): ProtectedHit | null {
    const changes = capability !== 'fs.read'
    const found: ProtectedHit[] = []
    const formed = formPath('wide', this.#windows ? path.replaceAll('\\', '/') : path)
    this.#places.collectFormed(formed, found)
    if (changes) {
      const above = this.#above.at(path)
      if (above) found.push(above)
    }
    this.#findNames(formed, changes, found)
    if (found.length === 0) return null
    const kept = found.filter(
      ({ place, depth }) =>
        !(byProgram && place.openToPrograms) &&
        (changes || (place.keeps === 'read' && !this.#readable(place, depth, path))),
    )
    const held = kept.flatMap(({ place }) => place.holds ?? [])
    let deepest: ProtectedHit | null = null
    for (const hit of kept)
      if (!held.includes(hit.place.id) && hit.depth > (deepest?.depth ?? 0)) deepest = hit
    return deepest
  }

  /** As it is found by its name where the repository's folder has one that tells: the very place has to be named. */
  forGit(path: string): ProtectedHit | null {
    return this.#git && { place: this.#git, depth: this.#places.segments(path).length }
  }

  isAboutName(name: string): boolean {
    return this.#all.has(wideName(name))
  }

  isAboutPlace(path: string): boolean {
    return this.#places.holds(path)
  }

  places = () => this.#paths

  /**
   * Paths may be long, and most of their names are none of these: what follows one is looked at only where it is, and
   * of a name no more than its first letter where none of these begins with it.
   */
  #findNames({ text, form }: FormedPath, changes: boolean, found: ProtectedHit[]): void {
    let depth = 0
    for (let start = 0; start < text.length; ) {
      let end = text.indexOf('/', start)
      if (end < 0) end = text.length
      if (end > start) {
        depth += 1
        if (form || this.#firsts.has(text.charCodeAt(start))) {
          const name = text.slice(start, end)
          const hits = this.#names.get(form ? form(name) : name)
          if (hits) this.#follow(hits, text.slice(end), depth, changes, found)
        }
      }
      start = end + 1
    }
  }

  #follow(
    hits: readonly { rest: string[]; place: ProtectedPlace }[],
    after: string,
    depth: number,
    changes: boolean,
    found: ProtectedHit[],
  ): void {
    const segments = after
      .split('/')
      .filter((part) => part !== '')
      .map(wideName)
    for (const { rest, place } of hits) {
      const following = segments.slice(0, rest.length)
      if (!following.every((name, index) => name === rest[index])) continue
      const whole = following.length === rest.length
      if (whole || changes) found.push({ place, depth: depth + rest.length })
    }
  }

  #readable(place: ProtectedPlace, depth: number, path: string): boolean {
    const inside = (this.#windows ? path.replaceAll('\\', '/') : path)
      .split('/')
      .filter((part) => part !== '')
      .slice(depth)
    return place.readable?.some((name) => inside.some((segment) => name.test(segment))) ?? false
  }

  #add(text: string, place: ProtectedPlace, places: Places): void {
    const pattern = parsePathPattern(text)
    if (pattern?.kind === 'name') {
      const [first = '', ...rest] = pattern.names.map(wideName)
      for (const name of [first, ...rest]) this.#all.add(name)
      this.#firsts.add(first.charCodeAt(0))
      this.#names.set(first, [...(this.#names.get(first) ?? []), { rest, place }])
    }
    if (pattern?.kind !== 'place') return
    for (const path of bothPlaces(pattern.path, places)) {
      const segments = this.#places.segments(path)
      this.#paths.push(path)
      this.#places.update(path, (old) => old ?? { place, depth: segments.length })
      for (let length = 1; length < segments.length; length++) {
        const above = segments.slice(0, length).join('/')
        this.#above.update(above, (old) => old ?? { place, depth: segments.length })
      }
    }
  }
}
