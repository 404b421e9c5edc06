/** Paths as a tree of segments: finding every entry on the way to a path costs its depth, not the number of entries. */
import { type FormedPath, formOf, formPath, type NameForm } from './name-forms.ts'

class TrieNode<T> {
  children: Map<string, TrieNode<T>> | null = null
  value: T | undefined = undefined
}

export class PathTrie<T> {
  readonly #root = new TrieNode<T>()
  readonly #name: NameForm
  readonly #form: (name: string) => string
  readonly #windows: boolean

  constructor(options: { form?: NameForm; windows?: boolean } = {}) {
    this.#name = options.form ?? 'exact'
    this.#form = formOf(this.#name)
    this.#windows = options.windows ?? false
  }

  /** Sets what stands at exactly this path; `change` is given what stood there. `undefined` takes it away. */
  update(path: string, change: (old: T | undefined) => T | undefined): void {
    let node = this.#root
    for (const segment of this.segments(path)) {
      node.children ??= new Map()
      let next = node.children.get(segment)
      if (!next) {
        next = new TrieNode<T>()
        node.children.set(segment, next)
      }
      node = next
    }
    node.value = change(node.value)
  }

  /** What stands at exactly this path. */
  at(path: string): T | undefined {
    return this.#nodeAt(path)?.value
  }

  /** Adds to `out` what stands at each path from the root down to this one, the nearest last. */
  collect(path: string, out: T[]): void {
    this.#walk(formPath(this.#name, this.#slashed(path)), out)
  }

  /** The same for a path that is in the tree's form of names, with `/` between them. */
  collectFormed(path: FormedPath, out: T[]): void {
    this.#walk(path, out)
  }

  /** What stands at the path itself, or at the nearest one above it. */
  nearest(path: string): T | undefined {
    return this.#root.children
      ? this.#walk(formPath(this.#name, this.#slashed(path)), null)
      : this.#root.value
  }

  /** Gives the nearest. */
  #walk({ text, form }: FormedPath, out: T[] | null): T | undefined {
    let node: TrieNode<T> = this.#root
    let nearest = node.value
    if (nearest !== undefined) out?.push(nearest)
    for (let start = 0; start < text.length && node.children; ) {
      let end = text.indexOf('/', start)
      if (end < 0) end = text.length
      if (end > start) {
        const name = text.slice(start, end)
        const next = node.children.get(form ? form(name) : name)
        if (!next) break
        node = next
        if (node.value !== undefined) {
          nearest = node.value
          out?.push(nearest)
        }
      }
      start = end + 1
    }
    return nearest
  }

  #slashed(path: string): string {
    return this.#windows ? path.replaceAll('\\', '/') : path
  }

  /** Whether anything stands at this path or below it. */
  holds(path: string): boolean {
    return this.#nodeAt(path) !== undefined
  }

  /** Most paths leave the tree soon, and the rest of them is not looked at. */
  #nodeAt(path: string): TrieNode<T> | undefined {
    const text = this.#slashed(path)
    let node: TrieNode<T> | undefined = this.#root
    for (let start = 0; start < text.length && node; ) {
      let end = text.indexOf('/', start)
      if (end < 0) end = text.length
      if (end > start) node = node.children?.get(this.#form(text.slice(start, end)))
      start = end + 1
    }
    return node
  }

  /** Everything in the tree, in no order that means anything. */
  *values(): Generator<T> {
    const open = [this.#root]
    for (let node = open.pop(); node; node = open.pop()) {
      if (node.value !== undefined) yield node.value
      if (node.children) open.push(...node.children.values())
    }
  }

  /** The path's segments in the form in which they are compared. */
  segments(path: string): string[] {
    const parts = this.#slashed(path)
      .split('/')
      .filter((part) => part !== '')
    return parts.map(this.#form)
  }
}
