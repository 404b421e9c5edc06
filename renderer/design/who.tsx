import { createContext, use } from 'react'

const HUES = 8

/** Which hue each agent has: by order, so that the first eight differ. Whoever is not in it gets one from its id. */
export const HueContext = createContext<ReadonlyMap<string, number>>(new Map())

export function orderHues(ids: readonly string[]): ReadonlyMap<string, number> {
  return new Map(ids.map((id, at) => [id, at % HUES]))
}

/** A stable hue for an id that is in no list, such as a client's. FNV-1a. */
export function hueOf(id: string): number {
  let hash = 0x811c9dc5
  for (let at = 0; at < id.length; at += 1) hash = Math.imul(hash ^ id.charCodeAt(at), 0x01000193)
  return ((hash ^ (hash >>> 15)) >>> 0) % HUES
}

/** The class that carries an agent's hue. */
export function useHues(): (id: string) => string {
  const hues = use(HueContext)
  return (id) => `hue-${hues.get(id) ?? hueOf(id)}`
}

/** An agent's or client's square and name. The name is theirs, so it is kept apart from the text around it. */
export function Who({ id, name }: { id: string; name: string }) {
  const hue = useHues()
  return (
    <span className={`who ${hue(id)}`}>
      <i aria-hidden="true" />
      <bdi className="truncate">{name}</bdi>
    </span>
  )
}
