import { describe, expect, it } from 'vitest'
import { fc } from '../../build/properties.ts'
import { joinOutput } from './join-output.ts'

type Piece = ['stdout' | 'stderr', string]
const joined = (pieces: Piece[]) => {
  const output = joinOutput()
  for (const [stream, text] of pieces) output.add(stream, text)
  return output.text()
}

describe('what a program writes on two streams', () => {
  it('is not torn apart where pieces of one stream come between those of the other', () => {
    const pieces: Piece[] = [
      ['stdout', 'step 2\nstep '],
      ['stderr', 'almost there\ncat: no'],
      ['stdout', '3\n'],
    ]
    expect(joined(pieces)).toBe('step 2\nalmost there\nstep 3\ncat: no')
    expect(joined(pieces.slice(0, 2))).toBe('step 2\nalmost there\nstep \ncat: no')
  })
  it('shows the last of a text without end', () => {
    const text = joined([
      ['stdout', 'x'.repeat(50_000)],
      ['stderr', `${'line\n'.repeat(10_000)}end`],
    ])
    expect(text.length).toBeLessThanOrEqual(16_000)
    expect(text.endsWith('end')).toBe(true)
  })
  it('loses nothing and keeps each stream in order, however it is cut', () => {
    const piece = fc.tuple(fc.constantFrom('stdout', 'stderr'), fc.stringMatching(/^[a-z\n]{0,6}$/))
    fc.assert(
      fc.property(fc.array(piece as fc.Arbitrary<Piece>, { maxLength: 40 }), (pieces) => {
        const marked = pieces.map(
          ([stream, text]): Piece => [stream, stream === 'stderr' ? text.toUpperCase() : text],
        )
        const of = (stream: string) =>
          marked.flatMap(([from, text]) => (from === stream ? text : [])).join('')
        const shown = joined(marked)
        expect(shown.replaceAll(/[A-Z\n]/g, '')).toBe(of('stdout').replaceAll('\n', ''))
        expect(shown.replaceAll(/[a-z\n]/g, '')).toBe(of('stderr').replaceAll('\n', ''))
        expect(shown).not.toMatch(/[a-z][A-Z]|[A-Z][a-z]/)
      }),
    )
  })
})
