/**
 * The chain: each entry's value is the SHA-256 over the value before it and its own text, so that none can be changed,
 * put in, taken out or moved without changing every value after it. A redacted entry's text is gone; what stands in its
 * place begins with `!`, the value that it had, and an entry further on tells of it.
 */
import { hash } from 'node:crypto'
import { canonicalJson } from './canonical-json.ts'

/** Before the first entry. */
export const GENESIS = '0'.repeat(64)

/** The next value (64 hex digits) from the previous one and an entry's text. */
export const chainHash = (prev: string, text: string): string =>
  isRedacted(text) ? text.slice(1, 65) : hash('sha256', prev + text, 'hex')

/** No canonical JSON begins with `!`. */
export const isRedacted = (text: string): boolean => text.charCodeAt(0) === 33
export const redactedText = (value: string, kept: object): string => `!${value}${canonicalJson(kept)}`
/** The JSON of an entry, redacted or not. */
export const jsonOf = (text: string): string => (isRedacted(text) ? text.slice(65) : text)
