/**
 * Where the reader is: a page, perhaps one thing on it, perhaps filters. Kept in the address after `#`, so that back,
 * forward and reload work, and a page can be linked from a notification.
 */
import { createStore, type StoreApi } from 'zustand'

export const PAGES = [
  'home',
  'runs',
  'agents',
  'tools',
  'permissions',
  'activity',
  'secrets',
  'readiness',
  'settings',
] as const
export type PageName = (typeof PAGES)[number]

export interface Route {
  page: PageName
  /** `#/agents/agent_x/edit` has `['agent_x', 'edit']`. */
  rest: string[]
  params: Record<string, string>
}
export interface RouteState extends Route {
  go: (page: PageName, rest?: string[], params?: Record<string, string>) => void
  follow: () => () => void
}

/** An address that is not ours leads home. */
export function parseRoute(hash: string): Route {
  const [path = '', query = ''] = hash.replace(/^#\/?/, '').split('?', 2)
  const [first = '', ...rest] = path.split('/').filter(Boolean).map(decode)
  const page = PAGES.find((name) => name === first)
  if (!page) return { page: 'home', rest: [], params: {} }
  return { page, rest, params: Object.fromEntries(new URLSearchParams(query)) }
}

export function writeRoute({ page, rest, params }: Route): string {
  const query = new URLSearchParams(params).toString()
  return `#/${[page, ...rest].map(encodeURIComponent).join('/')}${query ? `?${query}` : ''}`
}

export interface RouteWindow {
  location: { hash: string }
  addEventListener: (type: 'hashchange', fn: () => void) => void
  removeEventListener: (type: 'hashchange', fn: () => void) => void
}

export function createRouteStore(window: RouteWindow): StoreApi<RouteState> {
  return createStore<RouteState>((set) => ({
    ...parseRoute(window.location.hash),
    go: (page, rest = [], params = {}) => {
      const route = { page, rest, params }
      set(route)
      window.location.hash = writeRoute(route)
    },
    follow: () => {
      const read = () => set(parseRoute(window.location.hash))
      window.addEventListener('hashchange', read)
      return () => window.removeEventListener('hashchange', read)
    },
  }))
}

function decode(part: string): string {
  try {
    return decodeURIComponent(part)
  } catch {
    return part
  }
}
