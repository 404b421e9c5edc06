/** A stable hue for an id: the same agent has the same square everywhere. FNV-1a, eight hues. */
export function hueOf(id: string): number {
  let hash = 0x811c9dc5
  for (let at = 0; at < id.length; at += 1) hash = Math.imul(hash ^ id.charCodeAt(at), 0x01000193)
  return (hash >>> 0) % 8
}

/** An agent's or client's square and name. The name is theirs, so it is kept apart from the text around it. */
export function Who({ id, name }: { id: string; name: string }) {
  return (
    <span className={`who hue-${hueOf(id)}`}>
      <i aria-hidden="true" />
      <bdi className="truncate">{name}</bdi>
    </span>
  )
}
