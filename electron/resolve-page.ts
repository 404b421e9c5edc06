/**
 * From an address of the app's own protocol to a file of the pages, or to nothing. The address is untrusted: only
 * plain names below the pages' folder count, so no dot, escape or separator trick can leave it.
 */
import path from 'node:path'

export const APP_ORIGIN = 'app://sallyport'
export const PAGE_URLS = {
  main: `${APP_ORIGIN}/index.html`,
  consent: `${APP_ORIGIN}/consent-window/index.html`,
} as const
export type WindowKind = keyof typeof PAGE_URLS

const TYPES: Record<string, string> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.woff2': 'font/woff2',
  '.json': 'application/json',
  '.map': 'application/json',
}
const NAME = /^[A-Za-z0-9_-][A-Za-z0-9._-]*$/

/** @returns the file's absolute path and its type, or null for anything that is no page of ours */
export function resolvePage(root: string, address: string): { file: string; type: string } | null {
  let url: URL
  try {
    url = new URL(address)
  } catch {
    return null
  }
  if (url.protocol !== 'app:' || url.host !== 'sallyport' || url.username || url.password) return null
  // What the parser would fold away is refused, not folded: the address must say what it means.
  const raw = /^app:\/\/sallyport(\/[^?#]*)?/.exec(address)?.[1] ?? '/'
  if (raw !== url.pathname) return null
  const names = (raw === '/' ? '/index.html' : raw).slice(1).split('/')
  if (!names.every((name) => NAME.test(name))) return null
  const type = TYPES[path.extname(names.at(-1) as string)]
  return type ? { file: path.join(root, ...names), type } : null
}
