/** From bytes to text, by the header's charset or the one that the page names. */

/** `body` in base64. What no decoder knows is read as Latin-1, so that at least plain letters come through. */
export function decodeBody(body: string, type: string): string {
  const raw = atob(body)
  const bytes = Uint8Array.from(raw, (char) => char.charCodeAt(0))
  const charset = charsetIn(type) ?? charsetIn(raw.slice(0, 2048)) ?? 'utf-8'
  try {
    return new TextDecoder(charset).decode(bytes)
  } catch {
    return raw
  }
}

function charsetIn(text: string): string | undefined {
  return /charset\s*=\s*["']?([\w-]+)/i.exec(text)?.[1]?.toLowerCase()
}
