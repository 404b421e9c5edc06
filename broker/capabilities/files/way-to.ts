/**
 * How a path leads to what it names, where it does not lead there straight. A link or a `..` outside of what an agent
 * may see would tell it what is there: `/home/other/guess/../../mine/file` opens exactly when `guess` exists.
 */
import fs from 'node:fs'
import path from 'node:path'
import type { HeldNothing, HeldPlace, HeldThing, Way } from './held.ts'
import { walkNames } from './walk-names.ts'

/** Past these nobody looks at the way: each place is judged, for each path of a request. */
const MOST_PLACES = 200
const MOST_TEXT = 32_768

/** Null for a way without turns. @param text absolute, from `parsePathText` */
export function wayTo(
  text: string,
  found: HeldThing | HeldNothing | HeldPlace,
  followLast: boolean,
  platform: NodeJS.Platform,
): Way | null {
  const turns = text.includes('..') && /(^|[/\\])\.\.([/\\]|$)/.test(text)
  if (!turns && found.path === text && (platform !== 'linux' || isStraight(found))) return null
  const turned = collectTurns()
  if (platform === 'linux') turned.cut = walkOnLinux(text, followLast, turned.onTurn).cut || turned.cut
  else walkByName(text, turned.onTurn)
  const { places } = turned
  // It led elsewhere when it was held, and goes straight there now: how it led there nobody can say any more.
  const moved = platform === 'linux' && !turns && places.size === 0 && !isSpelledAs(found.path, text)
  const cut = turned.cut || moved
  if (!turns && !cut && places.size === 0) return null
  return { asked: text, places: [...places], ...(cut ? { cut } : {}) }
}

/**
 * On Linux: where a path leads, and where its way turns, of one and the same walk. Looked up one after the other, a link
 * could be a folder in between, and the end that of another way. Null where the way is too long to be looked at.
 */
export function walkWay(text: string): { path: string; turns: string[] } | null {
  const turned = collectTurns()
  const { end, cut } = walkOnLinux(text, true, turned.onTurn)
  return cut || turned.cut ? null : { path: end, turns: [...turned.places] }
}

function collectTurns() {
  let room = MOST_TEXT
  const turned = {
    places: new Set<string>(),
    cut: false,
    onTurn(place: () => string) {
      if (turned.cut) return
      const next = place()
      if (turned.places.has(next)) return
      room -= next.length
      turned.cut = turned.places.size === MOST_PLACES || room < 0
      if (!turned.cut) turned.places.add(next)
    },
  }
  return turned
}

/** On a disk that does not tell case or the forms of letters apart, names come as the disk has them. */
function isSpelledAs(path: string, text: string): boolean {
  return path === text || path.normalize('NFC').toLowerCase() === text.normalize('NFC').toLowerCase()
}

/** Not so where the way was a circle, or too long: then it may have come back to its name from anywhere. */
function isStraight(found: HeldThing | HeldNothing | HeldPlace): boolean {
  return 'folder' in found ? found.errno === null : found.state === 'there'
}

type OnTurn = (place: () => string) => void

/** Where it ends, and whether it was cut before. */
function walkOnLinux(text: string, followLast: boolean, onTurn: OnTurn): { end: string; cut: boolean } {
  const { fd, names, cut } = walkNames(text, followLast, onTurn)
  const folder = fs.readlinkSync(`/proc/self/fd/${fd}`)
  fs.closeSync(fd)
  return { end: names.length === 0 ? folder : path.posix.join(folder, ...names), cut }
}

/** Where folders can't be held while walking: by the text alone, which says where one meant to go. */
function walkByName(text: string, onTurn: OnTurn): void {
  const names: string[] = []
  for (const name of text.split(/[/\\]/)) {
    if (name === '..') {
      onTurn(() => names.join('/') || '/')
      names.pop()
    } else names.push(name)
  }
  onTurn(() => names.join('/'))
}
