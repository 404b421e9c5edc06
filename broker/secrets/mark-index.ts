/**
 * Where marks stand in a text, found in one walk over it. Each mark is known by its first three characters without
 * regard to case, so that nearly every place of nearly every text is passed over by one look at a table.
 */
import { TextUnits } from './text-units.ts'

export interface MarkIndex {
  /** Calls back with each place where a mark begins, and its group; in the order of the text. */
  each(text: string, found: (group: number, at: number) => void): void
}

interface Entry {
  group: number
  /** In lower case. */
  mark: string
}

/** Gathered before they are looked at, so that what is done with them can't slow the loop down. */
const SOME = 512

/** @param groups the marks of each group; three characters or more, ASCII */
export function indexMarks(groups: readonly (readonly string[])[]): MarkIndex {
  const byTriple = new Map<number, Entry[]>()
  const triples = new Int32Array(1 << 13)
  groups.forEach((marks, group) => {
    for (const mark of marks) {
      if (!/^[!-~]{3,}$/.test(mark)) throw new Error(`“${mark}” can’t be a mark.`)
      const [a, b, c] = [0, 1, 2].map((at) => fold(mark.charCodeAt(at))) as [number, number, number]
      const key = (a << 12) | (b << 6) | c
      triples[key >> 5] = (triples[key >> 5] as number) | (1 << (key & 31))
      byTriple.set(key, [...(byTriple.get(key) ?? []), { group, mark: mark.toLowerCase() }])
    }
  })

  const room = new TextUnits()
  const places = new Int32Array(SOME)
  const keys = new Int32Array(SOME)

  function each(text: string, units: Uint16Array, found: (group: number, at: number) => void): void {
    for (let from = 0; from < text.length; ) {
      const stops = findStops(units, from, text.length, triples, places, keys)
      for (let stop = 0; stop < stops; stop++)
        for (const { group, mark } of byTriple.get(keys[stop] as number) as Entry[])
          if (standsAt(text, places[stop] as number, mark)) found(group, places[stop] as number)
      from = stops < SOME ? text.length : (places[stops - 1] as number) + 1
    }
  }

  return {
    each(text, found) {
      try {
        each(text, room.load(text), found)
      } finally {
        room.clear(text)
      }
    },
  }
}

/** The places of the next three characters that begin a mark; as many as there is room for. */
function findStops(
  units: Uint16Array,
  from: number,
  end: number,
  triples: Int32Array,
  places: Int32Array,
  keys: Int32Array,
): number {
  let stops = 0
  let key = 0
  for (let at = from; at < end && stops < SOME; at++) {
    const code = units[at] as number
    key = ((key << 6) | (code > 127 ? 0 : ((code & 0x40) >> 1) | (code & 0x1f))) & 0x3ffff
    // Written each time, and kept where it counts: cheaper than asking first.
    places[stops] = at - 2
    keys[stops] = key
    stops += ((triples[key >> 5] as number) >>> (key & 31)) & 1
  }
  return stops
}

/** 64 classes of ASCII characters: the bit that tells cases apart is left out. */
function fold(code: number): number {
  return ((code & 0x40) >> 1) | (code & 0x1f)
}

function standsAt(text: string, start: number, mark: string): boolean {
  for (let i = 0; i < mark.length; i++) {
    const code = text.charCodeAt(start + i)
    const lower = code >= 65 && code <= 90 ? code | 32 : code
    if (lower !== mark.charCodeAt(i)) return false
  }
  return true
}
