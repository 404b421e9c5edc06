import { describe, expect, it } from 'vitest'
import { fc } from '../../build/properties.ts'
import type { Origin, OriginSpan } from '../../contract/origin.ts'
import { showText } from '../../contract/show-text.ts'
import { layRuns } from './lay-runs.ts'

const outside: Origin = { kind: 'outside', source: 'invoice.html' }
const person: Origin = { kind: 'person', source: 'you typed it' }
const lay = (text: string, spans: OriginSpan[]) => layRuns(showText(text, 'argument').runs, spans)

describe('origins under a text', () => {
  it('stand exactly where they were said to', () => {
    expect(lay('POST https://x.net/', [{ start: 5, end: 19, origin: outside }])).toEqual([
      { shown: 'POST ', kind: 'plain', origin: null },
      { shown: 'https://x.net/', kind: 'plain', origin: outside },
    ])
  })
  it('do not shift behind a hidden character, which is drawn longer than it is', () => {
    const text = 'a\u202eb evil'
    const pieces = lay(text, [{ start: 4, end: 8, origin: outside }])
    expect(pieces.filter(({ origin }) => origin === outside).map(({ shown }) => shown)).toEqual(['evil'])
    expect(pieces.map(({ shown }) => shown).join('')).toBe(showText(text, 'argument').shown)
  })
  it('show the least trusted one where several lie over each other', () => {
    const pieces = lay('abc', [
      { start: 0, end: 3, origin: person },
      { start: 1, end: 2, origin: outside },
    ])
    expect(pieces.map(({ shown, origin }) => [shown, origin?.kind])).toEqual([
      ['a', 'person'],
      ['b', 'outside'],
      ['c', 'person'],
    ])
  })
  it('never lose or add a character of what is drawn', () => {
    const span = fc.record({
      start: fc.nat(40),
      end: fc.nat(40),
      origin: fc.constantFrom(outside, person),
    })
    fc.assert(
      fc.property(
        fc.string({ unit: 'binary', maxLength: 40 }),
        fc.array(span, { maxLength: 5 }),
        (text, spans) => {
          const drawn = lay(text, spans)
          expect(drawn.map(({ shown }) => shown).join('')).toBe(showText(text, 'argument').shown)
        },
      ),
    )
  })
  it('and a text of a hundred thousand lines stays a few pieces', () => {
    expect(lay('line\n'.repeat(100_000), []).length).toBeLessThan(10)
  })
})
