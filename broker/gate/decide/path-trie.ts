/** Paths as a tree of segments: finding every entry on the way to a path costs its depth, not the number of entries. */
import { formOf, type NameForm } from './name-forms.ts'

class TrieNode<T> {
  children: Map<string, TrieNode<T>> | null = null
  value: T | undefined = undefined
}

export class PathTrie<T> {
  readonly #root = new TrieNode<T>()
  readonly #form: (name: string) => string
  readonly #windows: boolean

  constructor(options: { form?: NameForm; windows?: boolean } = {}) {
    this.#form = formOf(options.form ?? 'exact')
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
    const text = this.#windows ? path.replaceAll('\\', '/') : path
    let node: TrieNode<T> = this.#root
    if (node.value !== undefined) out.push(node.value)
    let start = 0
    const length = text.length
    while (start < length && node.children) {
      let end = text.indexOf('/', start)
      if (end < 0) end = length
      if (end > start) {
        const next = node.children.get(this.#form(text.slice(start, end)))
        if (!next) return
        node = next
        if (node.value !== undefined) out.push(node.value)
      }
      start = end + 1
    }
  }

  /** Whether anything stands at this path or below it. */
  holds(path: string): boolean {
    return this.#nodeAt(path) !== undefined
  }

  /** Most paths leave the tree soon, and the rest of them is not looked at. */
  #nodeAt(path: string): TrieNode<T> | undefined {
    const text = this.#windows ? path.replaceAll('\\', '/') : path
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
    const text = this.#windows ? path.replaceAll('\\', '/') : path
    const parts = text.split('/').filter((part) => part !== '')
    return parts.map(this.#form)
  }
}
