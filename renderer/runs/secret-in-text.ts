import type { PageBridge } from '../../contract/shell-ipc.ts'

export interface FoundSecret {
  /** "an API key of OpenAI": what it looks like. */
  what: string
  text: string
  start: number
  end: number
}

/** Asks the broker whether a text holds what looks like a secret; the first find, if any. */
export async function findSecret(bridge: PageBridge, text: string): Promise<{ found: FoundSecret | null }> {
  if (text.trim() === '') return { found: null }
  const { hits } = await bridge.call('secrets.scan', { text })
  const hit = hits[0]
  return { found: hit ? { ...hit, text } : null }
}

/** "secret:mail-token" is the value of one that is stored: its name, null for all else. */
export function storedName({ what }: Pick<FoundSecret, 'what'>): string | null {
  return /^secret:(.+)$/.exec(what)?.[1] ?? null
}

/** The text with the secret's place taken by its name. */
export function nameSecret({ text, start, end }: FoundSecret, name: string): string {
  return `${text.slice(0, start)}{{secret:${name}}}${text.slice(end)}`
}

/** What stays readable of a secret on the screen: its first characters, so that a person knows which one it is. */
export function hintOf({ text, start, end }: FoundSecret): string {
  const value = text.slice(start, end)
  return `${value.slice(0, Math.min(4, Math.floor(value.length / 4)))}••••••••`
}

/** A name as the keychain takes it: "My Token!" → "my-token". */
export function slugOf(text: string): string {
  return text
    .toLowerCase()
    .normalize('NFKD')
    .replace(/[^a-z0-9._-]+/g, '-')
    .replace(/^[^a-z0-9]+/, '')
    .replace(/-+$/, '')
    .slice(0, 64)
}
