/** Where the main window stood last, kept between starts. A lost or broken file means the default place. */
import { readFileSync } from 'node:fs'
import { writeFile } from 'node:fs/promises'
import type { Rectangle } from 'electron'
import { z } from 'zod'

const Bounds = z.object({
  x: z.number().int(),
  y: z.number().int(),
  width: z.number().int().min(200).max(20_000),
  height: z.number().int().min(200).max(20_000),
})

export function readBounds(file: string): Rectangle | null {
  try {
    return Bounds.parse(JSON.parse(readFileSync(file, 'utf8')))
  } catch {
    return null
  }
}

/** @returns the bounds when enough of them lies on a screen that is there, so that the window can be seen and moved */
export function onScreen(bounds: Rectangle | null, screens: Rectangle[]): Rectangle | null {
  const seen = (screen: Rectangle) =>
    bounds !== null &&
    Math.min(bounds.x + bounds.width, screen.x + screen.width) - Math.max(bounds.x, screen.x) >= 100 &&
    bounds.y >= screen.y - 10 &&
    bounds.y <= screen.y + screen.height - 60
  return screens.some(seen) ? bounds : null
}

export function keepBounds(file: string, bounds: Rectangle): void {
  // A window that opens in its default place next time is no harm.
  writeFile(file, JSON.stringify(bounds), { mode: 0o600 }).catch(() => {})
}
