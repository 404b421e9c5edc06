/**
 * Path patterns of rules: a file or folder with all below it, `**` + `/name` for a name (or several names in a row)
 * at any depth, `**` + `/*.ending` for an ending. Nothing else is a pattern.
 */
import type { RuleSubjects } from '../../ports.ts'
import { formOf, formPath, type NameForm } from './name-forms.ts'
import { PathTrie } from './path-trie.ts'

/** What a rule's path text means; `null` when it is no pattern this index knows. */
export type PathPattern =
  | { kind: 'place'; path: string }
  | { kind: 'name'; names: string[] }
  | { kind: 'ending'; ending: string }

/** Parses a rule's path. A place must be absolute or start with `~`; wildcards stand only where the forms above have them. */
export function parsePathPattern(text: string): PathPattern | null {
  if (text.includes('\0')) return null
  if (text.startsWith('**/')) return parseNamePattern(text.slice(3))
  if (/[*?]/.test(text)) return null
  const absolute =
    text.startsWith('/') || text === '~' || text.startsWith('~/') || /^[A-Za-z]:[\\/]/.test(text)
  return absolute || text.startsWith('\\\\') ? { kind: 'place', path: text } : null
}

function parseNamePattern(rest: string): PathPattern | null {
  const ending = /^\*(\.[^/*?]+)$/.exec(rest)
  if (ending?.[1]) return { kind: 'ending', ending: ending[1] }
  const names = rest.replace(/\/$/, '').split('/')
  const plain = names.every((name) => name !== '' && name !== '.' && name !== '..' && !/[*?]/.test(name))
  return plain ? { kind: 'name', names } : null
}

/** One value for each pattern. */
export class PathIndex<T> implements RuleSubjects {
  readonly #places: PathTrie<T>
  /** Every name of the patterns, the later ones of several in a row too. */
  readonly #all = new Set<string>()
  readonly #paths: string[] = []
  readonly #names = new Map<string, { rest: string[]; value: T }[]>()
  readonly #endings = new Map<string, T>()
  readonly #name: NameForm
  readonly #form: (name: string) => string
  readonly #windows: boolean

  constructor(options: { form: NameForm; windows: boolean }) {
    this.#places = new PathTrie(options)
    this.#name = options.form
    this.#form = formOf(options.form)
    this.#windows = options.windows
  }

  /** The value that stands for this pattern, made when there is none yet. */
  slot(pattern: PathPattern, make: () => T): T {
    switch (pattern.kind) {
      case 'place': {
        const value = this.#places.at(pattern.path) ?? make()
        this.#paths.push(pattern.path)
        this.#places.update(pattern.path, () => value)
        return value
      }
      case 'name':
        return this.#nameSlot(pattern.names, make)
      case 'ending': {
        const ending = this.#form(pattern.ending)
        const value = this.#endings.get(ending) ?? make()
        this.#endings.set(ending, value)
        return value
      }
    }
  }

  /** Adds to `out` every value whose pattern covers this path. */
  collect(path: string, out: T[]): void {
    this.#places.collect(path, out)
    if (this.#names.size === 0 && this.#endings.size === 0) return
    const { text, form } = formPath(this.#name, this.#windows ? path.replaceAll('\\', '/') : path)
    const segments = text.split('/')
    if (form) for (let at = 0; at < segments.length; at++) segments[at] = form(segments[at] as string)
    for (let at = 0; at < segments.length; at++) this.#collectAt(segments, at, out)
  }

  isAboutName(name: string): boolean {
    const segment = this.#form(name)
    return this.#all.has(segment) || this.#endingsOf(segment).length > 0
  }

  isAboutPlace(path: string): boolean {
    return this.#places.holds(path)
  }

  places = () => this.#paths

  #nameSlot(names: string[], make: () => T): T {
    const [first = '', ...rest] = names.map((name) => this.#form(name))
    for (const name of [first, ...rest]) this.#all.add(name)
    const list = this.#names.get(first) ?? []
    this.#names.set(first, list)
    const same = list.find((entry) => entry.rest.join('/') === rest.join('/'))
    if (same) return same.value
    const value = make()
    list.push({ rest, value })
    return value
  }

  /** @param segments in the form in which names are compared */
  #collectAt(segments: readonly string[], at: number, out: T[]): void {
    const segment = segments[at] as string
    if (segment === '') return
    const named = this.#names.get(segment)
    if (named) {
      for (const { rest, value } of named) {
        if (rest.every((name, index) => (segments[at + 1 + index] ?? '') === name)) out.push(value)
      }
    }
    if (this.#endings.size > 0) out.push(...this.#endingsOf(segment))
  }

  #endingsOf(segment: string): T[] {
    const found: T[] = []
    for (let dot = segment.indexOf('.'); dot >= 0; dot = segment.indexOf('.', dot + 1)) {
      const ended = this.#endings.get(segment.slice(dot))
      if (ended !== undefined) found.push(ended)
    }
    return found
  }
}
