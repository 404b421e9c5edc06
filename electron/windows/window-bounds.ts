/** Where the main window stood last, kept between starts. A lost or broken file means the default place. */
import { readFileSync } from 'node:fs'
import { writeFile } from 'node:fs/promises'
import type { Rectangle } from 'electron'

/** Null for a file that is missing or is not of our making. By hand: this runs before the first paint. */
export function readBounds(file: string): Rectangle | null {
  try {
    const { x, y, width, height } = JSON.parse(readFileSync(file, 'utf8'))
    const numbers = [x, y, width, height]
    const sane =
      numbers.every(Number.isInteger) && width >= 200 && height >= 200 && Math.max(...numbers) < 20_000
    return sane ? { x, y, width, height } : null
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
