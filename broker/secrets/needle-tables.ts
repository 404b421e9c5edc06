/**
 * How the values that are looked for begin: tables that tell of nearly every place of nearly every text, by two or
 * three characters, that none of them begins there.
 */
import { isInvisible } from './invisible.ts'
import { type KeyLists, Lists, makeKeyLists, sharedBytes } from './key-lists.ts'
import { dressesOf } from './look-alike.ts'
import { isMark } from './read-escape.ts'
import type { Sequence } from './sequence.ts'

export interface Needle extends Sequence {
  what: string
}

/** Stands for every character that is not ASCII, and for the end of the text. */
export const OTHER = 127
/** Characters that may stand between the value's own, or mean another, or end a text in source code: what follows must be read, not looked up. */
const SECOND_READ = '+%=\\&"\'`'
const THIRD_READ = `${SECOND_READ}:-,;._|0`
const SEPARATES = ' :-,;._|'
const [SPACE, DASH, DOT, UNDERSCORE] = [32, 45, 46, 95]
/** Forms between two looks at the clock. */
const AT_ONCE = 256

/** Made once, and shared. */
export interface NeedleTables {
  byFirst: KeyLists
  /** By `pairKey`. */
  byPair: KeyLists
  /** Of ASCII characters, seven bits each. */
  byTriple: KeyLists
  /** By their first character, those with a space in them, for which a plus may stand or an underscore. */
  spaced: KeyLists
  /** The same of base32, which is parted by dashes and dots. */
  parted: KeyLists
  /** For each two ASCII characters one of the four below. */
  starts: Uint8Array
  /** One for each pair of ASCII characters with which a value begins. */
  pairs: Uint8Array
  /** One for each 16 bits of another character that begin a value. */
  wideFirst: Uint8Array
}
const LISTS = ['byFirst', 'byPair', 'byTriple', 'spaced', 'parted'] as const
type ListName = (typeof LISTS)[number]
/** As one thread reads them. */
export type NeedleLists = Omit<NeedleTables, ListName> & Record<ListName, Lists<Needle>>

export function readTables(tables: NeedleTables, needleAt: (at: number) => Needle): NeedleLists {
  const lists = LISTS.map((name) => [name, new Lists(tables[name], needleAt)] as const)
  return { ...tables, ...(Object.fromEntries(lists) as Record<ListName, Lists<Needle>>) }
}

/** What two characters say of a place: nothing begins there; look at the third; at what stands behind a space; read on. */
export const [NOTHING, THIRD, BEHIND_SPACE, READ] = [0, 1, 2, 3] as const

interface Gathered {
  keys: number[]
  owners: number[]
}

/** Bit by bit: hundreds of values are ten thousands of forms. */
export function* makeTables(all: readonly Needle[]): Generator<void, NeedleTables> {
  const some = all.length > 0
  const gathered = Object.fromEntries(
    LISTS.map((name) => [name, { keys: [], owners: [] }]),
  ) as unknown as Record<ListName, Gathered>
  const add = (name: ListName, key: number, at: number) => {
    gathered[name].keys.push(key)
    gathered[name].owners.push(at)
  }
  const pairs = sharedBytes(1 << 14)
  const wideFirst = sharedBytes(some ? 1 << 16 : 0)
  for (const [at, needle] of all.entries()) {
    if (at % AT_ONCE === AT_ONCE - 1) yield
    for (const first of spellings(needle, 0)) {
      add('byFirst', first, at)
      if (needle.spaced) add('spaced', first, at)
      if (needle.kind === 'base32') add('parted', first, at)
      // A character beyond 16 bits is met by its first half.
      for (const wide of first < 128 ? dressesOf(first) : [first])
        wideFirst[String.fromCodePoint(wide).charCodeAt(0)] = 1
      for (const second of spellings(needle, 1)) {
        add('byPair', pairKey(first, second), at)
        if (first > 127 || second > 127) continue
        const pair = (first << 7) | second
        pairs[pair] = 1
        for (const third of spellings(needle, 2)) if (third < 128) add('byTriple', (pair << 7) | third, at)
      }
    }
  }
  const made: Partial<Record<ListName, KeyLists>> = {}
  for (const name of LISTS) made[name] = yield* makeKeyLists(gathered[name].keys, gathered[name].owners)
  const starts = sharedBytes(1 << 14)
  const [firsts, spaced, parted] = [gathered.byFirst, gathered.spaced, gathered.parted].map(
    ({ keys }) => new Set(keys),
  ) as [Set<number>, Set<number>, Set<number>]
  if (some)
    for (let a = 0; a < 128; a++)
      for (let b = 0; b < 128; b++) starts[(a << 7) | b] = start({ firsts, spaced, parted, pairs }, a, b)
  return { ...(made as Record<ListName, KeyLists>), starts, pairs, wideFirst }
}

interface Starts {
  firsts: Set<number>
  spaced: Set<number>
  parted: Set<number>
  pairs: Uint8Array
}
function start({ firsts, pairs, spaced, parted }: Starts, a: number, b: number): number {
  if (a === OTHER) return READ
  if (isMark(a)) return firsts.has(a) || mayEscape(a, b) ? READ : NOTHING
  if (!firsts.has(a)) return NOTHING
  if (b === UNDERSCORE && spaced.has(a)) return READ
  if ((b === DASH || b === DOT) && parted.has(a)) return READ
  if (PLAIN.second[b] === 1) return pairs[(a << 7) | b] === 1 ? THIRD : NOTHING
  return b === SPACE ? BEHIND_SPACE : READ
}

/** The character at an index as it may stand in a text. */
export function spellings({ codes, kind }: Needle, index: number): number[] {
  const code = codes[index]
  if (code === undefined) return []
  if (kind === 'base64' && code === 43) return [43, 45]
  if (kind === 'base64' && code === 47) return [47, 95]
  if (kind === 'base32' && code >= 65) return [code, code + 32]
  return kind === 'hex' && code >= 97 ? [code, code - 32] : [code]
}

/** Whether what stands behind a mark leaves open that both are an escape, or the beginning of one. */
function mayEscape(mark: number, next: number): boolean {
  return next === OTHER || ESCAPES[mark]?.test(String.fromCharCode(next)) !== false
}
/** `%4`, `%u`; `=4`, `=` at the end of a line; `&a`, `&#`; a backslash before a sign, a digit or a letter that means something. */
const ESCAPES: Record<number, RegExp> = {
  37: /[\dA-Fa-fu]/,
  61: /[\dA-Fa-f\r\n]/,
  38: /[\dA-Za-z#]/,
  92: /[^\dA-Za-z]|[0-7xuUntr]/,
}

/** One for each visible ASCII character that stands for itself and separates nothing. */
export const PLAIN = {
  second: asciiExcept(SECOND_READ),
  third: asciiExcept(THIRD_READ),
  /** What stands alone between two characters, or is one itself. */
  separates: Uint8Array.from({ length: 128 }, (_, code) =>
    SEPARATES.includes(String.fromCharCode(code)) ? 1 : 0,
  ),
  /** One for each mark with a character behind it that makes no escape of the two. */
  marks: Uint8Array.from({ length: 1 << 14 }, (_, key) =>
    isMark(key >> 7) && !mayEscape(key >> 7, key & 127) ? 1 : 0,
  ),
}
function asciiExcept(some: string): Uint8Array {
  return Uint8Array.from({ length: 128 }, (_, code) =>
    isInvisible(code) || some.includes(String.fromCharCode(code)) ? 0 : 1,
  )
}
export function classAt(units: Uint16Array, at: number): number {
  const unit = units[at] as number
  return unit < 128 ? unit : OTHER
}

/** In 32 bits; of characters far beyond ASCII another pair may have the same. */
export const pairKey = (first: number, second: number) => (first << 21) ^ second
