/**
 * The texts in a JSON value: its strings, its keys, and numbers as they are written. Walked in one go, or bit by bit
 * where there are many; both ways in the same order. Pure.
 */
import type { Json } from '../../contract/words.ts'

/** Gives back the very same value when nothing changes: most calls end here, and need no copy. */
export function mapTexts(value: Json, change: (text: string) => string, step: () => void = () => {}): Json {
  function walk(part: Json): Json {
    step()
    if (typeof part === 'string') return change(part)
    if (typeof part === 'number') return isShortNumber(part) ? part : changeNumber(part)
    if (Array.isArray(part)) return walkArray(part)
    return part !== null && typeof part === 'object' ? walkObject(part) : part
  }
  function changeNumber(part: number): Json {
    const text = String(part)
    const kept = change(text)
    return kept === text ? part : kept
  }
  function walkArray(part: Json[]): Json {
    let copy: Json[] | null = null
    for (let at = 0; at < part.length; at++) {
      const before = part[at] as Json
      const after = walk(before)
      if (after !== before) copy ??= part.slice()
      if (copy) copy[at] = after
    }
    return copy ?? part
  }
  function walkObject(part: { [key: string]: Json }): Json {
    const keys = Object.keys(part)
    let copy: [string, Json][] | null = null
    for (const [at, key] of keys.entries()) {
      const before = part[key] as Json
      const name = change(key)
      const after = walk(before)
      if (name !== key || after !== before)
        copy ??= keys.slice(0, at).map((same) => [same, part[same] as Json])
      copy?.push([name, after])
    }
    return copy ? Object.fromEntries(copy) : part
  }
  return walk(value)
}

/** No form of a value is as short (`needles.ts`). */
const isShortNumber = (number: number) => Number.isInteger(number) && number > -1e4 && number < 1e5

interface Frame {
  of: Json[] | { [key: string]: Json }
  keys: string[] | null
  at: number
}

/** The texts that `mapTexts` changes, some at a time; none shorter than `least`. */
export function createTextWalk(value: Json, least: number) {
  const frames: Frame[] = []
  let found: string[] = []
  let characters = 0

  function enter(part: Json): void {
    if (typeof part === 'string') add(part)
    else if (typeof part === 'number') {
      if (!isShortNumber(part)) add(String(part))
    } else if (part !== null && typeof part === 'object')
      frames.push({ of: part, keys: Array.isArray(part) ? null : Object.keys(part), at: 0 })
  }
  function add(text: string): void {
    if (text.length < least) return
    found.push(text)
    characters += text.length
  }
  enter(value)

  return {
    /** Null at the end; as many as were met on the way, also none. One text alone may be longer than `most`. */
    next(most: { characters: number; values: number }): string[] | null {
      for (let values = 0; values < most.values && characters < most.characters; values++) {
        const frame = frames.at(-1)
        if (!frame) break
        const { of, keys, at } = frame
        if (at === (keys ?? (of as Json[])).length) {
          frames.pop()
          continue
        }
        frame.at++
        if (keys === null) enter((of as Json[])[at] as Json)
        else {
          const key = keys[at] as string
          add(key)
          enter((of as { [key: string]: Json })[key] as Json)
        }
      }
      if (found.length === 0 && frames.length === 0) return null
      const texts = found
      found = []
      characters = 0
      return texts
    },
  }
}
