/**
 * Registered values in every usual encoding, searched at once. Each value is written out in all its encodings; a table
 * of the first characters skips what can't match, so that a scan costs little more than reading the text.
 */
import type { LeakHit } from '../ports.ts'
import { encodeSecret } from './encode-secret.ts'

export interface Needles {
  empty: boolean
  /** Characters of the longest form: what a stream must hold back. */
  longest: number
  find(text: string): LeakHit[]
}

const PREFIX = 4

export function createNeedles(secrets: { name: string; value: string }[]): Needles {
  const byPrefix = new Map<number, { form: string; what: string; fold: boolean }[]>()
  const present = new Uint8Array(1 << 16)
  let longest = 0
  for (const { name, value } of secrets) {
    for (const { form, fold } of encodeSecret(value)) {
      if (form.length < PREFIX) continue
      longest = Math.max(longest, form.length)
      const key = keyAt(form.toLowerCase(), 0)
      present[key & 0xffff] = 1
      const list = byPrefix.get(key) ?? []
      if (!list.some((each) => each.form === form)) list.push({ form, what: `secret:${name}`, fold })
      byPrefix.set(key, list)
    }
  }
  for (const list of byPrefix.values()) list.sort((a, b) => b.form.length - a.form.length)

  return {
    empty: secrets.length === 0,
    longest,
    find(text) {
      const hits: LeakHit[] = []
      const lower = text.toLowerCase()
      // A few characters change length in lower case (İ): compare on the text itself then.
      const folded = lower.length === text.length ? lower : text
      for (let at = 0; at + PREFIX <= text.length; at++) {
        const key = keyAt(folded, at)
        if (present[key & 0xffff] === 0) continue
        const found = byPrefix
          .get(key)
          ?.find(({ form, fold }) => (fold ? folded.startsWith(form, at) : text.startsWith(form, at)))
        if (!found) continue
        hits.push({ what: found.what, start: at, end: at + found.form.length })
        at += found.form.length - 1
      }
      return hits
    },
  }
}

function keyAt(text: string, at: number): number {
  let key = 0
  for (let i = 0; i < PREFIX; i++) key = (Math.imul(key, 0x01000193) ^ text.charCodeAt(at + i)) >>> 0
  return key ^ (key >>> 16)
}
