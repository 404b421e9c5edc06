/**
 * One stream, chunk by chunk: what leaves is clean, and what could be the start of a value waits for the rest of it.
 */
import type { LeakHit, LeakStream } from '../ports.ts'
import { merge, redact } from './merge-hits.ts'

interface Looked {
  hits: LeakHit[]
  open: number
}
interface Credentials {
  find(text: string): LeakHit[]
}

/** Unknown credentials have no known length: their line and the one before are kept back, up to so many characters. */
const LONGEST_LINE = 8192
/** With them, so many characters are gathered before a look: each look reads all that is kept back. */
const GATHERED = 2048

/** @param credentials null when only registered values are looked for */
export function createLeakStream(
  look: (text: string) => Looked,
  credentials: Credentials | null,
): LeakStream {
  let held = ''
  let unseen = 0
  let passed = 0
  const all: LeakHit[] = []

  function take(more: boolean): string {
    unseen = 0
    const { hits: known, open } = look(held)
    const hits = merge(credentials ? [...known, ...credentials.find(held)] : known)
    const safe = credentials ? Math.min(open, startOfLastLines(held)) : open
    // Never cut inside a hit, nor inside what could become one; one character more, for base64's edge. The end of a
    // line is no such character: who reads lines has each when it is whole.
    const edge = /[A-Za-z0-9+/=_-]/.test(held.charAt(safe - 1)) ? 1 : 0
    let cut = more ? Math.max(0, safe - edge) : held.length
    for (const hit of hits.toReversed())
      if (more && hit.start < cut && (hit.end > cut || hit.end === held.length)) cut = hit.start
    const out = held.slice(0, cut)
    const inside = hits.filter((hit) => hit.end <= cut)
    all.push(...inside.map((hit) => ({ ...hit, start: hit.start + passed, end: hit.end + passed })))
    held = held.slice(cut)
    passed += cut
    return redact(out, inside)
  }

  return {
    push(chunk) {
      held += chunk
      unseen += chunk.length
      return credentials && unseen < GATHERED ? '' : take(true)
    },
    end: () => take(false),
    hits: () => all,
  }
}

function startOfLastLines(text: string): number {
  const last = text.lastIndexOf('\n')
  const before = last < 1 ? -1 : text.lastIndexOf('\n', last - 1)
  return Math.max(before + 1, text.length - LONGEST_LINE)
}
