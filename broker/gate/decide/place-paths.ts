/**
 * How a path in a rule or a perimeter line becomes a canonical place. Lines that let something through mean the
 * resolved place only; lines that deny mean what was written and what it resolves to.
 */
import type { Places } from '../../ports.ts'

/** `~` filled in, `.` and `..` and doubled or trailing separators taken out. Touches no disk. */
export function writtenPlace(path: string, places: Pick<Places, 'home' | 'platform'>): string {
  const expanded =
    path === '~' ? places.home : /^~[\\/]/.test(path) ? `${places.home}/${path.slice(2)}` : path
  return places.platform === 'win32' ? normalWindows(expanded) : normalPosix(expanded)
}

/** Both forms, once each: as written, and with its symlinks resolved as far as it exists. */
export function bothPlaces(path: string, places: Places): string[] {
  const written = writtenPlace(path, places)
  const resolved = places.resolvePath(written)
  return written === resolved ? [written] : [written, resolved]
}

export function resolvedPlace(path: string, places: Places): string {
  return places.resolvePath(writtenPlace(path, places))
}

function normalPosix(path: string): string {
  return `/${resolveDots(path.split('/')).join('/')}`
}

function normalWindows(path: string): string {
  const text = path.replaceAll('/', '\\')
  if (text.startsWith('\\\\')) return `\\\\${resolveDots(text.split('\\')).join('\\')}`
  const parts = resolveDots(text.split('\\'))
  return parts.length === 1 && parts[0]?.endsWith(':') ? `${parts[0]}\\` : parts.join('\\')
}

function resolveDots(parts: string[]): string[] {
  const out: string[] = []
  for (const part of parts) {
    if (part === '' || part === '.') continue
    if (part === '..') out.pop()
    else out.push(part)
  }
  return out
}
