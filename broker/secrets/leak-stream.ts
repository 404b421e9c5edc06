/**
 * One stream, chunk by chunk: what leaves is clean, and what could be the start of a value waits for the rest of it.
 * A look may take until later; what comes meanwhile is looked at after it. When one was not done in time, nothing of
 * the stream passes from there on: the next chunk could be the rest of a value.
 */
import type { LeakHit, LeakStream, Soon } from '../ports.ts'
import type { How, Looked } from './leak-scanner.ts'
import { redact, UNREAD } from './merge-hits.ts'

/** Unknown credentials have no known length: their line and the one before are kept back, up to so many characters. */
const LONGEST_LINE = 8192
/** With them, so many characters are gathered before a look: each look reads all that is kept back. */
const GATHERED = 2048

/** @param look null when it was not done in time */
export function createLeakStream(look: (text: string) => Soon<Looked | null>, how: How): LeakStream {
  const gathers = how === 'all'
  let held = ''
  let unseen = 0
  let passed = 0
  let lost = false
  let last: Promise<unknown> | null = null
  const all: LeakHit[] = []

  function take(how: 'more' | 'end' | 'cut'): Soon<string> {
    if (lost) return ''
    unseen = 0
    const looked = look(held)
    return looked instanceof Promise ? looked.then((later) => pass(later, how)) : pass(looked, how)
  }

  function pass(looked: Looked | null, how: 'more' | 'end' | 'cut'): string {
    if (looked === null) return lose()
    const { hits, open } = looked
    const more = how === 'more'
    const safe = gathers && more ? Math.min(open, startOfLastLines(held)) : open
    // Never cut inside a hit, nor inside what could become one; one character more, for base64's edge. The end of a
    // line is no such character: who reads lines has each when it is whole.
    const edge = /[A-Za-z0-9+/=_-]/.test(held.charAt(safe - 1)) ? 1 : 0
    let cut = more ? Math.max(0, safe - edge) : how === 'cut' ? open : held.length
    for (const hit of hits.toReversed())
      if (how !== 'end' && hit.start < cut && (hit.end > cut || (more && hit.end === held.length)))
        cut = hit.start
    const out = held.slice(0, cut)
    const inside = hits.filter((hit) => hit.end <= cut)
    for (const hit of inside) all.push({ ...hit, start: hit.start + passed, end: hit.end + passed })
    held = held.slice(cut)
    passed += cut
    return redact(out, inside)
  }

  function lose(): string {
    lost = true
    const hit = { what: UNREAD, start: 0, end: held.length }
    all.push({ ...hit, start: passed, end: passed + held.length })
    const out = redact(held, [hit])
    held = ''
    return out
  }

  function inTurn(work: () => Soon<string>): Soon<string> {
    const out = last === null ? work() : last.then(work)
    if (!(out instanceof Promise)) return out
    const mine = out.finally(() => {
      if (last === mine) last = null
    })
    last = mine
    return mine
  }

  return {
    push: (chunk) =>
      inTurn(() => {
        if (lost) return ''
        held += chunk
        unseen += chunk.length
        return gathers && unseen < GATHERED ? '' : take('more')
      }),
    end: () => inTurn(() => take('end')),
    cut: () => inTurn(() => take('cut')),
    hits: () => all,
  }
}

function startOfLastLines(text: string): number {
  const last = text.lastIndexOf('\n')
  const before = last < 1 ? -1 : text.lastIndexOf('\n', last - 1)
  return Math.max(before + 1, text.length - LONGEST_LINE)
}
