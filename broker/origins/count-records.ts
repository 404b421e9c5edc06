/**
 * "The user who wrote the most messages": counted by writer over the reads of one function, when those cover a whole
 * list of places that another call gave (every channel was read). With a place left out, or a record whose writer
 * nobody vouches for, there is no answer; so a text that talks the model into reading half of it gains nothing.
 */
import type { PersonWords } from './person-words.ts'
import type { ReadCall, ReadIndex } from './read-index.ts'
import { isOneKind, isWriterKey } from './thing-kinds.ts'

const MOST =
  /\b(\p{L}+)\s+(?:who|that|which)\s+(?:\p{L}+\s+)?(?:the\s+)?(most|fewest|least)((?:\s+\p{L}+){1,3})/giu

/** The one writer whom the words mean; null when they mean none, or it can't be told. */
export function countRecords(said: PersonWords, index: ReadIndex, arg: string): string | null {
  for (const [, who = '', which = '', what = ''] of said.text.matchAll(MOST)) {
    if (!isOneKind(who, arg)) continue
    const counted = what.trim().split(/\s+/)
    for (const calls of callsByFunction(index).values()) {
      const [first] = calls
      if (!first || !counted.some((noun) => isOneKind(noun, first.name)) || !coversAList(index, calls))
        continue
      const counts = countByWriter(index, calls)
      if (counts === null) continue
      const best =
        which.toLowerCase() === 'most' ? Math.max(...counts.values()) : Math.min(...counts.values())
      const winners = [...counts].filter(([, count]) => count === best)
      if (winners.length === 1) return winners[0]?.[0] ?? null
    }
  }
  return null
}

/** Calls with one argument each, by function; a call made twice counts once. */
function callsByFunction(index: ReadIndex): Map<string, ReadCall[]> {
  const groups = new Map<string, ReadCall[]>()
  for (const call of index.calls) {
    if (call.args.length !== 1) continue
    const calls = groups.get(call.name) ?? []
    if (!calls.some((each) => each.args[0] === call.args[0])) groups.set(call.name, [...calls, call])
  }
  return groups
}

function coversAList(index: ReadIndex, calls: ReadCall[]): boolean {
  const read = new Set(calls.map((call) => String(call.args[0])))
  return index.lists.some(
    (list) =>
      list.call?.args.length === 0 &&
      list.values.length > 1 &&
      list.values.length === read.size &&
      list.values.every((value) => read.has(String(value))),
  )
}

function countByWriter(index: ReadIndex, calls: ReadCall[]): Map<string, number> | null {
  const counts = new Map<string, number>()
  for (const list of index.lists) {
    if (!list.call || !calls.includes(list.call)) continue
    if (list.records.length === 0 && list.values.length === 0) continue
    if (!list.own) return null
    for (const record of list.records) {
      const writer = record.fields.find((field) => !field.list && isWriterKey(field.key))?.values[0]
      if (typeof writer !== 'string') return null
      counts.set(writer, (counts.get(writer) ?? 0) + 1)
    }
  }
  return counts.size > 0 ? counts : null
}
