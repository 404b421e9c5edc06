/**
 * How a path leads to what it names, where it does not lead there straight. A link or a `..` outside of what an agent
 * may see would tell it what is there: `/home/other/guess/../../mine/file` opens exactly when `guess` exists.
 */
import fs from 'node:fs'
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
  const turns = /(^|[/\\])\.\.([/\\]|$)/.test(text)
  if (!turns && found.path === text && (platform !== 'linux' || isStraight(found))) return null
  const places = new Set<string>()
  let room = MOST_TEXT
  let cut = false
  const onTurn = (place: () => string) => {
    if (cut) return
    const next = place()
    if (places.has(next)) return
    room -= next.length
    cut = places.size === MOST_PLACES || room < 0
    if (!cut) places.add(next)
  }
  if (platform === 'linux') cut = walkOnLinux(text, followLast, onTurn) || cut
  else walkByName(text, onTurn)
  if (!turns && !cut && places.size === 0) return null
  return { asked: text, places: [...places], ...(cut ? { cut } : {}) }
}

/** Not so where the way was a circle, or too long: then it may have come back to its name from anywhere. */
function isStraight(found: HeldThing | HeldNothing | HeldPlace): boolean {
  return 'folder' in found ? found.errno === null : found.state === 'there'
}

type OnTurn = (place: () => string) => void

/** Whether the walk was cut. */
function walkOnLinux(text: string, followLast: boolean, onTurn: OnTurn): boolean {
  const walked = walkNames(text, followLast, onTurn)
  fs.closeSync(walked.fd)
  return walked.cut
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
