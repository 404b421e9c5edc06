/**
 * How a path leads to what it names, where it does not lead there straight. A link or a `..` outside of what an agent
 * may see would tell it what is there: `/home/other/guess/../../mine/file` opens exactly when `guess` exists.
 */
import fs from 'node:fs'
import type { Way } from './held.ts'
import { walkNames } from './walk-names.ts'

const MOST_PLACES = 500

/** Null for a way without turns. @param text absolute, from `parsePathText` */
export function wayTo(
  text: string,
  found: string,
  followLast: boolean,
  platform: NodeJS.Platform,
): Way | null {
  const turns = /(^|[/\\])\.\.([/\\]|$)/.test(text)
  if (!turns && found === text) return null
  const places = platform === 'linux' ? placesOnLinux(text, followLast) : placesByName(text)
  return { asked: text, places: [...new Set(places)].slice(0, MOST_PLACES) }
}

function placesOnLinux(text: string, followLast: boolean): string[] {
  const places: string[] = []
  const walked = walkNames(text, followLast, (place) => places.push(place()))
  fs.closeSync(walked.fd)
  return places
}

/** Where folders can't be held while walking: by the text alone, which says where one meant to go. */
function placesByName(text: string): string[] {
  const places: string[] = []
  const names: string[] = []
  for (const name of text.split(/[/\\]/)) {
    if (name === '..') {
      places.push(names.join('/') || '/')
      names.pop()
    } else names.push(name)
  }
  return [...places, names.join('/')]
}
