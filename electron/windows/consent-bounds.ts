/**
 * Where the consent window stands and how large it is: as high as its content where the screen has the room, as wide as
 * its text is large, and whole on the screen, so that its buttons are always in reach. Pure; sizes in the screen's units.
 */
import type { Rectangle } from 'electron'

export const CONSENT_WIDTH = 560
/** What a system may draw around the window: a title bar above all. */
const FRAME = 48
const GAP = 8

export interface ConsentWish {
  /** Height of the content at which nothing scrolls, in CSS pixels. */
  height: number
  /** How large the pages' text is set; a CSS pixel is this many units. */
  zoom: number
}

/** @param before the window as it stands, when it is on the screen already; its content's size, its frame's place */
export function consentBounds(
  { height, zoom }: ConsentWish,
  workArea: Rectangle,
  before: (Rectangle & { zoom: number }) | null,
): Rectangle {
  const tall = Math.min(Math.ceil(height * zoom), workArea.height - FRAME - 2 * GAP)
  // A width that the person gave it is kept, until the text changes its size.
  const wish = before?.zoom === zoom ? before.width : Math.round(CONSENT_WIDTH * zoom)
  const wide = Math.min(wish, workArea.width - 2 * GAP)
  const x = before?.x ?? workArea.x + (workArea.width - wide) / 2
  const y = before?.y ?? workArea.y + (workArea.height - tall) / 3
  return {
    x: Math.round(between(x, workArea.x + GAP, workArea.x + workArea.width - GAP - wide)),
    y: Math.round(between(y, workArea.y + GAP, workArea.y + workArea.height - GAP - FRAME - tall)),
    width: wide,
    height: tall,
  }
}

function between(value: number, least: number, most: number): number {
  return Math.max(least, Math.min(value, most))
}
