/** A pure function of one character, worked out once for each: long texts are made of few. Bounded; forgets all at once. */
export function remember<T>(compute: (character: string) => T, most = 20_000): (character: string) => T {
  const known = new Map<string, T>()
  return (character) => {
    const found = known.get(character)
    if (found !== undefined) return found
    const made = compute(character)
    if (known.size >= most) known.clear()
    known.set(character, made)
    return made
  }
}
