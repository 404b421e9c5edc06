/** All names in a folder, in order, while others have their turn: there may be a million. */
import { isUtf8 } from 'node:buffer'
import fs from 'node:fs'
import { setImmediate as nextTurn } from 'node:timers/promises'
import { namesInParts } from '../disk/list-names.ts'

/** Names that are put in order before others have their turn. */
const ORDERED_AT_ONCE = 16_384

export interface Names {
  /** Sorted. */
  names: string[]
  /** Those that are no text and can't be looked up by what they are shown as: in hex, sorted. */
  odd: string[]
}

/** @param most with more than that in it, some too many are given, and the rest is not read. Throws system errors. */
export async function listFolder(folder: string, most = Number.POSITIVE_INFINITY): Promise<Names> {
  const lists: string[][] = []
  const odd: string[] = []
  let names: string[] = []
  let count = 0
  for await (const part of namesInParts({ at: folder, stat: fs.statSync(folder) }, 'latin1')) {
    for (const name of part) {
      const raw = Buffer.from(name, 'latin1')
      if (isUtf8(raw)) names.push(raw.toString('utf8'))
      else odd.push(raw.toString('hex'))
    }
    count += part.length
    if (count > most) break
    if (names.length < ORDERED_AT_ONCE) continue
    lists.push(names.sort())
    names = []
  }
  lists.push(names.sort())
  return { names: await mergeInTurns(lists), odd: odd.sort() }
}

/** Sorted lists into one. */
async function mergeInTurns(lists: string[][]): Promise<string[]> {
  while (lists.length > 1) {
    const merged: string[][] = []
    for (let at = 0; at < lists.length; at += 2)
      merged.push(await mergeTwo(lists[at] as string[], lists[at + 1] ?? []))
    lists = merged
  }
  return lists[0] ?? []
}

async function mergeTwo(left: readonly string[], right: readonly string[]): Promise<string[]> {
  const all: string[] = []
  for (let at = 0, to = 0; at < left.length || to < right.length; ) {
    const next = left[at]
    const other = right[to]
    if (other === undefined || (next !== undefined && next <= other)) {
      all.push(next as string)
      at++
    } else {
      all.push(other)
      to++
    }
    if (all.length % ORDERED_AT_ONCE === 0) await nextTurn()
  }
  return all
}
