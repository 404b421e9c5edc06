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

/** @param groups the marks of each group; three characters or more, ASCII */
export function indexMarks(groups: readonly (readonly string[])[]): MarkIndex {
  const byTriple = new Map<number, Entry[]>()
  const triples = new Uint8Array(1 << 18)
  const pairs = new Uint8Array(1 << 12)
  groups.forEach((marks, group) => {
    for (const mark of marks) {
      if (!/^[!-~]{3,}$/.test(mark)) throw new Error(`“${mark}” can’t be a mark.`)
      const [a, b, c] = [0, 1, 2].map((at) => fold(mark.charCodeAt(at))) as [number, number, number]
      pairs[(a << 6) | b] = 1
      const key = (a << 12) | (b << 6) | c
      triples[key] = 1
      byTriple.set(key, [...(byTriple.get(key) ?? []), { group, mark: mark.toLowerCase() }])
    }
  })

  const room = new TextUnits()
  function walk(text: string, units: Uint16Array, found: (group: number, at: number) => void): void {
    let pair = 0
    for (let at = 0; at < text.length; at++) {
      const code = units[at] as number
      const c = code > 127 ? 0 : ((code & 0x40) >> 1) | (code & 0x1f)
      if (pairs[pair] === 1 && triples[(pair << 6) | c] === 1)
        for (const { group, mark } of byTriple.get((pair << 6) | c) as Entry[])
          if (standsAt(text, at - 2, mark)) found(group, at - 2)
      pair = ((pair & 63) << 6) | c
    }
  }

  return {
    each(text, found) {
      try {
        walk(text, room.load(text), found)
      } finally {
        room.clear(text)
      }
    },
  }
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
