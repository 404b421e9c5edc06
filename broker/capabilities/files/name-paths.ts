/** Canonical paths as text: parts, nesting, and the short form that people read. */
import { shortPath } from '../../../contract/short-path.ts'
import type { Prepared } from '../../ports.ts'

/** `/a/b` is below `/a` and `/`; `/ab` is not below `/a`. Both canonical. */
export function isAtOrBelow(path: string, folder: string): boolean {
  if (!path.startsWith(folder)) return false
  if (path.length === folder.length || folder.endsWith('/') || folder.endsWith('\\')) return true
  const next = path.charCodeAt(folder.length)
  return next === 47 || next === 92
}

export function lastName(path: string): string {
  const cut = Math.max(path.lastIndexOf('/'), path.lastIndexOf('\\'))
  return path.slice(cut + 1) || path
}

export function folderOf(path: string): string {
  const cut = Math.max(path.lastIndexOf('/'), path.lastIndexOf('\\'))
  if (cut <= 0) return '/'
  return cut === 2 && /^[A-Za-z]:/.test(path) ? path.slice(0, cut + 1) : path.slice(0, cut)
}

/** Cut in the middle, so that both ends can be read. The whole stands among the exact lines. */
export function fit(text: string, length: number): string {
  if (text.length <= length) return text
  const half = Math.floor((length - 1) / 2)
  return `${text.slice(0, half)}…${text.slice(text.length - half)}`
}

/** `Read notes.md in ~/Documents`. Title lengths as the question takes them. */
export function sentenceOn(verb: string, path: string, home: string): Prepared['sentence'] {
  const folder = path === '/' ? '' : `in ${fit(shortPath(folderOf(path), home), 110)}`
  return { verb, object: fit(lastName(path), 300), tail: folder }
}
