/**
 * Commands by resolved program and leading arguments. A name means the program that it resolves to on this computer;
 * for rules that keep out (`broad`) it also means any file of that name, wherever it lies.
 */
import type { CommandResource } from '../../../contract/resource.ts'
import type { Places } from '../../ports.ts'
import { allowingForm, formOf, keepingForm } from './name-forms.ts'
import { bothPlaces, resolvedPlace } from './place-paths.ts'

interface Entry<T> {
  args: string[]
  value: T
}

export class CommandIndex<T> {
  readonly #places: Places
  readonly #programs = new Map<string, Entry<T>[]>()
  readonly #kept = new Map<string, Entry<T>[]>()
  readonly #names = new Map<string, Entry<T>[]>()
  readonly #any: Entry<T>[] = []
  readonly #open: (file: string) => string
  readonly #wide: (file: string) => string

  constructor(places: Places) {
    this.#places = places
    this.#open = formOf(allowingForm(places))
    this.#wide = formOf(keepingForm(places))
  }

  /** `command` is a program (a name or an absolute path, `*` for any) with leading arguments. */
  add(command: string[], broad: boolean, value: T): void {
    const [program = '', ...args] = command
    const entry = { args, value }
    if (program === '*') {
      this.#any.push(entry)
      return
    }
    for (const file of this.#files(program, broad)) {
      if (broad) push(this.#kept, this.#wide(file), entry)
      else push(this.#programs, this.#open(file), entry)
    }
    if (broad) push(this.#names, this.#wide(nameOf(program)), entry)
  }

  /** Every entry that covers this command. */
  covering(resource: CommandResource): T[] {
    const found = new Set<T>()
    for (const entry of this.#candidates(resource))
      if (leads(entry.args, resource.args)) found.add(entry.value)
    return [...found]
  }

  /** The entries with the most leading arguments; `wholeArgs` when those are all that the command has. */
  nearest(resource: CommandResource): { values: T[]; wholeArgs: boolean } {
    let longest = -1
    let values: T[] = []
    for (const entry of this.#candidates(resource)) {
      if (entry.args.length < longest || !leads(entry.args, resource.args)) continue
      if (entry.args.length > longest) values = []
      longest = entry.args.length
      values.push(entry.value)
    }
    return { values, wholeArgs: longest > 0 && longest === resource.args.length }
  }

  *#candidates(resource: CommandResource): Generator<Entry<T>> {
    yield* this.#programs.get(this.#open(resource.program)) ?? []
    if (this.#names.size > 0) {
      const file = this.#wide(resource.program)
      yield* this.#kept.get(file) ?? []
      yield* this.#names.get(nameOf(file)) ?? []
    }
    yield* this.#any
  }

  #files(program: string, broad: boolean): string[] {
    if (!/[\\/]/.test(program)) {
      const found = this.#places.resolveProgram(program)
      return found === null ? [] : [found]
    }
    return broad ? bothPlaces(program, this.#places) : [resolvedPlace(program, this.#places)]
  }
}

function nameOf(program: string): string {
  const name = program.slice(Math.max(program.lastIndexOf('/'), program.lastIndexOf('\\')) + 1)
  return name.replace(/\.(?:exe|cmd|bat|com)$/i, '')
}

function leads(leading: string[], args: string[]): boolean {
  return leading.length <= args.length && leading.every((word, at) => word === args[at])
}

function push<T>(map: Map<string, T[]>, key: string, value: T): void {
  const list = map.get(key)
  if (list) list.push(value)
  else map.set(key, [value])
}
