/**
 * Whose message is this? Only the main frame of a window that we made, showing its own page, is heard on that window's
 * channel. A frame that is gone (null) is nobody.
 */
import { PAGE_URLS, type WindowKind } from '../resolve-page.ts'

export interface SenderFacts {
  /** Which of our windows the sender belongs to; null for none. */
  kind: WindowKind | null
  mainFrame: boolean
  url: string
}

/** @returns null when the message is believed, else what is wrong with its sender */
export function judgeSender(facts: SenderFacts | null, allowed: readonly WindowKind[]): string | null {
  if (facts === null) return 'the frame that sent it is gone'
  if (facts.kind === null) return 'it came from no window of ours'
  if (!allowed.includes(facts.kind)) return `it came from the ${facts.kind} window`
  if (!facts.mainFrame) return `it came from a frame inside the ${facts.kind} window`
  const address = facts.url.replace(/[?#].*$/s, '')
  if (address !== PAGE_URLS[facts.kind]) return `it came from ${address.slice(0, 200)}`
  return null
}
