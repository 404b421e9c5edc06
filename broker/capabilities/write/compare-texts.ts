/**
 * Old against new text for a person to read: a unified diff where all of it can be read, else its first places, with
 * what is left out said and counted. Never takes long, whatever the texts are: it is made while others wait.
 */
import { createTwoFilesPatch, diffArrays } from 'diff'
import type { CompareTexts } from '../../ports.ts'

/** Up to here, in UTF-16 units, the shortest diff is looked for, and shown whole however long it is. */
const SMALL_TEXT = 200_000
const LONGEST_DIFF = 490_000
/** Past this many changed lines, or this long, the search for the shortest diff is given up. */
const MAX_EDITS = 5_000
const SEARCH_MS = 80
/** Lines of each that are compared: what costs is how many there are, not how long they are. */
const MOST_LINES = 80_000
/** Of larger texts this much is shown, in UTF-16 units, and this much of one line. */
const SHOWN = 40_000
const SHOWN_OF_LINE = 1_500
const CONTEXT = 3

/** Lines of the old text from `at` on, replaced by lines of the new one. */
interface Change {
  at: number
  removed: string[]
  to: number
  added: string[]
}

export const compareTexts: CompareTexts = (name, before, after, { heads, cut: isCut = false }) => {
  if (!isCut && before.length <= SMALL_TEXT && after.length <= SMALL_TEXT) {
    const patch = createTwoFilesPatch(name, name, before, after, ...heads, {
      context: CONTEXT,
      maxEditLength: MAX_EDITS,
      timeout: SEARCH_MS,
    })
    if (patch !== undefined && patch.length <= LONGEST_DIFF) return { diff: patch, part: false }
  }
  const texts = [linesOf(before, isCut), linesOf(after, isCut)] as const
  const [old, now] = [texts[0].lines, texts[1].lines]
  const cut = texts.some((text) => text.cut)
  const found = findChanges(old, now)
  // Where a beginning ends, nobody knows what follows.
  const changes = cut ? found.filter((change) => !reachesEnd(change, old, now)) : found
  const shown = drawPlaces(changes, old)
  const notes = cut ? ['\\ Only the beginning of each was compared.'] : []
  if (shown.places < changes.length || shown.cutLines) notes.push(`\\ ${countOf(changes)}`)
  const left = changes.length - shown.places
  const end =
    left > 0 ? [`\\ … and ${left.toLocaleString('en-US')} more ${left === 1 ? 'place' : 'places'}`] : []
  const lines = [`--- ${name}\t${heads[0]}`, `+++ ${name}\t${heads[1]}`, ...notes, ...shown.lines, ...end]
  return { diff: `${lines.join('\n')}\n`, part: cut || left > 0 || shown.cutLines }
}

function linesOf(text: string, isCut: boolean): { lines: string[]; cut: boolean } {
  const lines: string[] = []
  let at = 0
  while (at < text.length && lines.length < MOST_LINES) {
    const end = text.indexOf('\n', at)
    const next = end === -1 ? text.length : end + 1
    lines.push(text.slice(at, next))
    at = next
  }
  const hasMore = at < text.length
  if (isCut && lines.length > 1 && !lines.at(-1)?.endsWith('\n')) lines.pop()
  return { lines, cut: isCut || hasMore }
}

function reachesEnd({ at, removed, to, added }: Change, old: string[], now: string[]): boolean {
  return at + removed.length === old.length || to + added.length === now.length
}

function countOf(changes: readonly Change[]): string {
  const [removed, added] = [
    changes.reduce((sum, change) => sum + change.removed.length, 0),
    changes.reduce((sum, change) => sum + change.added.length, 0),
  ]
  const say = (count: number, one: string, many: string) =>
    `${count.toLocaleString('en-US')} ${count === 1 ? one : many}`
  return `${say(changes.length, 'place changes', 'places change')}: ${say(removed, 'line goes', 'lines go')}, ${say(added, 'line comes', 'lines come')}`
}

/** In order. Not always the fewest, but always all: applied to the old lines they make the new ones. */
function findChanges(old: string[], now: string[]): Change[] {
  const changes: Change[] = []
  let [at, to] = [0, 0]
  for (const [oldAt, nowAt] of [...anchorsOf(old, now), [old.length, now.length] as const]) {
    compareBetween(old.slice(at, oldAt), now.slice(to, nowAt), at, to, changes)
    ;[at, to] = [oldAt + 1, nowAt + 1]
  }
  return changes
}

/** Lines that each text has once, in the order that both have them in: the longest such row. */
function anchorsOf(old: string[], now: string[]): (readonly [number, number])[] {
  const once = onlyOnce(now)
  const pairs = [...onlyOnce(old)].flatMap(([line, at]) => {
    const to = once.get(line)
    return to === undefined ? [] : [[at, to] as const]
  })
  /** The pair with the smallest end of all rows of that length, and for each pair the one before it in its row. */
  const ends: number[] = []
  const before: number[] = []
  pairs.forEach(([, to], index) => {
    let [low, high] = [0, ends.length]
    while (low < high) {
      const middle = (low + high) >> 1
      if ((pairs[ends[middle] as number]?.[1] ?? 0) < to) low = middle + 1
      else high = middle
    }
    before[index] = low === 0 ? -1 : (ends[low - 1] as number)
    ends[low] = index
  })
  const row: (readonly [number, number])[] = []
  for (let index = ends.at(-1) ?? -1; index >= 0; index = before[index] as number)
    row.push(pairs[index] as readonly [number, number])
  return row.reverse()
}

/** Each line that stands there once, with its place, in order. */
function onlyOnce(lines: string[]): Map<string, number> {
  const found = new Map<string, number>()
  const twice = new Set<string>()
  lines.forEach((line, at) => {
    if (found.has(line)) twice.add(line)
    else found.set(line, at)
  })
  for (const line of twice) found.delete(line)
  return found
}

/** Past these between two anchors no shortest way is looked for. */
const FEW_LINES = 400
const FEW_EDITS = 200

function compareBetween(old: string[], now: string[], at: number, to: number, changes: Change[]): void {
  let start = 0
  while (start < old.length && start < now.length && old[start] === now[start]) start++
  let end = 0
  while (
    end < old.length - start &&
    end < now.length - start &&
    old[old.length - 1 - end] === now[now.length - 1 - end]
  )
    end++
  const [removed, added] = [old.slice(start, old.length - end), now.slice(start, now.length - end)]
  if (removed.length === 0 && added.length === 0) return
  const few = removed.length + added.length <= FEW_LINES
  const parts = few ? diffArrays(removed, added, { maxEditLength: FEW_EDITS }) : undefined
  let [oldAt, nowAt] = [at + start, to + start]
  if (!parts) {
    changes.push({ at: oldAt, removed, to: nowAt, added })
    return
  }
  let open: Change | null = null
  for (const part of parts) {
    if (part.added || part.removed) {
      if (!open) {
        open = { at: oldAt, removed: [], to: nowAt, added: [] }
        changes.push(open)
      }
      if (part.added) open.added.push(...part.value)
      else open.removed.push(...part.value)
    } else open = null
    if (!part.added) oldAt += part.value.length
    if (!part.removed) nowAt += part.value.length
  }
}

interface Drawn {
  lines: string[]
  places: number
  cutLines: boolean
}

/** The first places, each with the lines around it, as many as a person can read. */
function drawPlaces(changes: readonly Change[], old: string[]): Drawn {
  const drawn: Drawn = { lines: [], places: 0, cutLines: false }
  let length = 0
  for (let first = 0; first < changes.length; ) {
    let last = first
    while (last + 1 < changes.length && gapAfter(changes, last) <= 2 * CONTEXT) last++
    const room = SHOWN - length
    const hunk = drawHunk(changes.slice(first, last + 1), old, room)
    drawn.lines.push(...hunk.lines)
    drawn.places += hunk.places
    drawn.cutLines ||= hunk.cutLines
    length += hunk.lines.reduce((sum, line) => sum + line.length + 1, 0)
    if (length >= SHOWN || hunk.places < last + 1 - first) break
    first = last + 1
  }
  return drawn
}

function gapAfter(changes: readonly Change[], index: number): number {
  const [one, next] = [changes[index] as Change, changes[index + 1] as Change]
  return next.at - (one.at + one.removed.length)
}

function drawHunk(changes: readonly Change[], old: string[], room: number): Drawn {
  const body = createBody(room)
  const [first] = changes as [Change, ...Change[]]
  const from = Math.max(0, first.at - CONTEXT)
  let [at, places] = [from, 0]
  for (const change of changes) {
    if (body.isFull()) break
    for (const line of old.slice(at, change.at)) body.put(' ', line, 0)
    for (const [index, line] of change.removed.entries())
      body.put('-', line, sameUntil(line, change.added[index] ?? ''))
    for (const [index, line] of change.added.entries())
      body.put('+', line, sameUntil(line, change.removed[index] ?? ''))
    at = change.at + change.removed.length
    places++
  }
  if (!body.isFull()) for (const line of old.slice(at, at + CONTEXT)) body.put(' ', line, 0)
  const { lines, count, cutLines } = body.done()
  const to = first.to - (first.at - from)
  const span = (start: number, length: number) => `${length === 0 ? start : start + 1},${length}`
  const head = `@@ -${span(from, count[' '] + count['-'])} +${span(to, count[' '] + count['+'])} @@`
  return { lines: [head, ...lines], places, cutLines }
}

/** Lines of a hunk, while there is room; of a long line what is around its first difference. */
function createBody(room: number) {
  const lines: string[] = []
  const count = { ' ': 0, '-': 0, '+': 0 }
  const left = { '-': 0, '+': 0 }
  let length = 0
  let cutLines = false
  const isFull = () => length >= room
  return {
    isFull,
    put(sign: ' ' | '-' | '+', line: string, difference: number) {
      if (isFull()) {
        if (sign !== ' ') left[sign]++
        return
      }
      const text = line.replace(/\n$/, '')
      const from = text.length <= SHOWN_OF_LINE ? 0 : Math.max(0, difference - SHOWN_OF_LINE / 5)
      const shown = text.slice(from, from + SHOWN_OF_LINE).toWellFormed()
      lines.push(sign + shown)
      count[sign]++
      length += shown.length + 1
      if (!line.endsWith('\n')) lines.push('\\ No newline at end of file')
      if (shown.length === text.length) return
      cutLines ||= sign !== ' '
      const [start, end, all] = [from + 1, from + shown.length, text.length].map((each) =>
        each.toLocaleString('en-US'),
      )
      lines.push(`\\ Characters ${start} to ${end} of the ${all} in this line`)
    },
    done() {
      const all = left['-'] + left['+']
      if (all > 0)
        lines.push(
          `\\ … and here ${left['-'].toLocaleString('en-US')} more that go, ${left['+'].toLocaleString('en-US')} that come`,
        )
      return { lines, count, cutLines: cutLines || all > 0 }
    },
  }
}

function sameUntil(a: string, b: string): number {
  const most = Math.min(a.length, b.length)
  let at = 0
  while (at < most && a.charCodeAt(at) === b.charCodeAt(at)) at++
  return at
}
